package app

import (
	"context"
	"errors"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// age is how old the intent is by this process's clock.
func (x *execution) age() domain.Age {
	s := x.brief.Signal.Snapshot()
	return ageOf(s.ReceivedAt, s.Intent.SenderTime, x.clock.Now())
}

func ageOf(receivedAt time.Time, senderTime *time.Time, now time.Time) domain.Age {
	age := domain.Age{ReceivedSeconds: int(now.Sub(receivedAt) / time.Second)}
	if senderTime != nil {
		age.SenderSeconds = new(int(now.Sub(*senderTime) / time.Second))
	}
	return age
}

// planAtMarket plans, once the broker has said what the account is worth where the
// size of an entry hangs on it, and where a rule holds an entry against the market,
// plans again once the broker was asked for its prices. No exit waits for an answer.
func (x *execution) planAtMarket(ctx context.Context, broker ports.Broker, instrument domain.Instrument) (domain.Plan, error) {
	x.market, x.equity = domain.Prices{}, nil
	if x.ticket.Target == nil && x.rules.AsksEquity(x.intent) {
		asked, cancel := context.WithTimeout(ctx, x.c.SendTimeout)
		x.equity = equityOf(asked, broker, x.account)
		cancel()
		if err := ctx.Err(); err != nil {
			return domain.Plan{}, err
		}
	}
	plan := x.plan(instrument)
	exitFirst := len(plan.Steps) > 0 && plan.Steps[0].Effect == domain.EffectExit
	if exitFirst || x.rules.Staleness.MaxPriceDriftPercent == nil {
		return plan, nil
	}
	asked, cancel := context.WithTimeout(ctx, x.c.SendTimeout)
	defer cancel()
	x.market = pricesAt(asked, broker, x.account, x.ticket.Symbol)
	return x.plan(instrument), ctx.Err()
}

// pricesAt gives what a symbol trades at. They are unknown where the broker does
// not know them or could not be asked.
func pricesAt(ctx context.Context, broker ports.Broker, account *domain.BrokerAccount, symbol domain.Symbol) domain.Prices {
	quotes, ok := broker.(ports.Quotes)
	if !ok {
		return domain.Prices{}
	}
	quote, err := quotes.Quote(ctx, account, symbol)
	if err != nil {
		return domain.Prices{}
	}
	return quote.Prices()
}

// equityOf gives what an account is worth; nil where the broker could not be asked.
func equityOf(ctx context.Context, broker ports.Broker, account *domain.BrokerAccount) *domain.Money {
	summary, err := broker.Summary(ctx, account)
	if err != nil {
		return nil
	}
	return &summary.Equity
}

// limitsOf gives what counts the order of a step: an exit is never counted out.
func (x *execution) limitsOf(step domain.Step) *domain.RiskLimits {
	if step.Effect != domain.EffectEntry || x.brief.Rules == nil {
		return nil
	}
	return &x.brief.Rules.Risk
}

func isLimitReached(err error) bool {
	e, ok := errors.AsType[*domain.Error](err)
	return ok && e.Kind == domain.KindConflict && e.Code == "limit_reached"
}

// setAside ends a ticket for another one, which goes on from its target: that is
// written down first.
func (x *execution) setAside(ctx context.Context, plan domain.Plan) error {
	if x.ticket.Target == nil {
		if err := x.ledger.Plan(ctx, x.lease, x.ticket.ID, ports.TicketPlan{Target: plan.Target, Link: x.link()}); err != nil {
			return err
		}
	}
	return x.finish(ctx, x.endOf(plan), nil)
}
