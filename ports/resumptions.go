package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// Resumptions tells which tickets that ended to wait for their session are to be
// gone on for.
type Resumptions interface {
	// DueToResume gives up to limit tickets, whosever, that wait until the time given
	// or until one before it, those first that were to be resumed first. It changes
	// nothing.
	DueToResume(ctx context.Context, at time.Time, limit int) ([]domain.TicketID, error)
}
