package domain

// copied gives a pointer to a copy, so that whoever holds the one cannot change
// the other; nil stays nil.
func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
