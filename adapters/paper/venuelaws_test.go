package paper_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// venueLaw checks what must hold after every step of any history at a venue.
func venueLaw(text string, holds func(h *venueHistory, c *paper.Chronicle)) {
	It(text, func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			h := newVenueHistory(t)
			for range rapid.IntRange(1, 50).Draw(t, "steps") {
				h.step()
			}
			holds(h, tell(h, h.id, h.entries))
		})
	})
}

var _ = Describe("Whatever happens on an account at a venue", func() {
	venueLaw("equity is starting cash and profit, realized and not", func(h *venueHistory, _ *paper.Chronicle) {
		profit := h.engine.RealizedProfit().Add(h.engine.UnrealizedProfit())
		off := h.engine.Summary().Equity.Sub(domain.MustMoney(startingCash).Add(profit)).Decimal().Abs()
		h.Expect(off.LessThan(decimal.New(1, -4))).To(BeTrue(), "off by %s", off)
	})

	venueLaw("positions and cash are the sum of the fills", func(h *venueHistory, c *paper.Chronicle) {
		cash, net := domain.MustMoney(startingCash), map[domain.Symbol]domain.Net{}
		for _, r := range c.Orders() {
			for _, f := range r.Fills {
				net[r.Symbol] = net[r.Symbol].After(r.Side, f.Quantity)
				cost := f.Quantity.At(f.Price)
				if r.Side == domain.SideSell {
					cost = cost.Neg()
				}
				cash = cash.Sub(cost)
			}
		}
		h.Expect(h.engine.Summary().Cash).To(Equal(cash))
		for _, p := range h.engine.Summary().Positions {
			h.Expect(net[p.Symbol]).To(Equal(p.Position.Quantity))
		}
		for symbol, n := range net {
			h.Expect(c.Position(symbol)).To(Equal(n))
		}
	})

	venueLaw("the chronicle tells of each order what the engine says", func(h *venueHistory, c *paper.Chronicle) {
		for _, r := range c.Orders() {
			report, known := h.engine.Order(r.ClientOrderID)
			h.Expect(known).To(BeTrue())
			h.Expect(r.Status).To(Equal(report.Status))
			h.Expect(r.Fills).To(Equal(report.Fills))
			h.Expect(r.EndedAt.IsZero()).To(Equal(report.Status.IsOpen()))
		}
	})

	venueLaw("an order never fills more than was asked, and is filled when it has all of it", func(h *venueHistory, c *paper.Chronicle) {
		for _, r := range c.Orders() {
			filled, _ := r.Filled()
			isReducing := r.Parent != "" || r.Either != ""
			switch {
			case r.Status == domain.StatusFilled && !isReducing:
				h.Expect(filled).To(Equal(*r.Quantity))
			case r.Status == domain.StatusPartiallyFilled:
				h.Expect(filled.IsZero()).To(BeFalse())
				h.Expect(filled.Cmp(*r.Quantity)).To(Equal(-1))
			default:
				h.Expect(filled.Cmp(*r.Quantity)).To(BeNumerically("<=", 0))
			}
			if r.TimeInForce == domain.TimeInForceFOK {
				h.Expect(len(r.Fills)).To(BeNumerically("<=", 1))
			}
		}
	})

	venueLaw("nothing trades while its market is closed, or after its time", func(h *venueHistory, c *paper.Chronicle) {
		for _, r := range c.Orders() {
			for _, f := range r.Fills {
				h.Expect(opensHalfHourly(r.Symbol, f.At, r.ExtendedHours)).To(BeTrue(), "%s at %s", r.ClientOrderID, f.At)
				if r.ExpiresAt != nil {
					h.Expect(f.At).To(BeTemporally("<", *r.ExpiresAt))
				}
			}
			if r.Status == domain.StatusExpired {
				h.Expect(r.EndedAt).To(BeTemporally(">=", *r.ExpiresAt))
			}
		}
	})

	venueLaw("of orders that work beside each other one fills at most, and never to open a position", func(h *venueHistory, c *paper.Chronicle) {
		filled := map[string]int{}
		for _, r := range c.Orders() {
			if group := r.Either + "|" + r.Parent; group != "|" && r.Status == domain.StatusFilled {
				filled[group]++
				h.Expect(filled[group]).To(Equal(1), "%s", group)
			}
		}
		net := map[domain.Symbol]domain.Net{}
		for _, u := range c.Updates(0) {
			if u.Fill == nil {
				continue
			}
			if u.Order.Either != "" || u.Order.Parent != "" {
				h.Expect(net[u.Order.Symbol].Size().Cmp(u.Fill.Quantity)).To(BeNumerically(">=", 0))
				h.Expect(net[u.Order.Symbol].ExitSide()).To(Equal(u.Order.Side))
			}
			net[u.Order.Symbol] = u.Position
		}
	})

	venueLaw("a replaced order names the one in its place, and that one it", func(h *venueHistory, c *paper.Chronicle) {
		for _, r := range c.Orders() {
			if r.Status == domain.StatusReplaced {
				h.Expect(c.ByClientOrderID(r.ReplacedBy).Replaces).To(Equal(r.ClientOrderID))
			} else {
				h.Expect(r.ReplacedBy).To(BeEmpty())
			}
			if r.Replaces != "" {
				h.Expect(c.ByClientOrderID(r.Replaces).ReplacedBy).To(Equal(r.ClientOrderID))
			}
		}
	})

	venueLaw("a stop that trails keeps its distance", func(h *venueHistory, c *paper.Chronicle) {
		for _, r := range c.Orders() {
			if r.TrailPrice == nil {
				continue
			}
			distance := r.HighWater.Decimal().Sub(r.StopPrice.Decimal())
			if r.Side == domain.SideBuy {
				distance = distance.Neg()
			}
			h.Expect(distance.Equal(r.TrailPrice.Decimal())).To(BeTrue(), "it is %s", distance)
		}
	})

	venueLaw("any engine that replays the journal agrees on everything, whatever its venue", func(h *venueHistory, c *paper.Chronicle) {
		replay := paper.NewEngine(h.id, domain.MustMoney(startingCash))
		for _, entry := range h.entries {
			h.Expect(replay.Fold([][]byte{asJSONB(entry)})).To(Succeed())
		}
		h.Expect(replay.Summary()).To(Equal(h.engine.Summary()))
		h.Expect(replay.RealizedProfit()).To(Equal(h.engine.RealizedProfit()))
		for _, r := range c.Orders() {
			mine, _ := h.engine.Order(r.ClientOrderID)
			theirs, _ := replay.Order(r.ClientOrderID)
			h.Expect(theirs).To(Equal(mine))
		}
	})
})
