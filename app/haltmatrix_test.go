package app_test

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// haltedAlert is an alert that meets a halt while 10 are held, and what comes of
// it.
type haltedAlert struct {
	scope domain.HaltScope
	mode  domain.HaltMode
	alert string
	// waits says that the ticket ends once the halt is lifted, not before; it ends
	// in state then, for the reason if there is one.
	waits  bool
	state  domain.State
	reason string
	// orders are all there are in the end, also of the halt itself.
	orders []string
}

func haltedAlerts() (rows []TableEntry) {
	const bought, sold = "buy 10 filled", "sell 10 filled"
	const more = `{"ticker":"AAPL","action":"buy","quantity":"5","price":"100"}`
	for _, scope := range domain.HaltScopes() {
		for effect, row := range map[string]haltedAlert{
			"halt refuses an entry":                                    {mode: domain.HaltModeHalt, alert: more, state: domain.StateRefused, reason: "halted", orders: []string{bought}},
			"halt holds an exit":                                       {mode: domain.HaltModeHalt, alert: exitAll, waits: true, state: domain.StateDone, orders: []string{bought, sold}},
			"halt holds a reversal":                                    {mode: domain.HaltModeHalt, alert: goShort, waits: true, state: domain.StateDone, orders: []string{bought, sold, sold}},
			"reduce_only refuses an entry":                             {mode: domain.HaltModeReduceOnly, alert: more, state: domain.StateRefused, reason: "reduce_only", orders: []string{bought}},
			"reduce_only lets an exit through":                         {mode: domain.HaltModeReduceOnly, alert: exitAll, state: domain.StateDone, orders: []string{bought, sold}},
			"reduce_only lets a reversal's exit through":               {mode: domain.HaltModeReduceOnly, alert: goShort, state: domain.StateDone, reason: "reduce_only", orders: []string{bought, sold}},
			"flatten ends what is held, and refuses an entry":          {mode: domain.HaltModeFlatten, alert: more, state: domain.StateRefused, reason: "reduce_only", orders: []string{bought, sold}},
			"flatten ends what is held, and leaves nothing to an exit": {mode: domain.HaltModeFlatten, alert: exitAll, state: domain.StateRefused, reason: "nothing_to_do", orders: []string{bought, sold}},
			"flatten ends what is held, and a reversal enters nothing": {mode: domain.HaltModeFlatten, alert: goShort, state: domain.StateRefused, reason: "reduce_only", orders: []string{bought, sold}},
		} {
			row.scope = scope
			rows = append(rows, Entry(string(scope)+": "+effect, row))
		}
	}
	return rows
}

var _ = Describe("Halts, by scope and mode", func() {
	var (
		t    *trader
		hook ports.IssuedWebhook
		desk *app.Halts
	)
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		t.who.Operator = true
		hook = t.hook(ctx)
		board, ok := t.work.(ports.HaltBoard)
		Expect(ok).To(BeTrue())
		desk = app.NewHalts(t.work, app.NewFlattener(board, t.inbox, t.clock, t.ids, t.bell, quietLog()), t.clock, t.ids, quietLog())
	})
	target := func(scope domain.HaltScope) domain.HaltTarget {
		h := domain.HaltTarget{Scope: scope}
		switch scope {
		case domain.HaltScopeAccount:
			h.BrokerAccountID = new(t.account.ID())
		case domain.HaltScopeWebhook:
			h.WebhookConfigID = new(hook.Config.ID())
		case domain.HaltScopeSymbol:
			h.Symbol = "AAPL"
		case domain.HaltScopeAll, domain.HaltScopeUser:
		}
		return h
	}
	twoByHand := func(ctx context.Context) {
		GinkgoHelper()
		_, err := t.desk.Trade(ctx, t.who, ports.ManualSignal{BrokerAccountID: t.account.ID(), Intent: domain.Intent{
			Action: domain.ActionBuy, Symbol: "AAPL", Quantity: new(domain.MustQuantity("2")), ReferencePrice: new(domain.MustPrice("100")),
		}}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
	}
	ticket := func(ctx context.Context, id domain.SignalID) domain.Ticket {
		GinkgoHelper()
		return t.signal(ctx, id).Tickets[0]
	}

	DescribeTable("hold what they should and trap nothing", func(ctx SpecContext, row haltedAlert) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(desk.SetHalt(ctx, t.who, target(row.scope), row.mode, "")).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		id := t.send(ctx, hook, row.alert)
		t.settle(ctx)
		t.later(ctx, time.Second)
		if row.waits {
			Expect(ticket(ctx, id).State.IsFinal()).To(BeFalse())
			Expect(t.orders(ctx)).To(HaveLen(1), "nothing is sent")
			Expect(desk.LiftHalt(ctx, t.who, target(row.scope))).To(Succeed())
			t.later(ctx, time.Second)
			t.later(ctx, time.Second)
		}
		Expect(ticket(ctx, id).State).To(Equal(row.state), "%v", ticket(ctx, id).Reasons)
		var reasons []string
		for _, r := range ticket(ctx, id).Reasons {
			reasons = append(reasons, r.Code)
		}
		if row.reason == "" {
			Expect(reasons).To(BeEmpty())
		} else {
			Expect(reasons).To(Equal([]string{row.reason}))
		}
		Expect(sides(t.orders(ctx))).To(Equal(row.orders))
		Expect(t.held(ctx, "AAPL")).To(Equal(t.booked(ctx, ports.PositionsByAccount, "AAPL")))
	}, haltedAlerts())

	DescribeTable("that flatten leave every book flat, and an entry afresh to those that are lifted", func(ctx SpecContext, scope domain.HaltScope) {
		other := t.hook(ctx)
		const toTen = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","market_position":"long","market_position_size":"10"}`
		t.send(ctx, hook, toTen)
		if scope != domain.HaltScopeWebhook {
			t.send(ctx, other, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
			twoByHand(ctx)
		}
		t.settle(ctx)
		Expect(desk.SetHalt(ctx, t.who, target(scope), domain.HaltModeFlatten, "")).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			books, err := r.Positions.List(ctx, ports.PositionsByWebhook)
			for _, book := range books {
				Expect(book.Position.Quantity.IsFlat()).To(BeTrue(), "%v", book.WebhookConfigID)
			}
			return err
		})
		Expect(desk.LiftHalt(ctx, t.who, target(scope))).To(Succeed())
		t.clock.Advance(2 * time.Minute) // for the same alert is no duplicate any more
		id := t.send(ctx, hook, toTen)
		t.settle(ctx)
		Expect(ticket(ctx, id).State).To(Equal(domain.StateDone), "%v", ticket(ctx, id).Reasons)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	}, func() (rows []TableEntry) {
		for _, scope := range domain.HaltScopes() {
			rows = append(rows, Entry(string(scope), scope))
		}
		return rows
	}())

	It("that flatten count an exit that rests, and sell nothing twice", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		twoByHand(ctx)
		t.settle(ctx)
		resting := &restingExits{Broker: t.venue}
		t.brokers[domain.BrokerKindPaper] = resting
		Expect(desk.SetHalt(ctx, t.who, target(domain.HaltScopeUser), domain.HaltModeFlatten, "")).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(resting.quantities).To(Equal([]string{"10", "2"}))
		Expect(resting.canceled).To(BeFalse())
	})

	DescribeTable("leave alone what they do not reach", func(ctx SpecContext, scope domain.HaltScope) {
		elsewhere := map[domain.HaltScope]func() (ports.IssuedWebhook, string){
			domain.HaltScopeAccount: func() (ports.IssuedWebhook, string) {
				account, err := t.accounts.OpenAccount(ctx, t.who, ports.NewBrokerAccount{
					Name: "other", Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.MustMoney("1000000")},
				}, ports.Idempotency{})
				Expect(err).NotTo(HaveOccurred())
				return t.hook(ctx, func(r *domain.WebhookRules) { r.Routes[0].BrokerAccountID = account.ID() }), "AAPL"
			},
			domain.HaltScopeWebhook: func() (ports.IssuedWebhook, string) { return t.hook(ctx), "AAPL" },
			domain.HaltScopeSymbol:  func() (ports.IssuedWebhook, string) { return hook, "MSFT" },
		}
		other, symbol := elsewhere[scope]()
		for n, mode := range domain.HaltModes() {
			Expect(desk.SetHalt(ctx, t.who, target(scope), mode, "")).Error().NotTo(HaveOccurred())
			id := t.send(ctx, other, fmt.Sprintf(`{"ticker":%q,"action":"buy","quantity":"%d","price":"100"}`, symbol, n+1))
			t.settle(ctx)
			Expect(ticket(ctx, id).State).To(Equal(domain.StateDone), string(mode))
		}
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 1 filled", "buy 2 filled", "buy 3 filled"}))
	},
		Entry("another account", domain.HaltScopeAccount),
		Entry("another webhook", domain.HaltScopeWebhook),
		Entry("another symbol", domain.HaltScopeSymbol),
	)
})

// restingExits is a venue at which exits are taken and rest.
type restingExits struct {
	ports.Broker
	quantities []string
	canceled   bool
	taken      map[string]domain.OrderReport
}

func (v *restingExits) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if r.Side != domain.SideSell {
		return v.Broker.Submit(ctx, a, r)
	}
	v.quantities = append(v.quantities, r.Quantity.String())
	report := domain.OrderReport{ClientOrderID: r.ClientOrderID, BrokerOrderID: "rests-" + r.ClientOrderID, Status: domain.StatusNew, At: r.MadeAt}
	if v.taken == nil {
		v.taken = map[string]domain.OrderReport{}
	}
	v.taken[r.ClientOrderID] = report
	return report, nil
}

func (v *restingExits) ByClientOrderID(ctx context.Context, a *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	if report, ok := v.taken[id]; ok {
		return report, nil
	}
	return v.Broker.ByClientOrderID(ctx, a, id)
}

func (v *restingExits) Cancel(ctx context.Context, a *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	v.canceled = true
	return v.Broker.Cancel(ctx, a, id)
}
