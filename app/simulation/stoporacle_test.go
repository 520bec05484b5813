package simulation_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// judgeStops: nothing is held beyond a price that was to end it, but where a person
// has to act first.
func (w *world) judgeStops(b books) (wrong []string) {
	waits := map[place]bool{}
	for lane, tickets := range b.lanes() {
		for _, t := range tickets {
			waits[lane] = waits[lane] || t.State == "needs_review"
		}
	}
	for _, s := range b.stops {
		held := min(s.Filled.Decimal().IntPart(), s.ConfigPosition.Size().Decimal().IntPart(), s.AccountPosition.Size().Decimal().IntPart())
		if held == 0 || waits[place{s.BrokerAccountID, s.Symbol, 0}] || !holds(s, s.ConfigPosition) || !holds(s, s.AccountPosition) {
			continue
		}
		at := w.venueOf(s.BrokerAccountID).price(s.Symbol, time.Now()).Decimal().IntPart()
		if s.TriggeredAt != nil || isReached(s, at) {
			wrong = append(wrong, fmt.Sprintf("unprotected: %d of order %s are held at %d, with %d exits", held, short(s.EntryID.String()), at, s.Exits))
		}
	}
	return wrong
}

// holds reports whether a position is on the side that the stop's exit ends.
func holds(s ports.WatchedStop, position domain.Net) bool {
	if s.Side == "sell" {
		return position.Decimal().IsPositive()
	}
	return position.Decimal().IsNegative()
}

func isReached(s ports.WatchedStop, at int64) bool {
	loss, profit := s.StopLoss, s.TakeProfit
	if s.Side == "buy" {
		loss, profit = profit, loss // a buy ends a short
	}
	return loss != nil && at <= loss.Decimal().IntPart() || profit != nil && at >= profit.Decimal().IntPart()
}

func (w *world) venueOf(account domain.BrokerAccountID) *venue {
	for _, a := range w.accounts {
		if a.ID() == account {
			return w.venues[a.Kind()]
		}
	}
	return nil
}

// judgeStopExits: what watches over entries ends, by all exits together, no more
// than they filled, and only where their market was there.
func (w *world) judgeStopExits(b books) (wrong []string) {
	entries, exits := map[string]*domain.Order{}, map[domain.SignalID]string{}
	for _, o := range b.orders {
		entries[o.ID().String()] = o
	}
	for _, s := range b.signals {
		if entry, ours := strings.CutPrefix(string(s.Payload), "synthetic stop of order "); ours {
			w.stats.Reached++
			exits[s.ID] = entry
			o := entries[entry]
			if o == nil {
				wrong = append(wrong, fmt.Sprintf("signal %s ends order %s, which is not there", short(s.ID.String()), short(entry)))
				continue
			}
			if v := w.venueOf(o.Terms().BrokerAccountID); !v.moved(o.Terms().Symbol, o.Terms().CreatedAt, s.ReceivedAt.Add(2*maxSkew)) {
				wrong = append(wrong, fmt.Sprintf("order %s was ended though its market stood still", short(entry)))
			}
		}
	}
	built, sold := map[holding]int64{}, map[holding]int64{}
	seen := map[string]bool{}
	for _, o := range b.orders {
		entry := entries[exits[o.Terms().SignalID]]
		if entry == nil {
			continue
		}
		if !seen[entry.ID().String()] {
			built[holdingOf(entry)] += entry.FilledQuantity().Decimal().IntPart()
			seen[entry.ID().String()] = true
		}
		if taken := w.takenAs(o.Terms().ClientOrderID); taken != nil {
			_, filled := taken.executed(time.Now())
			sold[holdingOf(entry)] += filled
		}
	}
	for h, quantity := range sold {
		if quantity > built[h] {
			wrong = append(wrong, fmt.Sprintf("doubled: the stops in %s ended %d, whose entries had filled %d", h.symbol, quantity, built[h]))
		}
	}
	return wrong
}

// holding is what one webhook's fills built. An exit takes over what one before it
// left open, so that exits are held against all entries of a holding.
type holding struct {
	account domain.BrokerAccountID
	symbol  domain.Symbol
	config  domain.WebhookConfigID
}

func holdingOf(o *domain.Order) holding {
	t := o.Terms()
	return holding{t.BrokerAccountID, t.Symbol, *t.WebhookConfigID}
}

// moved reports whether a market was away from its price at any time between two.
func (v *venue) moved(symbol domain.Symbol, from, to time.Time) bool {
	for _, m := range v.moves {
		if m.symbol == symbol && m.from.Before(to) && m.to.After(from) {
			return true
		}
	}
	return false
}
