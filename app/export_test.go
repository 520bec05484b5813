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
