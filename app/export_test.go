package app

// Waiting is how many arrivals wait for a commit.
func (in *Intake) Waiting() int { return len(in.batches.queue) }

// What a look-up that found nothing can prove.
const (
	Unproven      = unproven
	Harmless      = harmless
	NeverAccepted = neverAccepted
	Undecidable   = undecidable
)

// Absence judges an attempt that a look-up did not find.
var Absence = absence

// NextLookUp gives the pause before the next look-up.
var NextLookUp = nextLookUp

// Proof is what absence proves.
type Proof = proof
