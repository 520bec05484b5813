package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Installation gives the mark made with the store.
func (s *Store) Installation(ctx context.Context) (domain.Installation, error) {
	err := s.transact(ctx, func(*tx) error { return nil })
	if err != nil {
		return "", err
	}
	return s.mark, nil
}

// Brief gathers what is known about a ticket.
func (s *Store) Brief(ctx context.Context, id domain.TicketID) (*ports.TicketBrief, error) {
	var brief *ports.TicketBrief
	err := s.transact(ctx, func(t *tx) (err error) {
		brief, err = t.brief(id)
		return err
	})
	return brief, err
}

func (t *tx) brief(id domain.TicketID) (*ports.TicketBrief, error) {
	ticket, ok := t.tickets[id]
	if !ok {
		return nil, domain.NotFound("ticket")
	}
	signal := t.signals[ticket.SignalID]
	b := &ports.TicketBrief{
		Ticket: copyTicket(ticket), Signal: t.restoreSignal(signal), Account: restoreAccount(t.accounts[ticket.BrokerAccountID]),
	}
	whole := positionKey{scope: ports.PositionsByAccount, account: ticket.BrokerAccountID, symbol: ticket.Symbol}
	own := positionKey{scope: ports.PositionsByWebhook, account: ticket.BrokerAccountID, symbol: ticket.Symbol}
	if config := signal.signal.WebhookConfigID; config != nil {
		own.config = *config
		t.briefOfConfig(b, ticket, signal, *config)
	}
	b.AccountPosition = copyPosition(t.positions[whole].position)
	b.ConfigPosition = copyPosition(t.positions[own].position)

	b.Halts = t.haltsOn(ticket)
	b.SupersededBy = t.exitBehind(ticket, signal.signal.WebhookConfigID)
	b.ReplacedBy = t.replacedBy(ticket, signal.signal.WebhookConfigID)

	var mine, legs, working, others []orderRow
	for _, order := range t.byTicket[id] {
		if row := t.orders[order]; row.isLeg() {
			legs = append(legs, row)
		} else {
			mine = append(mine, row)
		}
	}
	for order := range t.live {
		row := t.orders[order]
		switch terms := row.order.Terms; {
		case terms.TicketID == id || terms.BrokerAccountID != ticket.BrokerAccountID || terms.Symbol != ticket.Symbol:
		case holding(terms) == own || signal.signal.Source == domain.SourceHalt && signal.signal.WebhookConfigID == nil:
			working = append(working, row)
		default:
			others = append(others, row)
		}
	}
	slices.SortFunc(mine, compareSteps)
	slices.SortFunc(legs, compareSteps)
	for _, open := range [][]orderRow{working, others} {
		slices.SortFunc(open, func(a, b orderRow) int { return compareIDs(a.order.Terms.ID.UUID, b.order.Terms.ID.UUID) })
	}
	var err error
	if b.Orders, err = restoreOrders(mine); err != nil {
		return nil, err
	}
	if b.Legs, err = restoreOrders(legs); err != nil {
		return nil, err
	}
	if b.Working, err = restoreOrders(working); err != nil {
		return nil, err
	}
	b.Others, err = restoreOrders(others)
	return b, err
}

// briefOfConfig tells what hangs on the config of a ticket's signal.
func (t *tx) briefOfConfig(b *ports.TicketBrief, ticket domain.Ticket, signal signalRow, config domain.WebhookConfigID) {
	b.Stood = clone(t.chains[t.chainOf(ticket, config)])
	b.Rules = t.rules(config, signal.signal.WebhookConfigVersion)
	if b.Rules == nil {
		return
	}
	if b.Rules.Risk.Count() {
		b.Usage = t.usage(config)
	}
	if b.Rules.Staleness.Collapse {
		b.Next = t.next(ticket, config)
	}
	if b.Rules.Staleness.Collapse || b.Rules.Session.Waits {
		b.Carried = t.carried(ticket, config)
	}
	if b.Rules.Chain.OnBreak == domain.ChainHold && signal.signal.Intent.PreviousPosition != nil {
		b.Behind = t.behind(ticket, config)
	}
}

func compareSteps(a, b orderRow) int {
	x, y := a.order.Terms, b.order.Terms
	return cmp.Or(cmp.Compare(x.Step, y.Step), cmp.Compare(x.Revision, y.Revision))
}

// exitBehind gives the signal of the first full exit behind a ticket in its lane,
// of the same config or not by an alert.
func (t *tx) exitBehind(ticket domain.Ticket, config *domain.WebhookConfigID) *domain.SignalID {
	id := t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}]
	for seq := ticket.LaneSeq + 1; seq <= t.lanes[id].last; seq++ {
		behind := t.signals[t.tickets[t.places[place{id, seq}]].SignalID].signal
		if by := behind.WebhookConfigID; behind.Intent.IsFullExit() && (by == nil || config != nil && *by == *config) {
			return &behind.ID
		}
	}
	return nil
}

// rules gives the rules a config had in a version.
func (t *tx) rules(config domain.WebhookConfigID, version int) *domain.WebhookRules {
	for _, v := range t.configs[config].versions {
		if v.number == version {
			rules := copyRules(v.rules)
			return &rules
		}
	}
	return nil
}

// holding names the position an order's fills build for its config.
func holding(terms domain.OrderTerms) positionKey {
	k := positionKey{scope: ports.PositionsByWebhook, account: terms.BrokerAccountID, symbol: terms.Symbol}
	if terms.WebhookConfigID != nil {
		k.config = *terms.WebhookConfigID
	}
	return k
}

// Plan settles what a ticket wants.
func (s *Store) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return s.transact(ctx, func(t *tx) error {
		ticket, ok := t.tickets[id]
		if !ok {
			return domain.NotFound("ticket")
		}
		if _, err := t.holdsFor(lease, ticket.BrokerAccountID, ticket.Symbol); err != nil {
			return err
		}
		return t.plan(ticket, plan)
	})
}

// Note adds decisions to a ticket.
func (s *Store) Note(ctx context.Context, lease ports.Lease, id domain.TicketID, decisions []domain.Decision) error {
	return s.transact(ctx, func(t *tx) error {
		ticket, ok := t.tickets[id]
		if !ok {
			return domain.NotFound("ticket")
		}
		if _, err := t.holdsFor(lease, ticket.BrokerAccountID, ticket.Symbol); err != nil {
			return err
		}
		if err := storableDecisions(decisions); err != nil {
			return err
		}
		ticket.Decisions = slices.Concat(ticket.Decisions, decisions)
		ticket.UpdatedAt = t.now
		put(t, t.tickets, id, ticket)
		return nil
	})
}

func (t *tx) plan(ticket domain.Ticket, plan ports.TicketPlan) error {
	if err := storableDecisions(plan.Decisions); err != nil {
		return err
	}
	if ticket.State != domain.StateExecuting {
		next, err := ticket.State.Next(domain.StateExecuting)
		if err != nil {
			return err
		}
		ticket.State = next
	}
	if ticket.Target == nil {
		ticket.Target = &plan.Target
	}
	ticket.Decisions = slices.Concat(ticket.Decisions, plan.Decisions)
	t.putTicket(ticket, t.now)
	t.link(ticket, plan.Link)
	return nil
}

// putTicket stores a ticket and brings its signal in line.
func (t *tx) putTicket(ticket domain.Ticket, at time.Time) {
	ticket.UpdatedAt = at
	put(t, t.tickets, ticket.ID, ticket)
	row := t.signals[ticket.SignalID]
	states := make([]domain.State, len(row.tickets))
	for i, id := range row.tickets {
		states[i] = t.tickets[id].State
	}
	row.signal.State, row.signal.UpdatedAt = domain.SignalState(states), at
	put(t, t.signals, ticket.SignalID, row)
}

// Finish ends the ticket at the head of its lane.
func (s *Store) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	var refusal error
	err := s.transact(ctx, func(t *tx) error {
		for _, f := range facts {
			if _, err := t.record(f, at); err != nil {
				return err
			}
		}
		ticket, ok := t.tickets[end.TicketID]
		if !ok {
			return domain.NotFound("ticket")
		}
		var lane laneRow
		if lane, refusal = t.mayEnd(lease, ticket, end); refusal == nil {
			return t.end(lease.LaneID, lane, ticket, end, at)
		}
		// The decision comes too late; the facts stay facts.
		return nil
	})
	return cmp.Or(err, refusal)
}

// mayEnd gives the lane of a ticket where the lease holds and the ticket is its
// head.
func (t *tx) mayEnd(lease ports.Lease, ticket domain.Ticket, end ports.TicketEnd) (laneRow, error) {
	lane, err := t.holdsFor(lease, ticket.BrokerAccountID, ticket.Symbol)
	if err == nil && (ticket.LaneSeq != lane.done+1 || end.LaneSeq != ticket.LaneSeq) {
		err = domain.Conflict("not_head", "the ticket is not at the head of its lane")
	}
	return lane, err
}

func (t *tx) end(id int64, lane laneRow, ticket domain.Ticket, end ports.TicketEnd, at time.Time) error {
	if !end.State.IsFinal() && end.State != domain.StateNeedsReview {
		return domain.Invalid("invalid_state", "state", "a ticket does not end as "+string(end.State))
	}
	if err := storableReasons(end.Reasons); err != nil {
		return err
	}
	if err := storableDecisions(end.Decisions); err != nil {
		return err
	}
	if ticket.State != end.State {
		if _, err := ticket.State.Next(end.State); err != nil {
			return err
		}
	}
	ticket.State, ticket.Reasons = end.State, slices.Clone(end.Reasons)
	ticket.Decisions = slices.Concat(ticket.Decisions, end.Decisions)
	t.rest(&ticket, end.WaitsUntil)
	t.putTicket(ticket, at)
	t.link(ticket, end.Link)
	if end.State.IsFinal() {
		lane.done++
		put(t, t.lanes, id, lane)
	}
	return nil
}

// Account gives an account, whoever it belongs to.
func (s *Store) Account(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	var a *domain.BrokerAccount
	err := s.transact(ctx, func(t *tx) error {
		row, ok := t.accounts[id]
		if !ok {
			return domain.NotFound("broker account")
		}
		a = restoreAccount(row)
		return nil
	})
	return a, err
}
