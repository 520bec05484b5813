package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeLedger proves ports.Ledger.
func DescribeLedger(name string, h StorageHarness) bool {
	return describeStorage(name+" as a Ledger", h, func(w *world) {
		l := &ledgerSpecs{w: w}
		BeforeEach(func(ctx SpecContext) {
			l.account = w.account(ctx, w.ada)
			l.config, _ = w.config(ctx, w.ada, l.account)
		})
		Describe("Installation", func() { l.describeInstallation() })
		Describe("Brief", func() { l.describeBrief() })
		Describe("Brief and the rails that count", func() { l.describeUsage() })
		Describe("Brief and the backlog", func() { l.describeBacklog() })
		Describe("Intend within limits", func() { l.describeLimits() })
		Describe("Brief and a newer exit", func() { l.describeExitBehind() })
		Describe("What waits for its session", func() { l.describeResumptions() })
		Describe("Brief and the chain of alerts", func() { l.describeLinks() })
		Describe("Brief and what waits behind", func() { l.describeBehind() })
		Describe("Answer", func() { l.describeAnswer() })
		Describe("Overtake", func() { l.describeOvertake() })
		Describe("Plan", func() { l.describePlan() })
		Describe("Intend", func() { l.describeIntend() })
		Describe("Intend and legs", func() { l.describeLegs() })
		Describe("Synthetic stops", func() { l.describeSyntheticStops() })
		Describe("Protections", func() { l.describeProtections() })
		Describe("Retry", func() { l.describeRetry() })
		Describe("Spend", func() { l.describeSpend() })
		Describe("Intend and Retry on a budget", func() { l.describeBudget() })
		Describe("Record", func() { l.describeRecord() })
		Describe("Record and positions", func() { l.describeMovements() })
		Describe("Review", func() { l.describeReview() })
		Describe("Finish", func() { l.describeFinish() })
		Describe("Finish and its facts", func() { l.describeFinishFacts() })
		Describe("Working", func() { l.describeWorking() })
		Describe("Account", func() { l.describeAccount() })
		Describe("ByClientOrderIDs", func() { l.describeByClientOrderIDs() })
		Describe("a void lease", func() { l.describeFence() })
		Describe("a context that ended first", func() { l.describeEndedContext() })
	})
}

// ledgerSpecs has one account and one config of ada's that routes to it.
type ledgerSpecs struct {
	w       *world
	account *domain.BrokerAccount
	config  *domain.WebhookConfig
}

// queued gives a queued signal in the AAPL lane and its ticket.
func (l *ledgerSpecs) queued(ctx context.Context) (domain.SignalSnapshot, domain.Ticket) {
	GinkgoHelper()
	s := l.w.queue(ctx, l.config, "AAPL")[0]
	return s, s.Tickets[0]
}

// ticket reads a ticket back.
func (l *ledgerSpecs) ticket(ctx context.Context, t domain.Ticket) domain.Ticket {
	GinkgoHelper()
	return l.brief(ctx, t.ID).Ticket
}

func (l *ledgerSpecs) brief(ctx context.Context, id domain.TicketID) *ports.TicketBrief {
	GinkgoHelper()
	b, err := l.w.Ledger.Brief(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	return b
}

// seen writes all out that a brief tells.
func (l *ledgerSpecs) seen(ctx context.Context, id domain.TicketID) any {
	GinkgoHelper()
	b := l.brief(ctx, id)
	snapshots := func(orders []*domain.Order) (out []domain.OrderSnapshot) {
		for _, o := range orders {
			out = append(out, o.Snapshot())
		}
		return out
	}
	return writtenOut([]any{
		b.Ticket, b.Signal.Snapshot(), b.Rules, b.ConfigPosition, b.AccountPosition, snapshots(b.Orders), snapshots(b.Working), snapshots(b.Others),
	})
}

func decision(rule string) domain.Decision {
	return domain.Decision{Rule: rule, Verdict: domain.VerdictNote, Detail: oddName}
}

func (l *ledgerSpecs) describeInstallation() {
	w := l.w
	It("gives the mark all client order ids carry: 4 characters of [a-z2-7], ever the same", func(ctx SpecContext) {
		mark, err := w.Ledger.Installation(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(mark)).To(MatchRegexp(`^[a-z2-7]{4}$`))
		Expect(w.Ledger.Installation(ctx)).To(Equal(mark))
		Expect(w.again(ctx).Ledger.Installation(ctx)).To(Equal(mark), "through a second handle")
	})
}

func (l *ledgerSpecs) describeAccount() {
	w := l.w
	It("gives an account for the worker, whoever it belongs to", func(ctx SpecContext) {
		for _, a := range []*domain.BrokerAccount{l.account, w.account(ctx, w.bob)} {
			got, err := w.Ledger.Account(ctx, a.ID())
			Expect(err).NotTo(HaveOccurred())
			Expect(got.Snapshot()).To(sameAs(a.Snapshot()))
		}
	})

	It("gives removed ones too", func(ctx SpecContext) {
		w.removeAccount(ctx, w.ada, l.account.ID())
		got, err := w.Ledger.Account(ctx, l.account.ID())
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Snapshot().DeletedAt).NotTo(BeNil())
	})

	It("is KindNotFound for a missing one", func(ctx SpecContext) {
		Expect(w.Ledger.Account(ctx, newID[domain.BrokerAccount](w.mint))).Error().To(failAs(domain.KindNotFound))
	})
}

func (l *ledgerSpecs) describeByClientOrderIDs() {
	w := l.w
	It("gives the orders with those client order ids; ids without an order are left out", func(ctx SpecContext) {
		first, second := w.working(ctx, l.config, "AAPL"), w.working(ctx, l.config, "MSFT")
		w.working(ctx, l.config, "NVDA")
		orders, err := w.Ledger.ByClientOrderIDs(ctx, []string{
			second.order.Terms().ClientOrderID, "hfspecnobodyhasthisone", first.order.Terms().ClientOrderID, second.order.Terms().ClientOrderID,
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(ids(orders)).To(ConsistOf(first.order.ID(), second.order.ID()))
		for _, o := range orders {
			Expect(o.Snapshot()).To(sameAs(w.order(ctx, o.ID(), w.ada.UserID).Snapshot()), "with its events")
		}
	})

	It("gives none for none", func(ctx SpecContext) {
		w.working(ctx, l.config, "AAPL")
		Expect(w.Ledger.ByClientOrderIDs(ctx, nil)).To(BeEmpty())
	})
}

// describeFence proves the fence for every decision.
func (l *ledgerSpecs) describeFence() {
	w := l.w
	type decide func(ctx context.Context, void ports.Lease, t trade) error
	DescribeTable("refuses a decision as KindConflict with code lease_lost, and changes nothing", func(ctx SpecContext, d decide) {
		t := w.placed(ctx, l.config, "AAPL")
		w.record(ctx, t.order.ID(), w.ambiguous())
		held := w.reclaim(ctx, t.lease, t.ticket)
		before := l.seen(ctx, t.ticket.ID)

		for _, void := range []ports.Lease{t.lease, {LaneID: held.LaneID, Epoch: held.Epoch + 1}, {LaneID: 1 << 40, Epoch: held.Epoch}} {
			Expect(d(ctx, void, t)).To(failWith(domain.KindConflict, "lease_lost"))
			Expect(l.seen(ctx, t.ticket.ID)).To(Equal(before))
		}
		Expect(d(ctx, held, t)).To(Succeed(), "the present lease may")
	},
		Entry("Plan", decide(func(ctx context.Context, lease ports.Lease, t trade) error {
			return w.Ledger.Plan(ctx, lease, t.ticket.ID, plan("666", decision("late")))
		})),
		Entry("Note", decide(func(ctx context.Context, lease ports.Lease, t trade) error {
			return w.Ledger.Note(ctx, lease, t.ticket.ID, []domain.Decision{decision("late")})
		})),
		Entry("Intend", decide(func(ctx context.Context, lease ports.Lease, t trade) error {
			return w.Ledger.Intend(ctx, lease, w.newOrder(t.signal, t.ticket, 2), w.attempt(1), plan("666", decision("late")))
		})),
		Entry("Retry", decide(func(ctx context.Context, lease ports.Lease, t trade) error {
			_, err := w.Ledger.Retry(ctx, lease, t.order.ID(), w.attempt(2))
			return err
		})),
		Entry("Finish", decide(func(ctx context.Context, lease ports.Lease, t trade) error {
			return w.finish(ctx, lease, t.ticket, domain.StateDone)
		})),
	)
}

func (l *ledgerSpecs) describeEndedContext() {
	w := l.w
	It("is seen as context.Canceled in the error of every method, and changes nothing", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		w.record(ctx, t.order.ID(), w.ambiguous())
		before := l.seen(ctx, t.ticket.ID)
		over := ended(ctx)
		for name, call := range map[string]func() error{
			"Installation": func() error { _, err := w.Ledger.Installation(over); return err },
			"Brief":        func() error { _, err := w.Ledger.Brief(over, t.ticket.ID); return err },
			"Plan":         func() error { return w.Ledger.Plan(over, t.lease, t.ticket.ID, plan("666")) },
			"Intend": func() error {
				return w.Ledger.Intend(over, t.lease, w.newOrder(t.signal, t.ticket, 2), w.attempt(1), plan("666"))
			},
			"Retry": func() error { _, err := w.Ledger.Retry(over, t.lease, t.order.ID(), w.attempt(2)); return err },
			"Record": func() error {
				_, err := w.Ledger.Record(over, ports.OrderFacts{OrderID: t.order.ID(), Events: []domain.OrderEvent{w.fill(1, "1", "1")}}, w.mint.now())
				return err
			},
			"Finish":           func() error { return w.finish(over, t.lease, t.ticket, domain.StateDone) },
			"Working":          func() error { _, err := w.Ledger.Working(over, nil, leaseTime, 1); return err },
			"Account":          func() error { _, err := w.Ledger.Account(over, l.account.ID()); return err },
			"ByClientOrderIDs": func() error { _, err := w.Ledger.ByClientOrderIDs(over, []string{"hf"}); return err },
		} {
			Expect(call()).To(MatchError(context.Canceled), name)
		}
		Expect(l.seen(ctx, t.ticket.ID)).To(Equal(before))
	})
}
