package paper_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// venueHistory drives an engine at a venue through random commands: shares trade
// in the first half of every hour, with extended hours in the first 50 minutes,
// coins always; one fill in ten is partial.
type venueHistory struct {
	*WithT
	t       *rapid.T
	id      domain.BrokerAccountID
	engine  *paper.Engine
	entries [][]byte
	now     time.Time
	made    int
}

const startingCash = "100000"

func newVenueHistory(t *rapid.T) *venueHistory {
	id := domain.BrokerAccountID{UUID: uuid.MustParse("0192f0c4-0000-7000-8000-00000000beef")}
	return &venueHistory{
		WithT: NewWithT(t), t: t, id: id, now: epoch().Truncate(time.Hour),
		engine: paper.NewVenueEngine(id, domain.MustMoney(startingCash), paper.Venue{
			IsOpen: opensHalfHourly, PartialFills: new(rapid.Uint64().Draw(t, "seed")),
		}),
	}
}

func opensHalfHourly(symbol domain.Symbol, at time.Time, extended bool) bool {
	return symbol == "BTC/USD" || at.Minute() < 30 || extended && at.Minute() < 50
}

// step decides one random command and, where it is not refused, folds it.
func (h *venueHistory) step() {
	h.now = h.now.Add(time.Duration(rapid.IntRange(0, 12).Draw(h.t, "minutes")) * time.Minute)
	decide := rapid.SampledFrom([]func() func() (paper.Decision, error){
		h.place, h.place, h.place, h.quote, h.quote, h.cancel, h.cross, h.replace, h.pass,
	}).Draw(h.t, "command")()
	before := h.engine.Summary()
	made, err := decide()
	again, errAgain := decide()
	h.Expect(again).To(Equal(made), "deciding twice gives the same")
	h.Expect(errAgain == nil).To(Equal(err == nil))
	h.Expect(h.engine.Summary()).To(Equal(before), "deciding changes nothing")
	if err != nil {
		h.Expect(made).To(BeZero())
		h.Expect([]domain.Kind{domain.KindConflict, domain.KindNotFound, domain.KindInvalid}).To(ContainElement(domain.KindOf(err)))
		return
	}
	if made.Rejection != nil && rapid.Bool().Draw(h.t, "dropped") {
		return
	}
	h.Expect(h.engine.Fold(made.Entries)).To(Succeed())
	h.entries = append(h.entries, made.Entries...)
}

func (h *venueHistory) place() func() (paper.Decision, error) {
	t := h.t
	h.made++
	ticket := paper.Ticket{OrderRequest: ports.OrderRequest{
		ClientOrderID: fmt.Sprintf("order-%d", h.made), Symbol: h.symbol(),
		Side:        rapid.SampledFrom(domain.Sides()).Draw(t, "side"),
		Type:        rapid.SampledFrom(domain.OrderTypes()).Draw(t, "type"),
		TimeInForce: rapid.SampledFrom(paper.New(nil, nil).Capabilities().TimesInForce).Draw(t, "tif"),
		Quantity:    new(domain.MustQuantity(h.number("1", "7", "100", "2.5"))),
	}}
	if ticket.Type.NeedsLimitPrice() {
		ticket.LimitPrice = h.price()
	}
	if ticket.Type.NeedsStopPrice() {
		ticket.StopPrice = h.price()
	}
	if rapid.Bool().Draw(t, "expires") {
		ticket.ExpiresAt = new(h.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "in")) * time.Minute))
	}
	ticket.ExtendedHours = rapid.Bool().Draw(t, "extended")
	switch legs := rapid.IntRange(0, 4).Draw(t, "legs"); {
	case legs == 1:
		ticket.Legs = []ports.OrderLeg{
			{ClientOrderID: ticket.ClientOrderID + "-profit", Type: domain.OrderTypeLimit, LimitPrice: h.price()},
			{ClientOrderID: ticket.ClientOrderID + "-stop", Type: domain.OrderTypeStop, StopPrice: h.price()},
		}
	case legs == 2 && ticket.Type == domain.OrderTypeLimit:
		ticket.Either = true
		ticket.Legs = []ports.OrderLeg{{ClientOrderID: ticket.ClientOrderID + "-stop", Type: domain.OrderTypeStop, StopPrice: h.price()}}
	case legs == 3 && ticket.Type == domain.OrderTypeStop:
		ticket.StopPrice = nil
		if rapid.Bool().Draw(t, "percent") {
			ticket.TrailPercent = new(domain.MustPrice("5"))
		} else {
			ticket.TrailPrice = new(domain.MustPrice("2"))
		}
	}
	return func() (paper.Decision, error) { return h.engine.Place(h.now, ticket) }
}

func (h *venueHistory) anyID() string {
	return fmt.Sprintf("order-%d", rapid.IntRange(0, h.made).Draw(h.t, "id")) +
		rapid.SampledFrom([]string{"", "", "-stop", "-profit"}).Draw(h.t, "leg")
}

func (h *venueHistory) cancel() func() (paper.Decision, error) {
	id := h.anyID()
	return func() (paper.Decision, error) { return h.engine.Cancel(h.now, id) }
}

func (h *venueHistory) cross() func() (paper.Decision, error) {
	id := h.anyID()
	return func() (paper.Decision, error) { return h.engine.Cross(h.now, id) }
}

func (h *venueHistory) replace() func() (paper.Decision, error) {
	id := h.anyID()
	h.made++
	c := paper.Change{ClientOrderID: fmt.Sprintf("order-%d", h.made)}
	switch rapid.IntRange(0, 3).Draw(h.t, "what") {
	case 0:
		c.Quantity = new(domain.MustQuantity(h.number("1", "3", "50")))
	case 1:
		c.LimitPrice = h.price()
	case 2:
		c.StopPrice = h.price()
	default:
		c.Trail = new(domain.MustPrice("1"))
	}
	return func() (paper.Decision, error) { return h.engine.Replace(h.now, id, c) }
}

func (h *venueHistory) quote() func() (paper.Decision, error) {
	q := ports.Quote{Symbol: h.symbol(), LastPrice: h.price()}
	if rapid.Bool().Draw(h.t, "two-sided") {
		q.Bid, q.Ask = h.price(), h.price()
		if q.Bid.Cmp(*q.Ask) > 0 {
			q.Bid, q.Ask = q.Ask, q.Bid
		}
	}
	return func() (paper.Decision, error) { return h.engine.Push(h.now, q) }
}

func (h *venueHistory) pass() func() (paper.Decision, error) {
	return func() (paper.Decision, error) { return h.engine.Pass(h.now) }
}

func (h *venueHistory) symbol() domain.Symbol {
	return rapid.SampledFrom([]domain.Symbol{"AAPL", "BTC/USD"}).Draw(h.t, "symbol")
}

func (h *venueHistory) price() *domain.Price {
	return price(h.number("90", "95", "99.5", "100", "100.5", "105", "110"))
}

func (h *venueHistory) number(samples ...string) string {
	return rapid.SampledFrom(samples).Draw(h.t, "number")
}
