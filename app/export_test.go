package app

import (
	"time"

	"github.com/hookfill/hookfill/ports"
)

// Waiting is how many arrivals wait for a commit.
func (in *Intake) Waiting() int { return in.batches.queue.size() }

// What a look-up that found nothing can prove.
const (
	Unproven      = unproven
	Harmless      = harmless
	NeverAccepted = neverAccepted
	Undecidable   = undecidable
)

// Absence judges an attempt that a look-up did not find.
func Absence(can ports.Capabilities, since, timeout time.Duration) (Proof, time.Duration) {
	return absence(can, since, timeout)
}

// NextLookUp gives the pause before the next look-up.
func NextLookUp(since, wait time.Duration) time.Duration { return nextLookUp(since, wait) }

// Proof is what absence proves.
type Proof = proof

// AbsentOrders is what an executor remembers of what brokers do not have.
type AbsentOrders struct{ *absentOrders }

// NewAbsentOrders remembers so many at most.
func NewAbsentOrders(most int) AbsentOrders { return AbsentOrders{newAbsentOrders(most)} }

// Has, Add, Drop and Size are those of what is remembered.
func (a AbsentOrders) Has(id string) bool { return a.has(id) }
func (a AbsentOrders) Add(id string)      { a.add(id) }
func (a AbsentOrders) Drop(id string)     { a.drop(id) }
func (a AbsentOrders) Size() int          { return max(len(a.known), len(a.order)) }
