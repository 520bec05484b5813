package papersrv

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// updateJSON is one thing that happened to an order. Price, qty and position_qty
// are of an execution.
type updateJSON struct {
	Event       string    `json:"event"`
	ExecutionID string    `json:"execution_id"`
	EventID     string    `json:"event_id"`
	At          time.Time `json:"at"`
	Timestamp   time.Time `json:"timestamp"`
	Price       string    `json:"price,omitempty"`
	Qty         string    `json:"qty,omitempty"`
	PositionQty string    `json:"position_qty,omitempty"`
	Order       orderJSON `json:"order"`
}

// updateJSON puts an update in Alpaca's words. A leg that begins to wait is none.
func (d *desk) updateJSON(u paper.Update) (updateJSON, bool) {
	j := updateJSON{
		Event: string(u.Order.Status), EventID: eventID(u.Sequence), At: u.At, Timestamp: u.At, Order: d.orderJSON(u.Order, false),
	}
	switch {
	case u.Order.Status == domain.StatusHeld:
		return j, false
	case u.Fill == nil:
		j.ExecutionID = uuid.NewSHA1(d.id.UUID, []byte("update "+j.EventID)).String()
		return j, true
	case u.Order.Status == domain.StatusFilled:
		j.Event = "fill"
	default:
		j.Event = "partial_fill"
	}
	j.ExecutionID, j.Price, j.Qty = u.Fill.ExecutionID, u.Fill.Price.String(), u.Fill.Quantity.String()
	j.PositionQty = u.Position.String()
	return j, true
}

// eventID sorts as text like the updates happened.
func eventID(sequence int64) string { return fmt.Sprintf("%020d", sequence) }

// follow sends the updates after an entry of the journal, and those that come,
// until sending fails, ctx ends or the server stops; over ends the waiting alone,
// nil never.
func (s *Server) follow(ctx context.Context, over <-chan struct{}, d *desk, after int64, send func(updateJSON) error) {
	for {
		var news []updateJSON
		d.mu.Lock()
		for _, u := range d.chronicle.Updates(after) {
			if j, tells := d.updateJSON(u); tells {
				news = append(news, j)
			}
		}
		after = d.chronicle.Sequence()
		changed := d.changed
		d.mu.Unlock()
		for _, j := range news {
			if ctx.Err() != nil || send(j) != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		case <-over:
			return
		case <-s.stopped:
			return
		}
	}
}

// latest is the entry that updates from now on come after.
func (d *desk) latest(ctx context.Context) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.refresh(ctx)
	return d.chronicle.Sequence(), err
}
