package app

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// ruleSuspended is the decision that an exit ends an order that protects what it
// exits; its detail is that order's client order id.
const ruleSuspended = "protection_suspended"

// ruleTakeProfitEnded is the decision that an exit ends a take-profit, which holds
// the quantity; it is not put back beside a stop-loss, which would hold it as well.
const ruleTakeProfitEnded = "take_profit_ended"

// suspendProtection writes down which legs an exit is about to end, before it does:
// if the broker then does not take the exit, stop-losses are put back.
func (x *execution) suspendProtection(ctx context.Context) error {
	var ended []domain.Decision
	for _, o := range x.brief.Working {
		d := domain.Decision{Rule: ruleSuspended, Verdict: domain.VerdictNote, Detail: o.Terms().ClientOrderID}
		if o.Terms().StopPrice == nil {
			d.Rule = ruleTakeProfitEnded
		}
		if o.IsLeg() && !slices.Contains(x.ticket.Decisions, d) {
			ended = append(ended, d)
		}
	}
	if len(ended) == 0 {
		return nil
	}
	x.ticket.Decisions = append(slices.Clip(x.ticket.Decisions), ended...)
	return x.ledger.Note(ctx, x.lease, x.ticket.ID, ended)
}

// suspended gives the client order ids of the stop-losses that the ticket ended.
func (x *execution) suspended() []string {
	var ids []string
	for _, d := range x.ticket.Decisions {
		if d.Rule == ruleSuspended {
			ids = append(ids, d.Detail)
		}
	}
	return ids
}

// isRestorable reports whether what protects the position are stop-losses alone.
func (x *execution) isRestorable() bool {
	return !slices.ContainsFunc(x.brief.Working, func(o *domain.Order) bool { return o.IsLeg() && o.Terms().StopPrice == nil })
}

// awaitsRest reports whether an exit is at the broker that ended what protects the
// position and whose end decides what has to be protected again. At market that is
// soon; an exit with a limit may rest, and nothing waits for it.
func (x *execution) awaitsRest(exit *domain.Order) bool {
	return len(x.suspended()) > 0 && x.endsWhatIsHeld(exit) && !exit.IsSettled() && exit.Submission() == domain.SubmissionAcknowledged &&
		exit.Terms().Type == domain.OrderTypeMarket && x.brief.SupersededBy == nil
}

// mustRestore reports whether an exit leaves something of a position of which it
// ended the protection: it came to nothing, or to less than it was for, or it was
// for a part. A newer full exit that waits behind makes that needless.
func (x *execution) mustRestore(exit *domain.Order) bool {
	return len(x.suspended()) > 0 && x.endsWhatIsHeld(exit) && exit.IsSettled() && x.brief.SupersededBy == nil
}

// endsWhatIsHeld reports whether an order is an exit of the position there is, and
// not the entry that follows one.
func (x *execution) endsWhatIsHeld(o *domain.Order) bool {
	position := x.position()
	return !o.IsLeg() && !position.IsFlat() && o.Terms().Side == position.ExitSide()
}

// endRestored ends a ticket with its last order, once what that had ended of a
// position's protection is put back where it must be. A stop order under way is
// settled first, also where a full exit waits behind: that asks for it to end.
func (x *execution) endRestored(ctx context.Context, last *domain.Order, end ports.TicketEnd) (time.Duration, bool, error) {
	for _, leg := range x.brief.Legs {
		if !isBracketLeg(leg) && leg.Submission().IsUnsettled() {
			return x.follow(ctx, leg)
		}
	}
	if x.mustRestore(last) {
		if wait, done, err := x.restore(ctx, last); !done || err != nil {
			return wait, false, err
		}
		end.Reasons = x.withRestored(ctx, end.Reasons)
	}
	return 0, true, x.finish(ctx, end, nil)
}

// restore has stop orders work again for what is still held, one for each that
// was ended, at the same prices. Done reports that nothing of that is left to do.
func (x *execution) restore(ctx context.Context, exit *domain.Order) (wait time.Duration, done bool, err error) {
	ended, err := x.ended(ctx)
	if err != nil {
		return 0, false, err
	}
	if next, left := len(x.brief.Legs), x.unrestored(); next < len(ended) && !left.IsZero() {
		wait, _, err := x.restoreOne(ctx, exit, ended[next], left)
		return wait, false, err
	}
	return 0, true, nil
}

// ended gives the stop-losses that the ticket ended before they had filled, in the
// order in which it did.
func (x *execution) ended(ctx context.Context) ([]*domain.Order, error) {
	ids := x.suspended()
	found, err := x.ledger.ByClientOrderIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(o *domain.Order) bool { return o.LeavesQuantity().IsZero() })
	slices.SortFunc(found, func(a, b *domain.Order) int {
		return cmp.Compare(slices.Index(ids, a.Terms().ClientOrderID), slices.Index(ids, b.Terms().ClientOrderID))
	})
	return found, nil
}

// unrestored is how much of what is held no stop order of the ticket protects.
func (x *execution) unrestored() domain.Quantity {
	left := x.position().LeftIn(x.brief.AccountPosition.Quantity)
	for _, leg := range x.brief.Legs {
		if !isRefused(leg) {
			left = left.Less(leg.LeavesQuantity().Min(left))
		}
	}
	return left
}

func (x *execution) restoreOne(ctx context.Context, exit, before *domain.Order, left domain.Quantity) (time.Duration, bool, error) {
	installation, err := x.ledger.Installation(ctx)
	if err != nil {
		return 0, false, err
	}
	ended := before.Terms()
	quantity := before.LeavesQuantity().Min(left)
	t := exit.Terms()
	t.ID, t.ParentID, t.Class = domain.OrderID{UUID: x.ids.New()}, ended.ParentID, domain.OrderClassOTO
	t.Step = exit.Terms().Step + 1 + len(x.brief.Legs)
	t.ClientOrderID = domain.NewClientOrderID(installation, x.ticket.ID, t.Step, 0)
	t.Side, t.Type, t.TimeInForce = ended.Side, ended.Type, domain.TimeInForceGTC
	t.LimitPrice, t.StopPrice, t.Quantity, t.CreatedAt = ended.LimitPrice, ended.StopPrice, &quantity, x.clock.Now()
	o, err := domain.NewOrder(t)
	if err != nil {
		return 0, false, err
	}
	level, what := slog.LevelError, "an exit came to nothing after it ended what protects the position; that is put back"
	if exit.Status() == domain.StatusFilled {
		level, what = slog.LevelInfo, "what an exit left of a position is protected again"
	}
	x.log.Log(ctx, level, what,
		"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol, "ended_order_id", ended.ID, "order_id", t.ID)
	wait, _, err := x.write(ctx, o)
	return wait, false, err
}

// withRestored says with the end of an exit what became of the protection that it
// ended.
func (x *execution) withRestored(ctx context.Context, end []domain.Reason) []domain.Reason {
	reason := domain.Reason{Code: "protection_restored", Message: "the stop-loss that the exit had ended was put back"}
	if !x.unrestored().IsZero() {
		reason = domain.Reason{Code: "protection_refused", Message: "the stop-loss that the exit had ended was refused; it is tried again, and else the position is closed"}
		x.log.ErrorContext(ctx, "a position stands without protection: its exit came to nothing and its stop-loss was not put back",
			"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol)
	}
	end = append(slices.Clip(end), reason)
	if slices.ContainsFunc(x.ticket.Decisions, func(d domain.Decision) bool { return d.Rule == ruleTakeProfitEnded }) {
		end = append(end, domain.Reason{
			Code: ruleTakeProfitEnded, Message: "the take-profit that the exit had ended is not put back beside the stop-loss; exit with a limit to have one",
		})
	}
	return end
}
