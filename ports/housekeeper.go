package ports

import "context"

// Housekeeper keeps storage small and ready.
type Housekeeper interface {
	// Sweep removes what has expired (identities of alerts, idempotency keys),
	// at most limit rows of each, prepares storage for the months to come, and
	// gives how many rows went. What still counts is never touched.
	Sweep(ctx context.Context, limit int) (int, error)
}
