package app

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// isSuperseded reports whether a full exit waits behind a ticket that may enter.
// Nothing in a lane overtakes anything: what waits before the exit gives way, and
// that is as good as being at the head. Exits and cancels never give way, but for one
// that waited for its session and whose webhook has said something since.
func (x *execution) isSuperseded() bool {
	return x.brief.ReplacedBy != nil || x.brief.SupersededBy != nil && !x.intent.IsExitOnly()
}

// giveWay ends a superseded ticket as soon as none of its orders can change the
// position any more: what it has open is canceled first, so that the exit is
// sized on what there is. A ticket whose last order is at the broker, or may be,
// is brought to its end as always.
func (x *execution) giveWay(ctx context.Context, last *domain.Order) (wait time.Duration, final, gaveWay bool, err error) {
	switch {
	case !x.isSuperseded():
		return 0, false, false, nil
	case last == nil:
		return 0, true, true, x.finish(ctx, x.superseded(), nil)
	case x.isLast(last) || last.Submission().NeverReached() || last.Status() == domain.StatusRejected:
		return 0, false, false, nil
	case last.IsSettled():
		return 0, true, true, x.finish(ctx, x.superseded(), nil)
	case last.Submission() != domain.SubmissionAcknowledged:
		return 0, false, false, nil
	}
	settled, err := x.endOrder(ctx, last)
	if err != nil || settled {
		return 0, false, true, err
	}
	return waitForVenue, false, true, nil
}

func (x *execution) superseded() ports.TicketEnd {
	end := x.end(domain.StateSuperseded)
	if x.ticket.Target == nil {
		end.Decisions = domain.ChainDecisions(x.intent, x.brief.Stood)
	}
	why := ""
	if by := x.brief.ReplacedBy; by != nil {
		why = "signal " + by.String() + " came while it waited for its session"
	} else {
		why = "the exit of signal " + x.brief.SupersededBy.String() + " came after it"
	}
	end.Reasons = []domain.Reason{{Code: "superseded", Message: why}}
	return end
}
