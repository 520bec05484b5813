package paper_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// history drives an engine through random commands and remembers what it said.
type history struct {
	*WithT
	t       *rapid.T
	id      domain.BrokerAccountID
	cash    domain.Money
	engine  *paper.Engine
	entries [][]byte
	now     time.Time

	requests map[string]ports.OrderRequest
	lives    map[string]*domain.Order
	// parents gives the order that a leg came with.
	parents map[string]string
	quoted  map[domain.Symbol]bool
	marks   map[domain.Symbol]decimal.Decimal
}

func newHistory(t *rapid.T) *history {
	id := domain.BrokerAccountID{UUID: uuid.MustParse("0192f0c4-0000-7000-8000-00000000cafe")}
	cash := domain.MustMoney(rapid.SampledFrom([]string{"0", "1000", "100000", "1e12"}).Draw(t, "cash"))
	return &history{
		WithT: NewWithT(t), t: t, id: id, cash: cash, engine: paper.NewEngine(id, cash), now: epoch(),
		requests: map[string]ports.OrderRequest{}, parents: map[string]string{}, lives: map[string]*domain.Order{},
		quoted: map[domain.Symbol]bool{}, marks: map[domain.Symbol]decimal.Decimal{},
	}
}

// command decides something; what it does to the market is remembered by the
// second function once it is done.
type command struct {
	decide func() (paper.Decision, error)
	done   func()
}

// step decides one random command and, where it is not refused, folds it.
func (h *history) step() paper.Decision {
	// As the clocks of several processes: time may stand still or go back.
	h.now = h.now.Add(time.Duration(rapid.IntRange(-3, 50).Draw(h.t, "ms")) * time.Millisecond)
	kinds := []func() command{h.submit, h.submit, h.submit, h.cancel, h.quote}
	c := rapid.SampledFrom(kinds).Draw(h.t, "command")()
	before := h.engine.Summary()
	made, err := c.decide()
	again, errAgain := c.decide()
	h.Expect(again).To(Equal(made), "deciding twice gives the same")
	h.Expect(errAgain == nil).To(Equal(err == nil))
	h.Expect(h.engine.Summary()).To(Equal(before), "deciding changes nothing")
	if err != nil {
		h.Expect(made).To(BeZero())
		h.Expect([]domain.Kind{domain.KindConflict, domain.KindNotFound}).To(ContainElement(domain.KindOf(err)))
		return made
	}
	h.Expect(h.engine.Fold(made.Entries)).To(Succeed())
	h.entries = append(h.entries, made.Entries...)
	c.done()
	return made
}

func (h *history) submit() command {
	t := h.t
	r := ports.OrderRequest{
		ClientOrderID: h.anyID(), Symbol: h.symbol(),
		Side:        rapid.SampledFrom(domain.Sides()).Draw(t, "side"),
		Type:        rapid.SampledFrom(domain.OrderTypes()).Draw(t, "type"),
		TimeInForce: rapid.SampledFrom(paper.New(nil, nil).Capabilities().TimesInForce).Draw(t, "tif"),
	}
	if rapid.IntRange(0, 4).Draw(t, "notional") == 0 {
		r.Notional = new(domain.MustMoney(h.number("0.01", "3", "100.1", "5000")))
	} else {
		r.Quantity = new(domain.MustQuantity(h.number("0.000000001", "0.3", "1", "7", "100")))
	}
	if r.Type.NeedsLimitPrice() {
		r.LimitPrice = h.price()
	}
	if r.Type.NeedsStopPrice() {
		r.StopPrice = h.price()
	}
	if rapid.Bool().Draw(t, "priced") {
		r.ReferencePrice = h.price()
	}
	if r.Quantity != nil {
		r.Legs = h.legs(r.ClientOrderID)
	}
	return command{
		func() (paper.Decision, error) { return h.engine.Submit(h.now, r) },
		func() {
			h.requests[r.ClientOrderID] = r
			h.lives[r.ClientOrderID] = h.newLife(r)
			for _, leg := range legRequests(r) {
				h.parents[leg.ClientOrderID] = r.ClientOrderID
				h.requests[leg.ClientOrderID] = leg
				h.lives[leg.ClientOrderID] = h.newLife(leg)
			}
			if r.ReferencePrice != nil && !h.quoted[r.Symbol] {
				h.marks[r.Symbol] = r.ReferencePrice.Decimal()
			}
		},
	}
}

// legs gives none, a stop-loss, a take-profit or both, at any price.
func (h *history) legs(of string) []ports.OrderLeg {
	var legs []ports.OrderLeg
	which := rapid.IntRange(0, 5).Draw(h.t, "legs")
	if which == 1 || which == 3 {
		legs = append(legs, ports.OrderLeg{ClientOrderID: of + "-stop", Type: domain.OrderTypeStop, StopPrice: h.price()})
	}
	if which == 4 {
		legs = append(legs, ports.OrderLeg{ClientOrderID: of + "-stop", Type: domain.OrderTypeStopLimit, StopPrice: h.price(), LimitPrice: h.price()})
	}
	if which >= 2 && which <= 4 {
		legs = append(legs, ports.OrderLeg{ClientOrderID: of + "-profit", Type: domain.OrderTypeLimit, LimitPrice: h.price()})
	}
	return legs
}

// legRequests gives the legs of an order as if each was asked for by itself.
func legRequests(r ports.OrderRequest) []ports.OrderRequest {
	var requests []ports.OrderRequest
	for _, leg := range r.Legs {
		requests = append(requests, ports.OrderRequest{
			ClientOrderID: leg.ClientOrderID, Symbol: r.Symbol, Side: r.Side.Opposite(), Type: leg.Type,
			TimeInForce: domain.TimeInForceGTC, Quantity: r.Quantity, LimitPrice: leg.LimitPrice, StopPrice: leg.StopPrice,
		})
	}
	return requests
}

func (h *history) cancel() command {
	id := h.anyID() + rapid.SampledFrom([]string{"", "", "-stop", "-profit"}).Draw(h.t, "leg")
	return command{func() (paper.Decision, error) { return h.engine.Cancel(h.now, id) }, func() {}}
}

func (h *history) quote() command {
	q := ports.Quote{Symbol: h.symbol(), LastPrice: h.price()}
	mark := q.LastPrice.Decimal()
	if rapid.Bool().Draw(h.t, "two-sided") {
		q.Bid, q.Ask = h.price(), h.price()
		if q.Bid.Cmp(*q.Ask) > 0 {
			q.Bid, q.Ask = q.Ask, q.Bid
		}
		if rapid.Bool().Draw(h.t, "no last") {
			q.LastPrice = nil
			mark = q.Bid.Decimal().Add(q.Ask.Decimal()).Div(decimal.New(2, 0))
		}
	}
	return command{
		func() (paper.Decision, error) { return h.engine.Push(h.now, q) },
		func() { h.marks[q.Symbol], h.quoted[q.Symbol] = mark, true },
	}
}

func (h *history) anyID() string {
	return fmt.Sprintf("order-%d", rapid.IntRange(0, 60).Draw(h.t, "id"))
}

func (h *history) symbol() domain.Symbol {
	return rapid.SampledFrom([]domain.Symbol{"AAPL", "BTC/USD"}).Draw(h.t, "symbol")
}

func (h *history) price() *domain.Price {
	return price(h.number("0.00001234", "9.99", "10", "10.01", "33.333333", "100"))
}

func (h *history) number(samples ...string) string {
	return rapid.SampledFrom(samples).Draw(h.t, "number")
}

// newLife is the order as hookfill keeps it.
func (h *history) newLife(r ports.OrderRequest) *domain.Order {
	o, err := domain.NewOrder(domain.OrderTerms{
		ID: domain.OrderID{UUID: h.id.UUID}, UserID: domain.UserID{UUID: h.id.UUID},
		SignalID: domain.SignalID{UUID: h.id.UUID}, TicketID: domain.TicketID{UUID: h.id.UUID},
		BrokerAccountID: h.id, Step: 1, ClientOrderID: r.ClientOrderID, Symbol: r.Symbol, Side: r.Side,
		Type: r.Type, TimeInForce: r.TimeInForce, Class: domain.OrderClassSimple,
		Quantity: r.Quantity, Notional: r.Notional, LimitPrice: r.LimitPrice, StopPrice: r.StopPrice,
		CreatedAt: epoch(),
	})
	h.Expect(err).NotTo(HaveOccurred())
	return o
}

// reports gives every order an engine has.
func (h *history) reports(e *paper.Engine) map[string]domain.OrderReport {
	all := map[string]domain.OrderReport{}
	for id := range h.requests {
		if report, ok := e.Order(id); ok {
			all[id] = report
		}
	}
	return all
}

// expectSame holds two engines against each other in everything they say.
func (h *history) expectSame(a, b *paper.Engine) {
	h.t.Helper()
	h.Expect(a.Sequence()).To(Equal(b.Sequence()))
	h.Expect(a.Summary()).To(Equal(b.Summary()))
	h.Expect(a.StartingCash()).To(Equal(b.StartingCash()))
	h.Expect(a.RealizedProfit()).To(Equal(b.RealizedProfit()))
	h.Expect(a.UnrealizedProfit()).To(Equal(b.UnrealizedProfit()))
	h.Expect(h.reports(a)).To(Equal(h.reports(b)))
}
