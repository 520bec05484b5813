package portstest

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// held is a position as specs name it.
type held struct {
	account  domain.BrokerAccountID
	config   *domain.WebhookConfigID
	symbol   domain.Symbol
	quantity string
}

func heldOf(positions []ports.HeldPosition) []held {
	out := make([]held, len(positions))
	for i, p := range positions {
		out[i] = held{p.BrokerAccountID, p.WebhookConfigID, p.Symbol, p.Position.Quantity.String()}
	}
	return out
}

// sorted gives two things in the order of their ids.
func sorted[E interface{ ID() I }, I interface{ String() string }](a, b E) (first, second E) {
	if a.ID().String() > b.ID().String() {
		return b, a
	}
	return a, b
}

// DescribePositionRepository proves ports.PositionRepository.
func DescribePositionRepository(name string, h StorageHarness) bool {
	return describeStorage(name+" as a PositionRepository", h, func(w *world) {
		var (
			a, b *domain.BrokerAccount
			c, d *domain.WebhookConfig
		)
		BeforeEach(func(ctx SpecContext) {
			a, b = sorted(w.account(ctx, w.ada), w.account(ctx, w.ada))
			first, _ := w.config(ctx, w.ada, a)
			second, _ := w.config(ctx, w.ada, a)
			c, d = sorted(first, second)
			elsewhere, _ := w.config(ctx, w.ada, b)

			// Newest comes first by every key, so that no order of storing is the
			// order of the list.
			w.record(ctx, w.working(ctx, elsewhere, "AAPL").order.ID(), w.fill(1, "1", "100"))
			w.record(ctx, w.working(ctx, d, "MSFT").order.ID(), w.fill(1, "2", "100"))
			w.record(ctx, w.working(ctx, d, "AAPL").order.ID(), w.fill(1, "3", "100"))
			w.record(ctx, w.working(ctx, c, "AAPL").order.ID(), w.fill(1, "4", "100"))
		})

		It("gives the positions of accounts, by account and symbol", func(ctx SpecContext) {
			Expect(heldOf(w.positions(ctx, w.ada, ports.PositionsByAccount))).To(Equal([]held{
				{a.ID(), nil, "AAPL", "7"},
				{a.ID(), nil, "MSFT", "2"},
				{b.ID(), nil, "AAPL", "1"},
			}))
		})

		It("gives the positions configs built, by account, symbol and config", func(ctx SpecContext) {
			list := heldOf(w.positions(ctx, w.ada, ports.PositionsByWebhook))
			Expect(list).To(HaveLen(4))
			Expect(list[:3]).To(Equal([]held{
				{a.ID(), pointer(c.ID()), "AAPL", "4"},
				{a.ID(), pointer(d.ID()), "AAPL", "3"},
				{a.ID(), pointer(d.ID()), "MSFT", "2"},
			}))
			Expect(list[3].account).To(Equal(b.ID()))
		})

		It("gives what orders by hand built without a config", func(ctx SpecContext) {
			t := w.place(ctx, w.byHand(ctx, w.ada, "NVDA", a))
			w.record(ctx, t.order.ID(), w.acknowledged(t.order), w.fill(1, "6", "100"))
			Expect(heldOf(w.positions(ctx, w.ada, ports.PositionsByWebhook))).To(ContainElement(held{a.ID(), nil, "NVDA", "6"}))
			Expect(heldOf(w.positions(ctx, w.ada, ports.PositionsByAccount))).To(ContainElement(held{a.ID(), nil, "NVDA", "6"}))
		})

		It("says of each position the scope it is listed in", func(ctx SpecContext) {
			for _, by := range []ports.PositionScope{ports.PositionsByAccount, ports.PositionsByWebhook} {
				Expect(w.positions(ctx, w.ada, by)).To(HaveEach(HaveField("Scope", by)))
			}
		})

		It("gives flat positions too", func(ctx SpecContext) {
			w.record(ctx, w.working(ctx, d, "MSFT", func(t *domain.OrderTerms) { t.Side = domain.SideSell }).order.ID(), w.fill(1, "2", "101"))
			for _, by := range []ports.PositionScope{ports.PositionsByAccount, ports.PositionsByWebhook} {
				var flat []domain.Position
				for _, p := range w.positions(ctx, w.ada, by) {
					if p.Symbol == "MSFT" {
						flat = append(flat, p.Position)
					}
				}
				Expect(flat).To(sameAs([]domain.Position{{RealizedProfit: domain.MustMoney("2")}}))
			}
		})

		It("keeps numbers exact and says when the position last moved", func(ctx SpecContext) {
			t := w.working(ctx, c, "BTC/USD", func(t *domain.OrderTerms) { t.Quantity = pointer(domain.MustQuantity(widest)) })
			before := w.mint.now()
			w.record(ctx, t.order.ID(), w.fill(1, smallest, "30000.01"))
			for _, p := range w.positions(ctx, w.ada, ports.PositionsByAccount) {
				if p.Symbol == "BTC/USD" {
					Expect(p.Position).To(sameAs(domain.Position{
						Quantity: domain.MustNet(smallest), AveragePrice: pointer(domain.MustPrice("30000.01")),
					}))
					Expect(p.UpdatedAt).To(BeTemporally(">=", before))
					return
				}
			}
			Fail("the position is missing")
		})

		It("gives positions of removed accounts and configs: what was traded stays", func(ctx SpecContext) {
			w.removeConfig(ctx, w.ada, c.ID())
			w.removeAccount(ctx, w.ada, a.ID())
			Expect(w.positions(ctx, w.ada, ports.PositionsByAccount)).To(HaveLen(3))
			Expect(w.positions(ctx, w.ada, ports.PositionsByWebhook)).To(HaveLen(4))
		})

		It("gives what the caller owns alone", func(ctx SpecContext) {
			Expect(w.positions(ctx, w.bob, ports.PositionsByAccount)).To(BeEmpty())
			Expect(w.positions(ctx, w.bob, ports.PositionsByWebhook)).To(BeEmpty())
		})
	})
}
