package simulation_test

import (
	"context"
	"fmt"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// planHalts draws halts that come and go between the alerts. None is left once
// the faults are over.
func (w *world) planHalts(length time.Duration) {
	modes := []domain.HaltMode{domain.HaltModeHalt, domain.HaltModeReduceOnly}
	for range w.draw(3) {
		mode := modes[w.draw(len(modes))]
		target := domain.HaltTarget{Scope: domain.HaltScopeUser, UserID: &w.who.UserID}
		switch w.draw(4) {
		case 0:
			target.Scope, target.BrokerAccountID = domain.HaltScopeAccount, new(w.accounts[w.draw(len(w.accounts))].ID())
		case 1:
			target.Scope, target.WebhookConfigID = domain.HaltScopeWebhook, new(w.hooks[w.draw(len(w.hooks))].config.ID())
		case 2:
			target.Scope, target.Symbol = domain.HaltScopeSymbol, "AAPL"
		}
		from, lasts := w.within(0, length), w.within(time.Second, faultsLast/2)
		w.in(from, "a halt of scope "+string(target.Scope)+" and mode "+string(mode), func() {
			w.stats.Halts++
			w.do(func(ctx context.Context, r ports.Repositories) error {
				_, err := r.Halts.Put(ctx, domain.Halt{HaltTerms: domain.HaltTerms{
					ID: domain.HaltID{UUID: w.ids.New()}, Target: target, Mode: mode, By: w.who.UserID, Since: time.Now().UTC(),
				}})
				return err
			})
		})
		w.in(from+lasts, "the halt of scope "+string(target.Scope)+" is lifted", func() {
			w.do(func(ctx context.Context, r ports.Repositories) error {
				if err := r.Halts.Lift(ctx, target, time.Now().UTC()); domain.KindOf(err) != domain.KindNotFound {
					return err // another one of its target was lifted, and this with it
				}
				return nil
			})
		})
	}
}

// attempted notes an attempt that was written down while a halt was in force:
// under halt nothing may be, under reduce_only what makes the position smaller.
func (l simLedger) attempted(t domain.OrderTerms, err error) error {
	if err != nil {
		return err
	}
	l.w.do(func(ctx context.Context, r ports.Repositories) error {
		halts, err := r.Halts.List(ctx)
		if err != nil {
			return err
		}
		held, err := r.Positions.List(ctx, ports.PositionsByWebhook)
		if err != nil {
			return err
		}
		for _, h := range halts {
			if !h.Target.Stops(t.UserID, t.BrokerAccountID, t.WebhookConfigID, t.Symbol) {
				continue
			}
			if h.Mode == domain.HaltModeHalt || !shrinks(held, t) {
				l.w.breaches = append(l.w.breaches, fmt.Sprintf("halt: order %s was written down under %s", short(t.ClientOrderID), h.Mode))
			}
		}
		return nil
	})
	return nil
}

func shrinks(held []ports.HeldPosition, t domain.OrderTerms) bool {
	for _, p := range held {
		if p.BrokerAccountID == t.BrokerAccountID && p.Symbol == t.Symbol && p.WebhookConfigID != nil && *p.WebhookConfigID == *t.WebhookConfigID {
			net := p.Position.Quantity
			return !net.IsFlat() && net.IsShort() == (t.Side == domain.SideBuy) && t.Quantity.Cmp(net.Size()) <= 0
		}
	}
	return false
}

func (l simLedger) Note(ctx context.Context, lease ports.Lease, id domain.TicketID, decisions []domain.Decision) error {
	_, err := across(l.reaching, "notes why ticket "+short(id.String())+" waits", func() (nothing, error) {
		return nothing{}, l.decided(lease, "noted", l.Ledger.Note(ctx, lease, id, decisions))
	})
	return err
}
