package app_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// brokerClass is a broker's rules as real venues have them.
type brokerClass struct {
	like string
	can  ports.Capabilities
}

func brokerClasses() []brokerClass {
	class := func(d ports.DuplicateRule, l ports.LookupRule, expiry, visible time.Duration) ports.Capabilities {
		return ports.Capabilities{Duplicates: d, Lookup: l, RequestExpiry: expiry, VisibleWithin: visible}
	}
	return []brokerClass{
		{"ids used up for ever, look-up", class(ports.DuplicatesRejectedForever, ports.LookupDirect, 0, 0)},
		{"ids used up for ever, look-up that lags 3 s", class(ports.DuplicatesRejectedForever, ports.LookupDirect, 0, 3*time.Second)},
		{"ids free after the fill, requests that expire", class(ports.DuplicatesRejectedWhileOpen, ports.LookupScan, 5*time.Second, 0)},
		{"ids free after the fill, look-up that lags 3 s", class(ports.DuplicatesRejectedWhileOpen, ports.LookupDirect, 0, 3*time.Second)},
		{"ids free after a day", class(ports.DuplicatesRejected24h, ports.LookupScan, 0, 0)},
		{"ids that mean nothing, requests that expire", class(ports.DuplicatesAccepted, ports.LookupScan, 5*time.Second, 0)},
		{"ids that mean nothing, no look-up", class(ports.DuplicatesAccepted, ports.LookupNone, 0, 0)},
	}
}

// badAnswer is a fault in the way of every order, and what is known of it.
type badAnswer struct {
	name  string
	fault brokerfaults.Fault
	// told is that the answer itself says what became of the order.
	told bool
	// patience is how long the adapter waits for an answer.
	patience time.Duration
	// lookUps are what becomes of the first questions after it.
	lookUps []brokerfaults.Fault
	// onlyOnce keeps to classes that take an id once.
	onlyOnce bool
}

func badAnswers() []badAnswer {
	const patience, late = 100 * time.Millisecond, time.Minute
	return []badAnswer{
		{name: "none", fault: brokerfaults.Pass(), told: true},
		{name: "an order taken and the connection dropped", fault: brokerfaults.DropAnswer()},
		{name: "500 for an order that was taken", fault: brokerfaults.ErrorExecuted()},
		{name: "500 for an order that was not", fault: brokerfaults.ErrorNotExecuted()},
		{name: "an answer too late", fault: brokerfaults.Late(late), patience: patience},
		{name: "an answer too slow", fault: brokerfaults.Slow(late), patience: patience},
		{name: "a body that is no JSON", fault: brokerfaults.MalformedBody()},
		{name: "half a body", fault: brokerfaults.TruncatedBody()},
		{name: "a connection reset", fault: brokerfaults.Reset()},
		{name: "307", fault: brokerfaults.Redirect()},
		{name: "429", fault: brokerfaults.Throttle(time.Second), told: true},
		{name: "an id called a duplicate that is none", fault: brokerfaults.Answer(http.StatusUnprocessableEntity, "application/json", bourseDuplicate)},
		{name: "a request that arrives twice", fault: brokerfaults.Repeat(), onlyOnce: true},
		{
			name: "an order taken, and look-ups that fail", fault: brokerfaults.DropAnswer(),
			lookUps: []brokerfaults.Fault{brokerfaults.ErrorNotExecuted(), brokerfaults.MalformedBody(), brokerfaults.Throttle(time.Second), brokerfaults.Redirect()},
		},
	}
}

// ends says how a signal ends whose order met the fault, from the class alone.
func (c brokerClass) ends(a badAnswer) domain.State {
	switch {
	case a.told:
		return domain.StateDone
	case c.can.Lookup == ports.LookupNone:
		return domain.StateNeedsReview
	case a.fault.Executes():
		return domain.StateDone
	case c.can.Duplicates == ports.DuplicatesRejectedForever, c.can.RequestExpiry > 0:
		return domain.StateDone // its absence can be proven, or sending again is harmless
	}
	return domain.StateNeedsReview
}

const (
	linePatience = 10 * time.Second
	lineOrders   = 100
	lineSymbols  = 25
)

var _ = portstest.DescribeBrokerOnABadLine("the broker of the app's specs", portstest.BadLineHarness{
	New: func(ctx context.Context) portstest.BadLine {
		t := newTrader(ctx)
		class := brokerClasses()[0].can
		line, err := brokerfaults.Start(&bourse{class: class, now: t.clock.Now})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(line.Close)
		return portstest.BadLine{
			Trading: portstest.Trading{
				Broker: newSocketBroker(t.paper, class, line.URL(), linePatience), Symbol: "AAPL", Price: domain.MustPrice("10"),
				Open: func(context.Context) (*domain.BrokerAccount, error) { return t.account, nil },
			},
			Line: line, Places: brokerfaults.Method(http.MethodPost), LooksUp: brokerfaults.Method(http.MethodGet),
		}
	},
})

var _ = Describe("An executor before a broker on a bad line", func() {
	DescribeTable(fmt.Sprintf("makes %d alerts exactly one order each, or leaves them to a person where nothing can be proven:", lineOrders),
		func(ctx SpecContext, a badAnswer) {
			for _, class := range brokerClasses() {
				if a.onlyOnce && class.can.Duplicates != ports.DuplicatesRejectedForever && class.can.Duplicates != ports.DuplicatesRejected24h {
					continue // it was the network that doubled it
				}
				By(class.like)
				t := newTrader(ctx)
				venue := &bourse{class: class.can, now: t.clock.Now}
				line, err := brokerfaults.Start(venue)
				Expect(err).NotTo(HaveOccurred())
				t.venue.Broker = newSocketBroker(t.paper, class.can, line.URL(), cmp.Or(a.patience, linePatience))
				line.On(firstSends()).Next(brokerfaults.Times(lineOrders, a.fault)...)
				line.On(brokerfaults.Method(http.MethodGet)).Next(a.lookUps...)

				ids := t.sendMany(ctx)
				for range 60 {
					t.later(ctx, time.Second)
				}
				line.Close()
				t.judge(ctx, venue, ids, class.ends(a), a.fault.Executes())
			}
		},
		func(a badAnswer) string { return a.name },
		entriesOf(badAnswers()),
	)

	It("sends nothing twice to one that refuses connections, and everything once it is back", func(ctx SpecContext) {
		for _, class := range brokerClasses() {
			By(class.like)
			t := newTrader(ctx)
			venue := &bourse{class: class.can, now: t.clock.Now}
			line, err := brokerfaults.Start(venue)
			Expect(err).NotTo(HaveOccurred())
			t.venue.Broker = newSocketBroker(t.paper, class.can, line.URL(), linePatience)
			line.Down()
			ids := t.sendMany(ctx)
			for range 5 {
				t.later(ctx, time.Second)
			}
			Expect(venue.took()).To(BeEmpty())
			Expect(line.Up()).To(Succeed())
			for range 10 {
				t.later(ctx, time.Second)
			}
			line.Close()
			t.judge(ctx, venue, ids, domain.StateDone, true)
		}
	})
})

// firstSends matches the first request of each order.
func firstSends() brokerfaults.Match {
	sent := map[string]bool{}
	return func(r *http.Request) bool {
		first := r.Method == http.MethodPost && !sent[r.URL.Path]
		sent[r.URL.Path] = true
		return first
	}
}

func entriesOf(all []badAnswer) []TableEntry {
	var entries []TableEntry
	for _, a := range all {
		entries = append(entries, Entry(nil, a))
	}
	return entries
}

// sendMany posts the alerts: in each symbol the nth buys n.
func (t *trader) sendMany(ctx SpecContext) []domain.SignalID {
	GinkgoHelper()
	hook := t.hook(ctx)
	var ids []domain.SignalID
	for i := range lineOrders {
		ids = append(ids, t.send(ctx, hook, fmt.Sprintf(`{"ticker":"S%d","action":"buy","quantity":"%d","price":"10"}`, i%lineSymbols, 1+i/lineSymbols)))
	}
	t.settle(ctx)
	return ids
}

// judge expects each signal to have ended as it has to. The broker has one order
// of each that is done, in the order of the alerts, and never two.
func (t *trader) judge(ctx SpecContext, venue *bourse, ids []domain.SignalID, state domain.State, executes bool) {
	GinkgoHelper()
	// A lane waits behind what a person has to settle.
	reached := lineOrders
	if state == domain.StateNeedsReview {
		reached = lineSymbols
	}
	for i, id := range ids {
		want := state
		if i >= reached {
			want = domain.StateQueued
		}
		Expect(t.signal(ctx, id).State).To(Equal(want), "signal %d", i)
	}
	if state == domain.StateNeedsReview && !executes {
		reached = 0
	}
	took := venue.took()
	Expect(took).To(HaveLen(reached))
	for id, orders := range took {
		Expect(orders).To(Equal(1), id)
	}
	for symbol, got := range venue.sequence() {
		for n, quantity := range got {
			Expect(quantity).To(Equal(strconv.Itoa(n+1)), "order %d of %s", n+1, symbol)
		}
	}
}
