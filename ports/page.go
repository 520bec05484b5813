package ports

// PageRequest asks for a part of a list.
type PageRequest struct {
	// Limit is how many items at most, 1 to 500; 0 is 50. Another is KindInvalid.
	Limit int
	// Cursor continues where a page ended; empty starts at the newest. What no
	// page gave is KindInvalid.
	Cursor string
}

// The bounds of PageRequest.Limit.
const (
	DefaultPageLimit = 50
	MaxPageLimit     = 500
)

// Page is a part of a list, newest first. An item that was there when the first
// page was read is met exactly once by following the cursors, whatever is
// inserted meanwhile.
type Page[T any] struct {
	Items []T
	// Next is the cursor of the page that follows, empty at the end.
	Next string
}
