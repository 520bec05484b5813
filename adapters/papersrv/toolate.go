package papersrv

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// untold is how long an order that nobody asks about is pending_cancel.
const untold = time.Second

// isTooLate reports that a cancel comes too late for an order, and lets it, where
// that was asked for.
func (d *desk) isTooLate(r *paper.Record) bool {
	if _, already := d.tooLate[r.ClientOrderID]; already {
		return true
	}
	if r.Status.IsTerminal() || r.Status == domain.StatusHeld || !d.suffers(faultCancel) {
		return false
	}
	d.tooLate[r.ClientOrderID] = d.clock.Now().Add(untold)
	return true
}

// statusOf is how an order is told of. One that a cancel was too late for fills
// once it was.
func (d *desk) statusOf(r *paper.Record) domain.OrderStatus {
	if _, fills := d.tooLate[r.ClientOrderID]; !fills || r.Status.IsTerminal() {
		return r.Status
	}
	d.tooLate[r.ClientOrderID] = d.clock.Now()
	return domain.StatusPendingCancel
}

// overtake fills what cancels were too late for. An order that finds no price
// works on.
func (d *desk) overtake(ctx context.Context) error {
	for id, at := range d.tooLate {
		if at.After(d.clock.Now()) {
			continue
		}
		delete(d.tooLate, id)
		_, err := d.run(ctx, func(at time.Time) (paper.Decision, error) { return d.engine.Cross(at, id) })
		if err != nil && domain.KindOf(err) != domain.KindConflict {
			return err
		}
	}
	return nil
}
