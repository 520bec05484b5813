package app

// Waiting is how many arrivals wait for a commit.
func (in *Intake) Waiting() int { return len(in.batches.queue) }
