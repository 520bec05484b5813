package simulation_test

import (
	"context"
	"fmt"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type nothing = struct{}

type simDirectory struct{ reaching }

func (d simDirectory) ByToken(ctx context.Context, token ports.TokenHash) (ports.ReachedWebhook, error) {
	return across(d.reaching, fmt.Sprintf("finds webhook %x", token[:2]), func() (ports.ReachedWebhook, error) {
		return d.w.store.ByToken(ctx, token)
	})
}

func (d simDirectory) ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	return across(d.reaching, "finds webhook "+short(id.String()), func() (*domain.WebhookConfig, error) { return d.w.store.ByID(ctx, id) })
}

type simInbox struct {
	ports.SignalInbox
	reaching
}

func (i simInbox) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	return across(i.reaching, fmt.Sprintf("stores %d", len(arrivals)), func() ([]ports.ArrivalResult, error) {
		return i.SignalInbox.Append(ctx, arrivals)
	})
}

func (i simInbox) Submit(ctx context.Context, s *domain.Signal) error {
	_, err := across(i.reaching, "stores signal "+short(s.ID().String()), func() (nothing, error) { return nothing{}, i.SignalInbox.Submit(ctx, s) })
	return err
}

type simLanes struct {
	ports.Lanes
	reaching
}

func (l simLanes) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	return across(l.reaching, "claims", func() ([]ports.ClaimedLane, error) {
		claimed, err := l.Lanes.Claim(ctx, want)
		for _, lane := range claimed {
			l.w.epochs[lane.Lease.LaneID] = lane.Lease.Epoch
		}
		return claimed, err
	})
}

func (l simLanes) Renew(ctx context.Context, leases []ports.Lease, lease time.Duration) ([]ports.Lease, error) {
	return across(l.reaching, fmt.Sprintf("renews %d", len(leases)), func() ([]ports.Lease, error) {
		return l.Lanes.Renew(ctx, leases, lease)
	})
}

func (l simLanes) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	_, err := across(l.reaching, fmt.Sprintf("releases lane %d.%d for %s", lease.LaneID, lease.Epoch, after), func() (nothing, error) {
		return nothing{}, l.Lanes.Release(ctx, lease, after)
	})
	return err
}

// decided notes a decision that was taken under a lease that is void.
func (r reaching) decided(lease ports.Lease, what string, err error) error {
	if now := r.w.epochs[lease.LaneID]; err == nil && lease.Epoch < now {
		r.w.breaches = append(r.w.breaches, fmt.Sprintf(
			"fence: %s %s under epoch %d of lane %d, which %d had taken over", r.p.title(), what, lease.Epoch, lease.LaneID, now))
	}
	return err
}

type simLedger struct {
	ports.Ledger
	reaching
}

func (l simLedger) Installation(ctx context.Context) (domain.Installation, error) {
	return aside(l.reaching, func() (domain.Installation, error) { return l.Ledger.Installation(ctx) })
}

func (l simLedger) Account(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	return aside(l.reaching, func() (*domain.BrokerAccount, error) { return l.Ledger.Account(ctx, id) })
}

func (l simLedger) Brief(ctx context.Context, id domain.TicketID) (*ports.TicketBrief, error) {
	return across(l.reaching, "reads ticket "+short(id.String()), func() (*ports.TicketBrief, error) { return l.Ledger.Brief(ctx, id) })
}

func (l simLedger) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	_, err := across(l.reaching, "plans ticket "+short(id.String())+" to "+plan.Target.String(), func() (nothing, error) {
		return nothing{}, l.decided(lease, "planned", l.Ledger.Plan(ctx, lease, id, plan))
	})
	return err
}

func (l simLedger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	t := o.Terms()
	what := fmt.Sprintf("intends order %s, step %d of ticket %s: %s %s", short(t.ClientOrderID), t.Step, short(t.TicketID.String()), t.Side, t.Quantity)
	_, err := across(l.reaching, what, func() (nothing, error) {
		return nothing{}, l.attempted(t, l.decided(lease, "intended", l.Ledger.Intend(ctx, lease, o, first, plan)))
	})
	return err
}

func (l simLedger) Overtake(ctx context.Context, lease ports.Lease, id domain.TicketID, why domain.Decision) error {
	_, err := across(l.reaching, "lets ticket "+short(id.String())+" go first", func() (nothing, error) {
		err := l.decided(lease, "reordered", l.Ledger.Overtake(ctx, lease, id, why))
		if err == nil {
			l.w.stats.Reordered++
		}
		return nothing{}, err
	})
	return err
}

func (l simLedger) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (*domain.Order, error) {
	return across(l.reaching, fmt.Sprintf("intends attempt %d of order %s", next.Number, short(id.String())), func() (*domain.Order, error) {
		fresh, err := l.Ledger.Retry(ctx, lease, id, next)
		if err = l.decided(lease, "retried", err); err == nil {
			err = l.attempted(fresh.Terms(), nil)
		}
		return fresh, err
	})
}

func (l simLedger) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	return across(l.reaching, fmt.Sprintf("records %s of order %s", kinds(facts.Events), short(facts.OrderID.String())), func() (*domain.Order, error) {
		return l.Ledger.Record(ctx, facts, at)
	})
}

func (l simLedger) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	_, err := across(l.reaching, fmt.Sprintf("ends ticket %s as %s", short(end.TicketID.String()), end.State), func() (nothing, error) {
		return nothing{}, l.decided(lease, "finished", l.Ledger.Finish(ctx, lease, end, facts, at))
	})
	return err
}

func (l simLedger) Working(ctx context.Context, account *domain.BrokerAccountID, age time.Duration, limit int) ([]*domain.Order, error) {
	return across(l.reaching, "asks for working orders", func() ([]*domain.Order, error) { return l.Ledger.Working(ctx, account, age, limit) })
}

func (l simLedger) ByClientOrderIDs(ctx context.Context, ids []string) ([]*domain.Order, error) {
	return across(l.reaching, fmt.Sprintf("reads %d orders", len(ids)), func() ([]*domain.Order, error) { return l.Ledger.ByClientOrderIDs(ctx, ids) })
}

func (l simLedger) Compare(ctx context.Context, age, lease time.Duration, limit int) ([]ports.Comparison, error) {
	return across(l.reaching, "asks for accounts to compare", func() ([]ports.Comparison, error) { return l.Ledger.Compare(ctx, age, lease, limit) })
}

func (l simLedger) Compared(ctx context.Context, id domain.BrokerAccountID) error {
	_, err := across(l.reaching, "has compared an account", func() (nothing, error) { return nothing{}, l.Ledger.Compared(ctx, id) })
	return err
}

func (l simLedger) Unmatched(ctx context.Context, o domain.UnmatchedOrder) (bool, error) {
	return across(l.reaching, "finds order "+short(o.ClientOrderID)+" unmatched", func() (bool, error) { return l.Ledger.Unmatched(ctx, o) })
}

func (l simLedger) WatchedStops(ctx context.Context, after domain.OrderID, limit int) ([]ports.WatchedStop, error) {
	return across(l.reaching, "reads synthetic stops", func() ([]ports.WatchedStop, error) { return l.Ledger.WatchedStops(ctx, after, limit) })
}

func (l simLedger) ProtectedPositions(ctx context.Context, after domain.OrderID, limit int) ([]ports.ProtectedPosition, error) {
	return across(l.reaching, "reads protected positions", func() ([]ports.ProtectedPosition, error) {
		return l.Ledger.ProtectedPositions(ctx, after, limit)
	})
}

func (l simLedger) ProtectedPosition(ctx context.Context, entry domain.OrderID) (ports.ProtectedPosition, error) {
	return across(l.reaching, "reads what order "+short(entry.String())+" built", func() (ports.ProtectedPosition, error) {
		return l.Ledger.ProtectedPosition(ctx, entry)
	})
}

func (l simLedger) Protecting(ctx context.Context, entry domain.OrderID, number int, at time.Time) error {
	_, err := across(l.reaching, fmt.Sprintf("has found order %s bare, time %d", short(entry.String()), number), func() (nothing, error) {
		return nothing{}, l.Ledger.Protecting(ctx, entry, number, at)
	})
	return err
}

func (l simLedger) EndProtection(ctx context.Context, lane ports.ProtectedLane, reason domain.ProtectionEnd, at time.Time) error {
	_, err := across(l.reaching, "keeps the entries in "+string(lane.Symbol)+" no more: "+string(reason), func() (nothing, error) {
		return nothing{}, l.Ledger.EndProtection(ctx, lane, reason, at)
	})
	return err
}

func (l simLedger) Trigger(ctx context.Context, entry domain.OrderID, price domain.Price, at time.Time) error {
	_, err := across(l.reaching, "triggers the stop of order "+short(entry.String()), func() (nothing, error) {
		return nothing{}, l.Ledger.Trigger(ctx, entry, price, at)
	})
	return err
}

func (l simLedger) Exited(ctx context.Context, entry domain.OrderID, number int) error {
	_, err := across(l.reaching, fmt.Sprintf("has made exit %d of the stop of order %s", number, short(entry.String())), func() (nothing, error) {
		return nothing{}, l.Ledger.Exited(ctx, entry, number)
	})
	return err
}

func (l simLedger) EndStop(ctx context.Context, entry domain.OrderID, reason domain.SyntheticStopEnd, at time.Time) error {
	_, err := across(l.reaching, "ends the stop of order "+short(entry.String())+" as "+string(reason), func() (nothing, error) {
		return nothing{}, l.Ledger.EndStop(ctx, entry, reason, at)
	})
	return err
}

func (l simLedger) SyntheticStop(ctx context.Context, entry domain.OrderID) (domain.SyntheticStop, error) {
	return across(l.reaching, "reads the stop of order "+short(entry.String()), func() (domain.SyntheticStop, error) { return l.Ledger.SyntheticStop(ctx, entry) })
}

// short is the end of an id, which is where ids of a world differ.
func short(id string) string { return id[max(0, len(id)-5):] }

func kinds(events []domain.OrderEvent) (all []domain.OrderEventKind) {
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

// simBroker is a venue as one part of a process reaches it.
type simBroker struct {
	venue *venue
	reaching
}

var (
	_ ports.Broker       = simBroker{}
	_ ports.OrderHistory = simBroker{}
)

func (b simBroker) Capabilities() ports.Capabilities { return b.venue.capabilities() }

func (b simBroker) Instrument(context.Context, *domain.BrokerAccount, domain.Symbol) (domain.Instrument, error) {
	return aside(b.reaching, func() (domain.Instrument, error) { return domain.Instrument{Tradable: true}, nil })
}

func (b simBroker) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	what := fmt.Sprintf("sends order %s: %s %s %s", short(r.ClientOrderID), r.Side, r.Quantity, r.Symbol)
	return meet(ctx, b, what, replyLost(), func() (domain.OrderReport, error) {
		deadline, _ := ctx.Deadline()
		if b.w.sabotage.sendsTwice {
			_, _ = b.venue.submit(account.ID(), r, deadline)
		}
		return b.venue.submit(account.ID(), r, deadline)
	})
}

func (b simBroker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	return meet(ctx, b, "looks order "+short(id)+" up", brokerAway(), func() (domain.OrderReport, error) { return b.venue.lookUp(account.ID(), id) })
}

func (b simBroker) Cancel(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	return meet(ctx, b, "cancels order "+short(id), brokerAway(), func() (domain.OrderReport, error) { return b.venue.cancel(account.ID(), id) })
}

func (b simBroker) ChangedOrders(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) (listed []ports.ListedOrder, err error) {
	_, err = meet(ctx, b, "lists orders", brokerAway(), func() (none domain.OrderReport, err error) {
		listed, err = b.venue.changed(account.ID(), since, limit)
		return none, err
	})
	if err != nil {
		return nil, err
	}
	return listed, nil
}

func (b simBroker) Summary(context.Context, *domain.BrokerAccount) (ports.AccountSummary, error) {
	return ports.AccountSummary{}, notNow()
}

// simQuoting is a venue that tells prices as well.
type simQuoting struct{ simBroker }

var _ ports.Quotes = simQuoting{}

func (b simQuoting) Quote(ctx context.Context, _ *domain.BrokerAccount, symbol domain.Symbol) (quote ports.Quote, err error) {
	_, err = meet(ctx, b.simBroker, "asks for the price of "+string(symbol), brokerAway(), func() (none domain.OrderReport, err error) {
		quote, err = b.venue.quote(symbol)
		return none, err
	})
	return quote, err
}

func replyLost() error {
	return &domain.Error{Kind: domain.KindUnknownOutcome, Code: "reply_lost", Msg: "the connection broke"}
}

func brokerAway() error {
	return &domain.Error{Kind: domain.KindUnavailable, Code: "broker_unavailable", Msg: "the broker cannot be reached"}
}

// meet takes one call to a broker. A call that got its turn only when its sender
// had stopped waiting reaches nobody: its connection is closed.
func meet(ctx context.Context, b simBroker, what string, broken error, do func() (domain.OrderReport, error)) (domain.OrderReport, error) {
	f := b.w.reach(b.p, b.role+" "+what)
	if f == processIsOff {
		return domain.OrderReport{}, context.Canceled
	}
	if f == fails || ctx.Err() != nil {
		return domain.OrderReport{}, broken
	}
	report, err := do()
	b.w.trace.add("  %s says %s, %d fills, %v", b.venue.kind, report.Status, len(report.Fills), err)
	switch f { //nolint:exhaustive // the others came back above
	case diesAfter:
		b.w.kill(b.p)
		return domain.OrderReport{}, context.Canceled
	case loses:
		return domain.OrderReport{}, broken
	}
	return report, err
}
