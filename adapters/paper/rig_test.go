package paper_test

import (
	"context"
	"sync/atomic"
	"time"

	. "github.com/onsi/gomega"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// clock goes a millisecond further at every look.
type clock struct{ ticks atomic.Int64 }

var epoch = time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)

func (c *clock) Now() time.Time {
	return epoch.Add(time.Duration(c.ticks.Add(1)) * time.Millisecond)
}

// stopped is a clock that shows one time only.
type stopped time.Time

func (c stopped) Now() time.Time { return time.Time(c) }

func newAccount(cash string) *domain.BrokerAccount {
	account, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: uuid.New()}, UserID: domain.UserID{UUID: uuid.New()},
		Name: "paper", Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.MustMoney(cash)},
		CreatedAt: epoch,
	})
	if err != nil {
		panic(err)
	}
	return account
}

// desk is a broker with one account, and short words for what a trader says.
type desk struct {
	*paper.Broker
	journal *journal
	account *domain.BrokerAccount
}

func newDesk(cash string) *desk {
	j := newJournal()
	return &desk{Broker: paper.New(j, &clock{}), journal: j, account: newAccount(cash)}
}

func (d *desk) submit(ctx context.Context, r ports.OrderRequest) domain.OrderReport {
	report, err := d.Submit(ctx, d.account, r)
	Expect(err).NotTo(HaveOccurred())
	return report
}

func (d *desk) quote(ctx context.Context, q ports.Quote) []string {
	changed, err := d.Push(ctx, d.account, q)
	Expect(err).NotTo(HaveOccurred())
	return changed
}

func (d *desk) order(ctx context.Context, clientOrderID string) domain.OrderReport {
	report, err := d.ByClientOrderID(ctx, d.account, clientOrderID)
	Expect(err).NotTo(HaveOccurred())
	return report
}

func (d *desk) summary(ctx context.Context) ports.AccountSummary {
	s, err := d.Summary(ctx, d.account)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// position gives the holding in AAPL.
func (d *desk) position(ctx context.Context) domain.Position {
	for _, p := range d.summary(ctx).Positions {
		if p.Symbol == "AAPL" {
			return p.Position
		}
	}
	return domain.Position{}
}

// term changes one thing about an order request.
type term func(*ports.OrderRequest)

// order makes a request for AAPL, a day order by default.
func order(id string, side domain.Side, quantity string, t domain.OrderType, terms ...term) ports.OrderRequest {
	r := ports.OrderRequest{ClientOrderID: id, Symbol: "AAPL", Side: side, Type: t, TimeInForce: domain.TimeInForceDay}
	if quantity != "" {
		r.Quantity = new(domain.MustQuantity(quantity))
	}
	for _, change := range terms {
		change(&r)
	}
	return r
}

func buy(id, quantity string, terms ...term) ports.OrderRequest {
	return order(id, domain.SideBuy, quantity, domain.OrderTypeMarket, terms...)
}

func sell(id, quantity string, terms ...term) ports.OrderRequest {
	return order(id, domain.SideSell, quantity, domain.OrderTypeMarket, terms...)
}

func limit(p string) term {
	return func(r *ports.OrderRequest) {
		r.LimitPrice = price(p)
		r.Type = domain.OrderTypeLimit
		if r.StopPrice != nil {
			r.Type = domain.OrderTypeStopLimit
		}
	}
}

func stop(p string) term {
	return func(r *ports.OrderRequest) {
		r.StopPrice = price(p)
		r.Type = domain.OrderTypeStop
		if r.LimitPrice != nil {
			r.Type = domain.OrderTypeStopLimit
		}
	}
}

func notional(m string) term {
	return func(r *ports.OrderRequest) { r.Quantity, r.Notional = nil, new(domain.MustMoney(m)) }
}

func alertAt(p string) term {
	return func(r *ports.OrderRequest) { r.ReferencePrice = price(p) }
}

func in(symbol domain.Symbol) term {
	return func(r *ports.OrderRequest) { r.Symbol = symbol }
}

func during(tif domain.TimeInForce) term {
	return func(r *ports.OrderRequest) { r.TimeInForce = tif }
}

// price reads a price, "" for none.
func price(p string) *domain.Price {
	if p == "" {
		return nil
	}
	return new(domain.MustPrice(p))
}

// quote makes a quote for AAPL; "" leaves a price out.
func quote(bid, ask, last string) ports.Quote {
	return ports.Quote{Symbol: "AAPL", Bid: price(bid), Ask: price(ask), LastPrice: price(last)}
}

// at gives the price of a report's only fill, "" where it has none.
func at(r domain.OrderReport) string {
	if len(r.Fills) == 0 {
		return ""
	}
	Expect(r.Fills).To(HaveLen(1))
	return r.Fills[0].Price.String()
}
