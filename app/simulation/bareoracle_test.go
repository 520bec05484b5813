package simulation_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// judgeBare: of what entries with a stop-loss built, at venues that take stop
// orders, a stop order works for what is still held. It does not where a person has
// to act first, or was told that nothing could be done, or wanted it gone.
func (w *world) judgeBare(b books) (wrong []string) {
	byID := map[string]*domain.Order{}
	for _, o := range b.orders {
		byID[o.Terms().ClientOrderID] = o
	}
	excused := w.knownBare(b)
	for _, v := range w.venues {
		if v.quotes || v.lookup == "none" {
			continue // judged by judgeStops, or not protected at all
		}
		for h, held := range v.protected(byID) {
			if excused[h] || v.isShared(h, byID) {
				continue
			}
			left := max(held, -held)
			for _, o := range v.taken {
				known := byID[o.clientOrderID]
				if known != nil && known.Terms().StopPrice != nil && known.Terms().ParentID != nil && holdingOf(known) == h && o.sign*held < 0 && !o.over(time.Now()) {
					_, filled := o.executed(time.Now())
					left -= o.quantity - filled
				}
			}
			if left > 0 {
				wrong = append(wrong, fmt.Sprintf("bare: %d of %d in %s at %s are held without the stop order that was wanted", left, held, h.symbol, v.kind))
			}
		}
	}
	return wrong
}

// knownBare gives the holdings of which somebody knows that they stand bare.
func (w *world) knownBare(b books) map[holding]bool {
	known := map[holding]bool{}
	for _, tickets := range b.lanes() {
		waits := false
		for _, t := range tickets {
			waits = waits || t.State == "needs_review"
		}
		for _, s := range b.signals {
			for _, t := range s.Tickets {
				if s.WebhookConfigID == nil || t.BrokerAccountID != tickets[0].BrokerAccountID || t.Symbol != tickets[0].Symbol {
					continue
				}
				h := holding{t.BrokerAccountID, t.Symbol, *s.WebhookConfigID}
				told := slices.ContainsFunc(t.Reasons, func(r domain.Reason) bool { return r.Code == "position_bare" })
				known[h] = known[h] || waits || told || s.Intent.Action == "cancel" && t.State == "done"
			}
		}
	}
	return known
}

// protected gives how much of what each webhook holds was entered with a stop-loss,
// counting all that was exited as if that had been it; negative is short.
func (v *venue) protected(byID map[string]*domain.Order) map[holding]int64 {
	type moved struct {
		at       time.Time
		of       holding
		quantity int64
		stopped  bool
	}
	var moves []moved
	for _, o := range v.taken {
		known := byID[o.clientOrderID]
		if known == nil {
			continue // said elsewhere
		}
		fills, _ := o.executed(time.Now())
		for _, f := range fills {
			t := known.Terms()
			moves = append(moves, moved{f.at, holdingOf(known), o.sign * f.quantity, t.Class == "oto" && t.ParentID == nil})
		}
	}
	slices.SortStableFunc(moves, func(a, b moved) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	positions, stopped := map[holding]int64{}, map[holding]int64{}
	for _, m := range moves {
		before := positions[m.of]
		after := before + m.quantity
		positions[m.of] = after
		switch {
		case before*after < 0 || after == 0:
			stopped[m.of] = 0
			if m.stopped {
				stopped[m.of] = after
			}
		case before*m.quantity < 0:
			stopped[m.of] = nearer(stopped[m.of], m.quantity)
		case m.stopped:
			stopped[m.of] += m.quantity
		}
	}
	return stopped
}

// nearer brings a quantity nearer to 0 by another of the other sign, and not beyond.
func nearer(quantity, by int64) int64 {
	switch {
	case quantity > 0:
		return max(0, quantity+by)
	case quantity < 0:
		return min(0, quantity+by)
	}
	return 0
}

// isShared reports whether others trade in the lane as well: what they hold against
// it is not there to be protected.
func (v *venue) isShared(h holding, byID map[string]*domain.Order) bool {
	return slices.ContainsFunc(v.taken, func(o *taken) bool {
		known := byID[o.clientOrderID]
		return known != nil && o.account == h.account && o.symbol == h.symbol && holdingOf(known) != h
	})
}
