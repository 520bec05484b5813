package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// execution is one ticket being executed under a lease.
type execution struct {
	*Executor
	lease   ports.Lease
	held    []domain.TicketID
	ticket  domain.Ticket
	brief   *ports.TicketBrief
	account *domain.BrokerAccount
	rules   domain.WebhookRules
	intent  domain.Intent
	// can is what the broker declares, and watchable that its prices can be watched,
	// known from when the ticket is planned.
	can       ports.Capabilities
	watchable bool
	// closes is how much a synthetic stop closes; nil for every other ticket.
	closes *domain.Quantity
	// market is what is known of it in this step, for the rule that asks for it.
	market domain.Prices
	// equity is what the account is worth, for a size that hangs on it.
	equity *domain.Money
}

// How long a lane rests while something else has to happen first.
const (
	waitForVenue  = 500 * time.Millisecond
	waitForReview = time.Minute
)

// runTicket brings a ticket as far as it gets now. It gives 0 once the ticket is
// final, else how long to wait before going on. Whatever happened before, in
// this process or another, is read from the ledger: nothing is remembered here.
//
// Held are the tickets that this one was taken before just now: they wait for it,
// and it for none of them.
func (e *Executor) runTicket(ctx context.Context, lane ports.ClaimedLane, t domain.Ticket, held ...domain.TicketID) (time.Duration, error) {
	x := execution{Executor: e, lease: lane.Lease, ticket: t, held: held}
	for {
		if err := x.load(ctx); err != nil {
			return 0, err
		}
		if x.ticket.State.IsFinal() {
			return 0, nil // it went before one that was claimed before it
		}
		wait, final, err := x.step(ctx)
		if err != nil || final || wait > 0 {
			return wait, err
		}
	}
}

func (x *execution) load(ctx context.Context) error {
	brief, err := x.ledger.Brief(ctx, x.ticket.ID)
	if err != nil {
		return err
	}
	x.brief, x.account, x.ticket = brief, brief.Account, brief.Ticket
	x.intent = brief.Signal.Snapshot().Intent
	x.intent.Symbol = x.ticket.Symbol
	x.rules = domain.OperatorRules(x.account.ID())
	if brief.Rules != nil {
		x.rules = *brief.Rules
	}
	switch brief.Signal.Snapshot().Source { //nolint:exhaustive // the others are judged as their rules say
	case domain.SourceProtection:
		x.rules = protectingRules(x.rules, brief.Rules == nil)
	case domain.SourceHalt:
		x.rules = protectingRules(x.rules, brief.Rules != nil)
	}
	return nil
}

// step does the next thing the ticket needs: settle what is unknown, end what
// holds the quantity, place the next order, or finish.
func (x *execution) step(ctx context.Context) (wait time.Duration, final bool, err error) {
	last := x.lastOrder()
	if before := x.alertBefore(); before != nil {
		wait, err := x.letPass(ctx, *before)
		return wait, false, err
	}
	if took, err := x.takeIn(ctx, last); took || err != nil {
		return 0, false, err
	}
	if wait, final, gaveWay, err := x.giveWay(ctx, last); gaveWay || err != nil {
		return wait, final, err
	}
	if wait := x.parked(); wait > 0 {
		return wait, false, nil
	}
	if last != nil {
		if x.hasPendingLegs(last) {
			wait, err := x.confirmLegs(ctx, last)
			return wait, false, err
		}
		if lost := x.lostLeg(last); lost != nil {
			return x.takeBack(ctx, last, lost)
		}
		if x.needsStopOrder(last) {
			return x.protectFilled(ctx, last)
		}
		if !last.IsSettled() {
			return x.follow(ctx, last)
		}
		if end, ended := x.endAfter(last); ended {
			return x.endRestored(ctx, last, end)
		}
	}
	if x.account.Snapshot().DeletedAt != nil {
		return 0, true, x.finish(ctx, x.refusal("account_removed", "the broker account was removed"), nil)
	}
	if x.intent.Action == domain.ActionCancel {
		return x.cancelAll(ctx)
	}
	if x.brief.Signal.Snapshot().Source == domain.SourceHalt && len(x.inTheWay()) > 0 {
		return x.cancelThem(ctx, x.inTheWay()) // also where there is nothing to exit yet
	}
	if wait, final, seen, err := x.seeToProtection(ctx); seen || err != nil {
		return wait, final, err
	}
	if wait := x.holdsForChain(); wait > 0 {
		return wait, false, nil
	}
	return x.advance(ctx)
}

func (x *execution) lastOrder() *domain.Order {
	if n := len(x.brief.Orders); n > 0 {
		return x.brief.Orders[n-1]
	}
	return nil
}

// endAfter says how the ticket ends with a settled order, unless that was an
// exit that filled and an entry follows.
func (x *execution) endAfter(o *domain.Order) (ports.TicketEnd, bool) {
	switch {
	case o.Submission() == domain.SubmissionNotPlaced && declaredNotPlaced(o):
		return x.refusal("not_placed", o.RejectReason()), true
	case o.Submission() == domain.SubmissionNotPlaced:
		end := x.refusal("stale", o.RejectReason())
		end.State = domain.StateExpired
		return end, true
	case o.Submission().NeverReached():
		return x.refusal(string(o.Submission()), o.RejectReason()), true
	case o.Status() == domain.StatusRejected:
		return x.refusal("rejected", o.RejectReason()), true
	case x.isLast(o):
		return x.end(domain.StateDone), true
	case o.Status() != domain.StatusFilled:
		return x.refusal("exit_not_filled", "the exit ended "+string(o.Status())+", so nothing was entered"), true
	}
	return ports.TicketEnd{}, false
}

// isLast reports whether no further order follows this one: only an exit on the
// way to the other side has a successor, not one of a part. What the exit cannot sell for want of a
// whole step does not count as being on a side. Nothing is entered after a
// protected entry, also where its protection has ended the position already.
func (x *execution) isLast(o *domain.Order) bool {
	if slices.ContainsFunc(x.brief.Orders, isProtectedEntry) || isProtectedEntry(o) {
		return true
	}
	if x.ticket.Target == nil || x.ticket.Target.IsFlat() || x.ticket.Target.ExitSide() == o.Terms().Side {
		return true
	}
	after := x.position().After(o.Terms().Side, o.LeavesQuantity())
	return after.SameSide(*x.ticket.Target)
}

// follow goes on with an order that is not over.
func (x *execution) follow(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	switch o.Submission() { //nolint:exhaustive // settled submissions do not come here
	case domain.SubmissionAcknowledged:
		if x.isLast(o) && !x.awaitsRest(o) {
			return 0, true, x.finish(ctx, x.end(domain.StateDone), nil)
		}
		return x.refresh(ctx, o)
	case domain.SubmissionIntent:
		if known, err := x.forgotten(ctx, o.Terms().ClientOrderID); err != nil || known != nil {
			if err != nil {
				return 0, false, err
			}
			return 0, false, x.remember(ctx, o, *known)
		}
		return x.sendAgain(ctx, o)
	}
	return x.settle(ctx, o)
}

// refresh asks how an exit stands whose fill an entry waits for.
func (x *execution) refresh(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	events, err := x.orders.lookUp(ctx, x.account, o)
	if err != nil {
		return 0, false, err
	}
	fresh, err := x.record(ctx, o, events)
	if err != nil {
		return 0, false, err
	}
	if fresh.IsSettled() {
		return 0, false, nil
	}
	return waitForVenue, false, nil
}

// advance plans what is left to do and does the first step of it.
func (x *execution) advance(ctx context.Context) (time.Duration, bool, error) {
	if asked, err := x.catchUp(ctx); err != nil || asked {
		return 0, false, err
	}
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return 0, false, err
	}
	x.can, x.watchable = broker.Capabilities(), canBeWatched(broker)
	instrument, err := broker.Instrument(ctx, x.account, x.ticket.Symbol)
	if errors.Is(err, domain.KindNotFound) {
		return 0, true, x.finish(ctx, x.refusal("unknown_symbol", string(x.ticket.Symbol)+" is not known to the broker"), nil)
	}
	if err != nil {
		return 0, false, err
	}
	plan, err := x.planAtMarket(ctx, broker, instrument)
	if err != nil {
		return 0, false, err
	}
	if plan.State == domain.StateSuperseded || plan.WaitsUntil != nil {
		return 0, true, x.setAside(ctx, plan)
	}
	if x.mayStillFill(plan) {
		return x.clearTheWay(ctx, plan)
	}
	if len(plan.Steps) == 0 {
		return 0, true, x.finish(ctx, x.endOf(plan), nil)
	}
	if held, wait, err := x.underHalts(ctx, plan); held {
		return wait, wait == 0 && err == nil, err
	}
	if plan.Steps[0].Effect == domain.EffectExit && len(x.inTheWay()) > 0 {
		return x.clearTheWay(ctx, plan)
	}
	return x.place(ctx, plan)
}

// plan understands the intent the first time, and after that only works out
// what is left to reach the target that was understood.
func (x *execution) plan(instrument domain.Instrument) domain.Plan {
	if x.ticket.Target != nil {
		position := x.position()
		if x.flattens() {
			position = x.expected()
		}
		return domain.ContinuePlan(x.intent, x.rules, x.situation(position, instrument), *x.ticket.Target)
	}
	return domain.PlanOrders(x.intent, x.rules, x.situation(x.expected(), instrument))
}

// position is what the intent trades against, by the config's scope.
func (x *execution) position() domain.Net {
	if x.rules.PositionScope == domain.PositionScopeAccount {
		return x.brief.AccountPosition.Quantity
	}
	return x.brief.ConfigPosition.Quantity
}

// expected counts market orders that are on their way as if they were filled:
// the sender does.
func (x *execution) expected() domain.Net {
	p := x.position()
	for _, o := range x.brief.Working {
		if t := o.Terms(); t.Type == domain.OrderTypeMarket {
			p = p.After(t.Side, o.LeavesQuantity())
		}
	}
	return p
}

func (x *execution) situation(position domain.Net, instrument domain.Instrument) domain.Situation {
	account := x.available()
	// What is expected on top of the position the account will hold as well.
	account = account.Plus(position.Plus(x.position().Opposite()))
	s := domain.Situation{
		Position: position, Account: account, Instrument: instrument, Multiplier: x.ticket.Multiplier,
		Age: x.age(), Now: x.clock.Now(), Market: x.market, Equity: x.equity, Usage: x.brief.Usage, Carried: x.brief.Carried,
		Brackets: x.can.Brackets, Stops: takesStops(x.can), Quotes: x.watchable,
		Protected: x.isProtected() && x.closes == nil, Restorable: x.isRestorable(),
		Stood: x.brief.Stood,
	}
	if len(x.brief.Orders) == 0 {
		s.Next = x.brief.Next
	}
	return s
}

// clearTheWay ends open orders in the lane before an exit. The target is
// written down first, for it was read from a position these orders belong to.
func (x *execution) clearTheWay(ctx context.Context, plan domain.Plan) (time.Duration, bool, error) {
	if x.ticket.Target == nil {
		err := x.ledger.Plan(ctx, x.lease, x.ticket.ID, ports.TicketPlan{Target: plan.Target, Decisions: plan.Decisions, Link: x.link()})
		if err != nil {
			return 0, false, err
		}
	}
	if err := x.suspendProtection(ctx); err != nil {
		return 0, false, err
	}
	return x.cancelThem(ctx, x.inTheWay())
}

// cancelAll is what a cancel intent does: what protects a position ends as well,
// and is not put back.
func (x *execution) cancelAll(ctx context.Context) (time.Duration, bool, error) {
	if len(x.brief.Working) == 0 {
		if err := x.ledger.EndProtection(ctx, x.protectedLane(), domain.ProtectionCanceled, x.clock.Now()); err != nil {
			return 0, false, err
		}
		return 0, true, x.finish(ctx, x.end(domain.StateDone), nil)
	}
	return x.cancelThem(ctx, x.brief.Working)
}

// cancelThem asks for every one of the orders to end, and gives a wait while one
// is still open.
func (x *execution) cancelThem(ctx context.Context, orders []*domain.Order) (time.Duration, bool, error) {
	wait := time.Duration(0)
	for _, o := range orders {
		settled, err := x.endOrder(ctx, o)
		if err != nil {
			return 0, false, err
		}
		if !settled {
			wait = waitForVenue
		}
	}
	return wait, false, nil
}

// endOrder asks for an open order to end, and reports whether it has.
func (x *execution) endOrder(ctx context.Context, o *domain.Order) (settled bool, err error) {
	ask := x.orders.cancel
	switch {
	case o.Submission() != domain.SubmissionAcknowledged || o.Status() == domain.StatusPendingCancel:
		ask = x.orders.lookUp
	case o.IsLeg():
		// A leg that ends without this the venue ended, and somebody has to act.
		if o, err = x.record(ctx, o, []domain.OrderEvent{x.orders.ours(o, domain.EventCancelAsked, "", "")}); err != nil {
			return false, err
		}
	}
	events, err := ask(ctx, x.account, o)
	if isBracketLeg(o) && errors.Is(err, domain.KindNotFound) {
		wait := time.Duration(0)
		if wait, err = x.untilProvenAbsent(o); wait > 0 || err != nil {
			return false, err
		}
		events = []domain.OrderEvent{x.legNotPlaced(o, "the broker does not have this leg")}
	}
	if err != nil {
		return false, err
	}
	fresh, err := x.record(ctx, o, events)
	if err != nil {
		return false, err
	}
	return fresh.IsSettled(), nil
}

func (x *execution) record(ctx context.Context, o *domain.Order, events []domain.OrderEvent) (*domain.Order, error) {
	return x.ledger.Record(ctx, ports.OrderFacts{OrderID: o.ID(), Events: events}, x.clock.Now())
}

func (x *execution) end(state domain.State) ports.TicketEnd {
	return ports.TicketEnd{TicketID: x.ticket.ID, LaneSeq: x.ticket.LaneSeq, State: state}
}

func (x *execution) refusal(code, message string) ports.TicketEnd {
	end := x.end(domain.StateRefused)
	end.Reasons = []domain.Reason{{Code: code, Message: message}}
	return end
}

// endOf ends a ticket whose plan has nothing to place. Reaching the target is
// done where orders led there, and a recorded refusal where there was nothing
// to do at all.
func (x *execution) endOf(plan domain.Plan) ports.TicketEnd {
	end := x.end(plan.State)
	end.Reasons, end.Decisions, end.WaitsUntil = plan.Reasons, plan.Decisions, plan.WaitsUntil
	if len(x.brief.Orders) > 0 {
		end.State = domain.StateDone
	}
	return end
}

func (x *execution) finish(ctx context.Context, end ports.TicketEnd, facts []ports.OrderFacts) error {
	end.Link = x.link()
	if end.State.IsFinal() {
		end.Decisions = append(end.Decisions, reviews(x.brief.Orders)...)
	}
	end, facts = x.withRefusedStop(end), append(facts, x.endOfLegs(end)...)
	if err := x.ledger.Finish(ctx, x.lease, end, facts, x.clock.Now()); err != nil {
		return err
	}
	x.log.InfoContext(ctx, "ticket "+string(end.State), "ticket_id", x.ticket.ID, "signal_id", x.ticket.SignalID,
		"symbol", x.ticket.Symbol, "reasons", reasonCodes(end.Reasons))
	return nil
}

func reasonCodes(reasons []domain.Reason) []string {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	return codes
}
