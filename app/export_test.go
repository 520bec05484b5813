package app

// Waiting is how many arrivals wait for a commit.
func (in *Intake) Waiting() (n int) {
	for _, queue := range in.batches.queues {
		n += len(queue)
	}
	return n
}
