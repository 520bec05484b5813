package portstest

import (
	"context"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Trading is a broker and what a spec may do at it.
type Trading struct {
	Broker ports.Broker
	// Open gives an account without orders that can pay for 20 units of Symbol at
	// ten times Price.
	Open func(ctx context.Context) (*domain.BrokerAccount, error)
	// Symbol trades in whole units, at about Price.
	Symbol domain.Symbol
	Price  domain.Price
	// UnknownSymbol is one the broker does not know, Unaffordable a quantity of
	// Symbol that no account can pay for.
	UnknownSymbol domain.Symbol
	Unaffordable  *domain.Quantity

	// Market sets prices, where that is in the harness's hands.
	Market ports.PaperMarket
	// CutOff keeps every request from the broker from now on. LoseAnswers lets
	// requests arrive, and their answers get lost. Mend ends either.
	CutOff, LoseAnswers, Mend func(ctx context.Context) error
}

// BrokerHarness makes brokers.
type BrokerHarness struct {
	New func(ctx context.Context) Trading
	// WithoutLegs leaves out what only a broker with brackets can show, in place
	// of skipping it. A broker that declares brackets after all fails then.
	WithoutLegs bool
}

// DescribeBroker proves ports.Broker, for the order types, times in force and
// rules the broker declares.
func DescribeBroker(name string, h BrokerHarness) bool {
	return Describe(name+" as a Broker", Label(LabelContract), func() {
		b := &floor{}
		b.setUp(h)
		Describe("Capabilities", func() { b.describeCapabilities() })
		Describe("Instrument", func() { b.describeInstrument() })
		Describe("Submit", func() { b.describeSubmit() })
		Describe("Submit and its failures", func() { b.describeSubmitFailures() })
		Describe("Submit and client order ids", func() { b.describeClientOrderIDs() })
		Describe("Submit and legs", func() { b.describeLegs(h.WithoutLegs) })
		Describe("ByClientOrderID", func() { b.describeLookUp() })
		Describe("Cancel", func() { b.describeCancel() })
		Describe("Summary", func() { b.describeSummary() })
	})
}

// BrokersHarness makes finders of brokers.
type BrokersHarness struct {
	New func(ctx context.Context) ports.Brokers
}

// DescribeBrokers proves ports.Brokers.
func DescribeBrokers(name string, h BrokersHarness) bool {
	return Describe(name+" as Brokers", Label(LabelContract), func() {
		var brokers ports.Brokers
		BeforeEach(func(ctx SpecContext) { brokers = h.New(ctx) })

		It("gives the broker of every kind that is built", func() {
			for _, kind := range domain.BrokerKinds() {
				broker, err := brokers.For(kind)
				Expect(err).NotTo(HaveOccurred())
				Expect(broker.Capabilities().OrderTypes).NotTo(BeEmpty())
			}
		})

		It("is KindInvalid for one that is not built", func() {
			for _, kind := range []domain.BrokerKind{"", "PAPER", "no broker"} {
				broker, err := brokers.For(kind)
				Expect(err).To(failAs(domain.KindInvalid))
				Expect(broker).To(BeNil())
			}
		})
	})
}

// floor is one spec's broker with an account.
type floor struct {
	Trading
	account *domain.BrokerAccount
	orders  atomic.Int64
	mint    *mint
}

func (b *floor) setUp(h BrokerHarness) {
	BeforeEach(func(ctx SpecContext) {
		b.Trading, b.mint = h.New(ctx), &mint{}
		b.account = b.open(ctx)
		if b.Market != nil {
			b.trades(ctx, b.Price)
		}
	})
}

func (b *floor) open(ctx context.Context) *domain.BrokerAccount {
	GinkgoHelper()
	a, err := b.Open(ctx)
	Expect(err).NotTo(HaveOccurred())
	return a
}

// trades makes the symbol trade at a price, and gives what that changed.
func (b *floor) trades(ctx context.Context, at domain.Price) []string {
	GinkgoHelper()
	if b.Market == nil {
		Skip("the harness has no Market: its prices cannot be set")
	}
	changed, err := b.Market.Push(ctx, b.account, ports.Quote{Symbol: b.Symbol, Bid: &at, Ask: &at, LastPrice: &at})
	Expect(err).NotTo(HaveOccurred())
	return changed
}

// cutOff keeps every request from the broker.
func (b *floor) cutOff(ctx context.Context) {
	GinkgoHelper()
	if b.CutOff == nil {
		Skip("the harness has no CutOff: its broker is always there")
	}
	Expect(b.CutOff(ctx)).To(Succeed())
}

func (b *floor) loseAnswers(ctx context.Context) {
	GinkgoHelper()
	if b.LoseAnswers == nil {
		Skip("the harness has no LoseAnswers: its broker always answers")
	}
	Expect(b.LoseAnswers(ctx)).To(Succeed())
}

func (b *floor) mend(ctx context.Context) {
	GinkgoHelper()
	Expect(b.Mend(ctx)).To(Succeed())
}

// lookedUp skips where orders cannot be looked up.
func (b *floor) lookedUp() {
	GinkgoHelper()
	if b.Broker.Capabilities().Lookup == ports.LookupNone {
		Skip("the broker declares no look-up")
	}
}

// request gives an order for one unit at the market.
func (b *floor) request(edit ...func(*ports.OrderRequest)) ports.OrderRequest {
	id := newID[domain.Ticket](b.mint)
	r := ports.OrderRequest{
		ClientOrderID: domain.NewClientOrderID("spec", id, int(b.orders.Add(1)), 0), Symbol: b.Symbol, Side: domain.SideBuy,
		Type: domain.OrderTypeMarket, TimeInForce: b.timeInForce(), Quantity: new(domain.MustQuantity("1")), ReferencePrice: &b.Price,
	}
	for _, e := range edit {
		e(&r)
	}
	return r
}

// timeInForce is one that lets an order rest.
func (b *floor) timeInForce() domain.TimeInForce {
	for _, t := range b.Broker.Capabilities().TimesInForce {
		if t == domain.TimeInForceDay || t == domain.TimeInForceGTC {
			return t
		}
	}
	return domain.TimeInForceDay
}

// resting gives an order of a type that the present price does not fill.
func (b *floor) resting(t domain.OrderType) ports.OrderRequest {
	GinkgoHelper()
	low, err := domain.NewPrice(b.Price.Decimal().Shift(-1))
	Expect(err).NotTo(HaveOccurred())
	high, err := domain.NewPrice(b.Price.Decimal().Shift(1))
	Expect(err).NotTo(HaveOccurred())
	return b.request(func(r *ports.OrderRequest) {
		r.Type = t
		switch t {
		case domain.OrderTypeLimit:
			r.LimitPrice = &low
		case domain.OrderTypeStop:
			r.StopPrice = &high
		case domain.OrderTypeStopLimit:
			r.StopPrice, r.LimitPrice = &high, &high
		case domain.OrderTypeMarket:
		}
	})
}

// rest places an order that the present price does not fill.
func (b *floor) rest(ctx context.Context) (ports.OrderRequest, domain.OrderReport) {
	GinkgoHelper()
	for _, t := range b.Broker.Capabilities().OrderTypes {
		if t != domain.OrderTypeMarket {
			r := b.resting(t)
			placed := b.submit(ctx, r)
			if b.Broker.Capabilities().Lookup != ports.LookupNone {
				placed = b.find(ctx, r.ClientOrderID)
			}
			return r, placed
		}
	}
	Skip("the broker declares no order type that rests")
	return ports.OrderRequest{}, domain.OrderReport{}
}

func (b *floor) submit(ctx context.Context, r ports.OrderRequest) domain.OrderReport {
	GinkgoHelper()
	report, err := b.Broker.Submit(ctx, b.account, r)
	Expect(err).NotTo(HaveOccurred())
	return report
}

// executed submits an order that fills and gives it as filled: a broker may
// answer before it works the order.
func (b *floor) executed(ctx context.Context, r ports.OrderRequest) domain.OrderReport {
	GinkgoHelper()
	report := b.submit(ctx, r)
	c := b.Broker.Capabilities()
	if report.Status.IsTerminal() || c.Lookup == ports.LookupNone {
		return report
	}
	Eventually(func() (_ domain.OrderStatus, err error) {
		report, err = b.Broker.ByClientOrderID(ctx, b.account, r.ClientOrderID)
		return report.Status, err
	}).WithContext(ctx).WithTimeout(c.VisibleWithin + patience).Should(Equal(domain.StatusFilled))
	return report
}

// find looks an order up, for as long as the broker says a look-up may miss it.
func (b *floor) find(ctx context.Context, clientOrderID string) domain.OrderReport {
	GinkgoHelper()
	var report domain.OrderReport
	Eventually(func() (err error) {
		report, err = b.Broker.ByClientOrderID(ctx, b.account, clientOrderID)
		return err
	}).WithContext(ctx).WithTimeout(b.Broker.Capabilities().VisibleWithin + patience).Should(Succeed())
	return report
}

// expectNotPlaced expects that the broker has no order of that id.
func (b *floor) expectNotPlaced(ctx context.Context, clientOrderID string) {
	GinkgoHelper()
	if b.Broker.Capabilities().Lookup == ports.LookupNone {
		return
	}
	Consistently(func() error {
		_, err := b.Broker.ByClientOrderID(ctx, b.account, clientOrderID)
		return err
	}).WithContext(ctx).WithTimeout(b.Broker.Capabilities().VisibleWithin).Should(failAs(domain.KindNotFound))
}

// filled sums up what a report says was executed.
func filled(r domain.OrderReport) domain.Quantity {
	var sum domain.Quantity
	for _, f := range r.Fills {
		sum = sum.Add(f.Quantity)
	}
	return sum
}
