package paper_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// law checks what must hold after every step of any history.
func law(text string, holds func(h *history)) {
	It(text, func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			h := newHistory(t)
			for range rapid.IntRange(1, 40).Draw(t, "steps") {
				h.step()
				holds(h)
			}
		})
	})
}

var _ = Describe("Whatever happens on an account", func() {
	law("equity is starting cash and profit, realized and not", func(h *history) {
		profit := h.engine.RealizedProfit().Add(h.engine.UnrealizedProfit())
		off := h.engine.Summary().Equity.Sub(h.cash.Add(profit)).Decimal().Abs()
		h.Expect(off.Cmp(h.rounding())).To(BeNumerically("<=", 0), "off by %s, rounding explains %s", off, h.rounding())
	})

	law("positions and cash are the sum of the fills", func(h *history) {
		cash, net := h.cash, map[domain.Symbol]domain.Net{}
		for id, report := range h.reports(h.engine) {
			r := h.requests[id]
			for _, f := range report.Fills {
				net[r.Symbol] = net[r.Symbol].After(r.Side, f.Quantity)
				cost := f.Quantity.At(f.Price)
				if r.Side == domain.SideSell {
					cost = cost.Neg()
				}
				cash = cash.Sub(cost)
			}
		}
		s := h.engine.Summary()
		h.Expect(s.Cash).To(Equal(cash))
		listed := map[domain.Symbol]domain.Net{}
		for _, p := range s.Positions {
			h.Expect(p.Position.Quantity.IsFlat()).To(BeFalse())
			listed[p.Symbol] = p.Position.Quantity
		}
		for symbol, n := range net {
			h.Expect(listed[symbol]).To(Equal(n), "%s", symbol)
		}
		for symbol := range listed {
			h.Expect(net).To(HaveKey(symbol))
		}
	})

	law("an order fills whole, within its limit, under names of its own", func(h *history) {
		names := map[string]bool{}
		for id, report := range h.reports(h.engine) {
			r := h.requests[id]
			h.Expect(names).NotTo(HaveKey(report.BrokerOrderID))
			names[report.BrokerOrderID] = true
			h.Expect(report.Fills).To(HaveLen(map[bool]int{true: 1}[report.Status == domain.StatusFilled]))
			if report.Status == domain.StatusRejected {
				h.Expect(report.Reason).NotTo(BeEmpty())
			} else {
				h.Expect(report.Reason).To(BeEmpty())
			}
			for _, f := range report.Fills {
				h.Expect(names).NotTo(HaveKey(f.ExecutionID))
				names[f.ExecutionID] = true
				switch {
				case h.parents[id] != "":
					h.Expect(f.Quantity.Cmp(*r.Quantity)).To(BeNumerically("<=", 0))
				case r.Quantity != nil:
					h.Expect(f.Quantity).To(Equal(*r.Quantity))
				default:
					h.Expect(f.Quantity.At(f.Price).Cmp(*r.Notional)).To(BeNumerically("<=", 0))
				}
				if r.LimitPrice != nil {
					worse := map[domain.Side]int{domain.SideBuy: 1, domain.SideSell: -1}[r.Side]
					h.Expect(f.Price.Cmp(*r.LimitPrice)).NotTo(Equal(worse))
				}
			}
		}
	})

	law("its reports, told one after the other, make a lawful life of each order", func(h *history) {
		for id, report := range h.reports(h.engine) {
			o := h.lives[id]
			for _, e := range report.Events() {
				_, err := o.Apply(e, h.now)
				h.Expect(err).NotTo(HaveOccurred())
			}
			h.Expect(o.Anomalies()).To(BeEmpty())
			h.Expect(o.Status()).To(Equal(report.Status))
		}
	})

	law("buying power is what holdings and open orders leave", func(h *history) {
		s := h.engine.Summary()
		left := s.Equity.Decimal().Mul(decimal.New(2, 0)).Sub(h.used())
		h.Expect(s.BuyingPower).To(Equal(domain.NewMoney(decimal.Max(decimal.Zero, left))))
	})

	law("its chronicle tells of each order what the engine says, and what was asked for", func(h *history) {
		h.expectTold(h.engine, h.entries)
	})

	law("a leg is held until its parent is filled, and of the legs of one order at most one fills", func(h *history) {
		reports, filledLegs := h.reports(h.engine), map[string]int{}
		for id, parent := range h.parents {
			leg, entry := reports[id], reports[parent]
			switch {
			case entry.Status.IsOpen():
				h.Expect([]domain.OrderStatus{domain.StatusHeld, domain.StatusCanceled}).To(ContainElement(leg.Status))
			case entry.Status == domain.StatusFilled:
				h.Expect(leg.Status).NotTo(Equal(domain.StatusHeld))
			default:
				h.Expect(leg.Status).To(Equal(domain.StatusCanceled))
			}
			if leg.Status == domain.StatusFilled {
				filledLegs[parent]++
			}
		}
		for id, parent := range h.parents {
			h.Expect(filledLegs[parent]).To(BeNumerically("<=", 1))
			if filledLegs[parent] == 1 {
				h.Expect(reports[id].Status.IsTerminal()).To(BeTrue(), "the other leg is canceled")
			}
		}
	})

	It("a leg never opens a position", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			h := newHistory(t)
			for range rapid.IntRange(1, 40).Draw(t, "steps") {
				net, fills := h.positions(), h.fills()
				h.step()
				for _, f := range h.fillsBeyond(fills) {
					before := net[f.symbol]
					net[f.symbol] = before.After(f.side, f.quantity)
					if f.isLeg {
						h.Expect(net[f.symbol].Size().Add(f.quantity)).To(Equal(before.Size()), "a leg only reduces")
					}
				}
			}
		})
	})

	It("another engine that replays the journal agrees on everything, at every prefix", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			h := newHistory(t)
			for range rapid.IntRange(1, 25).Draw(t, "steps") {
				h.step()
				replay := paper.NewEngine(h.id, h.cash)
				h.Expect(replay.Fold(h.entries)).To(Succeed())
				h.expectSame(replay, h.engine)
			}
			one := paper.NewEngine(h.id, h.cash)
			for n, entry := range h.entries {
				h.Expect(one.Fold([][]byte{asJSONB(entry)})).To(Succeed(), "as a store keeps it that has no eye for bytes")
				h.Expect(one.Sequence()).To(Equal(int64(n + 1)))
				whole := paper.NewEngine(h.id, domain.Money{})
				h.Expect(whole.Fold(h.entries[:n+1])).To(Succeed(), "whatever cash it was made with")
				h.expectSame(one, whole)
			}
		})
	})
})

// rounding bounds what averages of 10 places add up to: half of the last place
// for each unit held after each fill.
func (h *history) rounding() decimal.Decimal {
	bound, e := decimal.Zero, paper.NewEngine(h.id, h.cash)
	for _, entry := range h.entries {
		h.Expect(e.Fold([][]byte{entry})).To(Succeed())
		if !strings.Contains(string(entry), `"filled"`) {
			continue
		}
		held := decimal.New(1, 0)
		for _, p := range e.Summary().Positions {
			held = held.Add(p.Position.Quantity.Size().Decimal())
		}
		bound = bound.Add(held.Mul(decimal.New(5, -11)))
	}
	return bound
}

// used works out anew what holdings and open orders take of buying power.
func (h *history) used() decimal.Decimal {
	sum, closable := decimal.Zero, map[domain.Symbol]domain.Net{}
	for _, p := range h.engine.Summary().Positions {
		sum = sum.Add(p.Position.Quantity.Size().Decimal().Mul(h.marks[p.Symbol]))
		closable[p.Symbol] = p.Position.Quantity
	}
	type line struct {
		symbol domain.Symbol
		side   domain.Side
	}
	size, value := map[line]decimal.Decimal{}, map[line]decimal.Decimal{}
	for id, report := range h.reports(h.engine) {
		r := h.requests[id]
		p := r.LimitPrice
		if p == nil {
			p = r.StopPrice
		}
		if report.Status.IsTerminal() || p == nil || h.parents[id] != "" {
			continue
		}
		l := line{r.Symbol, r.Side}
		if r.Quantity != nil {
			size[l] = size[l].Add(r.Quantity.Decimal())
			value[l] = value[l].Add(r.Quantity.Decimal().Mul(p.Decimal()))
			continue
		}
		size[l] = size[l].Add(r.Notional.Decimal().DivRound(p.Decimal(), 30).Truncate(9))
		value[l] = value[l].Add(r.Notional.Decimal())
	}
	for l, v := range value {
		closes := decimal.Zero
		if closable[l.symbol].ExitSide() == l.side {
			closes = decimal.Min(closable[l.symbol].Size().Decimal(), size[l])
		}
		if closes.IsZero() {
			sum = sum.Add(v)
			continue
		}
		sum = sum.Add(v.Mul(size[l].Sub(closes)).DivRound(size[l], 10))
	}
	return sum
}

// execution is a fill as the law of legs looks at it.
type execution struct {
	symbol   domain.Symbol
	side     domain.Side
	quantity domain.Quantity
	isLeg    bool
}

// fills reads the fills off the journal, in the order they happened.
func (h *history) fills() []execution {
	var all []execution
	for _, entry := range h.entries {
		var e struct {
			Kind string `json:"kind"`
			Data struct {
				ClientOrderID string          `json:"client_order_id"`
				Quantity      domain.Quantity `json:"quantity"`
			} `json:"data"`
		}
		if !strings.Contains(string(entry), `"filled"`) {
			continue
		}
		h.Expect(json.Unmarshal(entry, &e)).To(Succeed())
		r := h.requests[e.Data.ClientOrderID]
		all = append(all, execution{r.Symbol, r.Side, e.Data.Quantity, h.parents[e.Data.ClientOrderID] != ""})
	}
	return all
}

func (h *history) fillsBeyond(known []execution) []execution { return h.fills()[len(known):] }

func (h *history) positions() map[domain.Symbol]domain.Net {
	net := map[domain.Symbol]domain.Net{}
	for _, p := range h.engine.Summary().Positions {
		net[p.Symbol] = p.Position.Quantity
	}
	return net
}
