package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// newHalt makes a halt of caller's that is not stored.
func (w *world) newHalt(caller domain.Principal, target domain.HaltTarget, mode domain.HaltMode) domain.Halt {
	GinkgoHelper()
	target, err := domain.NewHaltTarget(caller.UserID, target)
	Expect(err).NotTo(HaveOccurred())
	h, err := domain.NewHalt(domain.HaltTerms{
		ID: newID[domain.Halt](w.mint), Target: target, Mode: mode, Reason: oddName, By: caller.UserID, Since: w.mint.now(),
	})
	Expect(err).NotTo(HaveOccurred())
	return h
}

func (w *world) tryHalt(ctx context.Context, caller domain.Principal, h domain.Halt) (domain.Halt, error) {
	return ask(ctx, w, caller, func(ctx context.Context, r ports.Repositories) (domain.Halt, error) { return r.Halts.Put(ctx, h) })
}

// halt brings a halt into force.
func (w *world) halt(ctx context.Context, caller domain.Principal, target domain.HaltTarget, mode domain.HaltMode) domain.Halt {
	GinkgoHelper()
	h, err := w.tryHalt(ctx, caller, w.newHalt(caller, target, mode))
	Expect(err).NotTo(HaveOccurred())
	if target.Scope == domain.HaltScopeAll {
		DeferCleanup(func(ctx SpecContext) { // it would reach whatever else uses the storage
			Expect(w.lift(ctx, caller, target)).To(Or(Succeed(), failAs(domain.KindNotFound)))
		})
	}
	return h
}

func (w *world) halts(ctx context.Context, caller domain.Principal) []domain.Halt {
	GinkgoHelper()
	return must(ctx, w, caller, func(ctx context.Context, r ports.Repositories) ([]domain.Halt, error) { return r.Halts.List(ctx) })
}

func (w *world) lift(ctx context.Context, caller domain.Principal, target domain.HaltTarget) error {
	GinkgoHelper()
	target, err := domain.NewHaltTarget(caller.UserID, target)
	Expect(err).NotTo(HaveOccurred())
	return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return r.Halts.Lift(ctx, target, w.mint.now())
	})
}

// operator gives the same person with an operator's token.
func operator(p domain.Principal) domain.Principal {
	p.Operator = true
	return p
}

// DescribeHalts proves ports.HaltRepository, ports.HaltBoard and what a Ledger
// promises of halts.
func DescribeHalts(name string, h StorageHarness) bool {
	return describeStorage(name+" as a HaltRepository and HaltBoard", h, func(w *world) {
		everybody := domain.HaltTarget{Scope: domain.HaltScopeAll}
		mine := domain.HaltTarget{Scope: domain.HaltScopeUser}
		var (
			account *domain.BrokerAccount
			config  *domain.WebhookConfig
			targets map[string]domain.HaltTarget
		)
		BeforeEach(func(ctx SpecContext) {
			account = w.account(ctx, w.ada)
			config, _ = w.config(ctx, w.ada, account)
			targets = map[string]domain.HaltTarget{
				"all": everybody, "user": mine,
				"account": {Scope: domain.HaltScopeAccount, BrokerAccountID: new(account.ID())},
				"webhook": {Scope: domain.HaltScopeWebhook, WebhookConfigID: new(config.ID())},
				"symbol":  {Scope: domain.HaltScopeSymbol, Symbol: "AAPL"},
			}
		})

		It("brings halts of every scope into force and lists them, oldest first", func(ctx SpecContext) {
			var want []domain.Halt
			for _, scope := range []string{"all", "user", "account", "webhook", "symbol"} {
				want = append(want, w.halt(ctx, operator(w.ada), targets[scope], domain.HaltModeHalt))
			}
			Expect(w.halts(ctx, w.ada)).To(sameAs(want))
			Expect(w.again(ctx).halts(ctx, w.ada)).To(sameAs(want), "through a second handle")
			Expect(w.halts(ctx, w.bob)).To(sameAs(want[:1]), "who sees what reaches everybody")
		})

		It("puts a halt in the place of the one its target had, and keeps that of the same mode", func(ctx SpecContext) {
			first := w.halt(ctx, w.ada, mine, domain.HaltModeHalt)
			Expect(w.halt(ctx, w.ada, mine, domain.HaltModeHalt)).To(sameAs(first))
			second := w.halt(ctx, w.ada, mine, domain.HaltModeReduceOnly)
			Expect(second.ID).NotTo(Equal(first.ID))
			Expect(w.halts(ctx, w.ada)).To(sameAs([]domain.Halt{second}))
		})

		It("lifts a halt, which then is not there", func(ctx SpecContext) {
			w.halt(ctx, w.ada, targets["symbol"], domain.HaltModeHalt)
			w.halt(ctx, w.bob, mine, domain.HaltModeHalt)
			Expect(w.lift(ctx, w.ada, mine)).To(failAs(domain.KindNotFound))
			Expect(w.lift(ctx, w.ada, targets["symbol"])).To(Succeed())
			Expect(w.lift(ctx, w.ada, targets["symbol"])).To(failAs(domain.KindNotFound))
			Expect(w.halts(ctx, w.ada)).To(BeEmpty())
			Expect(w.halts(ctx, w.bob)).To(HaveLen(1))
		})

		It("lets none but operators halt and resume everybody", func(ctx SpecContext) {
			_, err := w.tryHalt(ctx, w.ada, w.newHalt(w.ada, everybody, domain.HaltModeHalt))
			Expect(err).To(failAs(domain.KindForbidden))
			w.halt(ctx, operator(w.bob), everybody, domain.HaltModeHalt)
			Expect(w.lift(ctx, w.ada, everybody)).To(failAs(domain.KindForbidden))
			Expect(w.lift(ctx, operator(w.ada), everybody)).To(Succeed())
		})

		It("knows no account or config of somebody else's", func(ctx SpecContext) {
			for _, scope := range []string{"account", "webhook"} {
				_, err := w.tryHalt(ctx, w.bob, w.newHalt(w.bob, targets[scope], domain.HaltModeHalt))
				Expect(err).To(failAs(domain.KindNotFound), scope)
			}
			Expect(w.halts(ctx, w.ada)).To(BeEmpty())
		})

		DescribeTable("holds an entry and lets it go once it is lifted, at scope", func(ctx SpecContext, scope string) {
			s := w.queue(ctx, config, "AAPL", "MSFT")
			first := s[0].Tickets[0]
			lease := w.lease(ctx, first)
			h := w.halt(ctx, operator(w.ada), targets[scope], domain.HaltModeHalt)

			brief, err := w.Ledger.Brief(ctx, first.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(brief.Halts).To(sameAs([]domain.Halt{h}))
			o := w.newOrder(s[0], first, 1)
			Expect(w.Ledger.Intend(ctx, lease, o, w.attempt(1), plan("10"))).To(failWith(domain.KindConflict, "halted"))
			brief, err = w.Ledger.Brief(ctx, first.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(brief.Orders).To(BeEmpty())
			Expect(brief.Ticket.Target).To(BeNil(), "nothing is written")

			Expect(w.lift(ctx, operator(w.ada), targets[scope])).To(Succeed())
			Expect(w.Ledger.Intend(ctx, lease, o, w.attempt(1), plan("10"))).To(Succeed())
		},
			Entry("all", "all"), Entry("user", "user"), Entry("account", "account"), Entry("webhook", "webhook"), Entry("symbol", "symbol"),
		)

		It("holds no ticket it does not reach", func(ctx SpecContext) {
			w.halt(ctx, w.bob, mine, domain.HaltModeHalt)
			w.halt(ctx, w.ada, domain.HaltTarget{Scope: domain.HaltScopeSymbol, Symbol: "MSFT"}, domain.HaltModeHalt)
			w.halt(ctx, w.ada, domain.HaltTarget{Scope: domain.HaltScopeAccount, BrokerAccountID: new(w.account(ctx, w.ada).ID())}, domain.HaltModeHalt)
			s := w.queue(ctx, config, "AAPL")[0]
			brief, err := w.Ledger.Brief(ctx, s.Tickets[0].ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(brief.Halts).To(BeEmpty())
		})

		It("judges an attempt by its effect, also a further one", func(ctx SpecContext) {
			t := w.placed(ctx, config, "AAPL")
			w.record(ctx, t.order.ID(), w.ambiguous())
			w.halt(ctx, w.ada, mine, domain.HaltModeReduceOnly)
			_, err := w.Ledger.Retry(ctx, t.lease, t.order.ID(), w.attempt(2))
			Expect(err).To(failWith(domain.KindConflict, "halted"))
			exit := w.attempt(2)
			exit.Effect = domain.EffectExit
			got, err := w.Ledger.Retry(ctx, t.lease, t.order.ID(), exit)
			Expect(err).NotTo(HaveOccurred())
			Expect(got.Attempts()).To(Equal(2))
		})

		It("notes decisions of a ticket that waits, and changes nothing else", func(ctx SpecContext) {
			s := w.queue(ctx, config, "AAPL")[0]
			lease := w.lease(ctx, s.Tickets[0])
			Expect(w.Ledger.Note(ctx, lease, s.Tickets[0].ID, []domain.Decision{decision("one")})).To(Succeed())
			Expect(w.Ledger.Note(ctx, lease, s.Tickets[0].ID, []domain.Decision{decision("two")})).To(Succeed())
			got := w.signal(ctx, w.ada, s.ID).Tickets[0]
			Expect(got.Decisions).To(Equal([]domain.Decision{decision("one"), decision("two")}))
			Expect(got.State).To(Equal(domain.StateQueued))
			Expect(got.Target).To(BeNil())
		})

		It("gives what is to be flattened with the accounts in scope, until that is done", func(ctx SpecContext) {
			bought := w.placed(ctx, config, "AAPL")
			w.record(ctx, bought.order.ID(), w.acknowledged(bought.order), w.fill(1, "10", "100"))
			other := w.account(ctx, w.ada)
			his := w.account(ctx, w.bob)
			removed := w.account(ctx, w.ada)
			w.removeAccount(ctx, w.ada, removed.ID())
			w.halt(ctx, w.ada, targets["symbol"], domain.HaltModeHalt)
			one := w.halt(ctx, w.ada, targets["account"], domain.HaltModeFlatten)
			own := w.halt(ctx, w.ada, mine, domain.HaltModeFlatten)
			all := w.halt(ctx, operator(w.bob), everybody, domain.HaltModeFlatten)

			due, err := w.HaltBoard.Flattenings(ctx)
			Expect(err).NotTo(HaveOccurred())
			of := func(accounts ...*domain.BrokerAccount) (list []ports.FlattenedAccount) {
				for _, a := range accounts {
					list = append(list, ports.FlattenedAccount{ID: a.ID(), UserID: a.UserID()})
				}
				return list
			}
			holding := func(accounts []ports.FlattenedAccount) []ports.FlattenedAccount {
				accounts[0].Holders = []ports.FlattenedConfig{{ID: config.ID(), Version: 1}}
				return accounts
			}
			Expect(due).To(sameAs([]ports.Flattening{
				{Halt: one, Accounts: holding(of(account))},
				{Halt: own, Accounts: holding(of(account, other))},
				{Halt: all, Accounts: holding(of(account, other, his))},
			}), "with the configs that hold something")

			inMSFT := w.halt(ctx, w.ada, domain.HaltTarget{Scope: domain.HaltScopeSymbol, Symbol: "MSFT", UserID: &w.ada.UserID}, domain.HaltModeFlatten)
			due, err = w.HaltBoard.Flattenings(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(due).To(ContainElement(sameAs(ports.Flattening{Halt: inMSFT, Accounts: of(account, other)})), "nobody holds any")
			Expect(w.HaltBoard.Flattened(ctx, inMSFT.ID, w.mint.now())).To(Succeed())

			w.revise(ctx, w.ada, config.ID(), countingRules(other))
			webhook := w.halt(ctx, w.ada, domain.HaltTarget{Scope: domain.HaltScopeWebhook, WebhookConfigID: new(config.ID())}, domain.HaltModeFlatten)
			due, err = w.HaltBoard.Flattenings(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(due).To(ContainElement(sameAs(ports.Flattening{Halt: webhook, Accounts: of(account, other), ConfigVersion: 2})), "it routes to or did")
			Expect(w.HaltBoard.Flattened(ctx, webhook.ID, w.mint.now())).To(Succeed())

			Expect(w.HaltBoard.Flattened(ctx, one.ID, w.mint.now())).To(Succeed())
			Expect(w.HaltBoard.Flattened(ctx, one.ID, w.mint.now())).To(Succeed(), "again")
			Expect(w.lift(ctx, w.ada, mine)).To(Succeed())
			due, err = w.HaltBoard.Flattenings(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(due).To(HaveExactElements(HaveField("Halt.ID", all.ID)))
		})

		It("shows a signal that flattens a webhook the open orders of that config", func(ctx SpecContext) {
			others, _ := w.config(ctx, w.ada, account)
			t, theirs := w.working(ctx, config, "AAPL"), w.working(ctx, others, "AAPL")
			intent, err := domain.NewIntent(domain.Intent{Action: domain.ActionExit, Symbol: "AAPL"})
			Expect(err).NotTo(HaveOccurred())
			s := w.newByHand(w.ada, intent, account).Snapshot()
			s.Source, s.WebhookConfigID, s.WebhookConfigVersion = domain.SourceHalt, new(config.ID()), 1
			exit, err := domain.NewSignal(s, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(w.Inbox.Submit(ctx, exit)).To(Succeed())
			brief, err := w.Ledger.Brief(ctx, w.signal(ctx, w.ada, exit.ID()).Tickets[0].ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(brief.Working).To(HaveExactElements(HaveField("ID()", t.order.ID())))
			Expect(brief.Others).To(HaveExactElements(HaveField("ID()", theirs.order.ID())))
		})

		It("shows a signal of source halt every open order of its lane", func(ctx SpecContext) {
			t := w.working(ctx, config, "AAPL")
			intent, err := domain.NewIntent(domain.Intent{Action: domain.ActionExit, Symbol: "AAPL"})
			Expect(err).NotTo(HaveOccurred())
			s := w.newByHand(w.ada, intent, account).Snapshot()
			s.Source = domain.SourceHalt
			exit, err := domain.NewSignal(s, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(w.Inbox.Submit(ctx, exit)).To(Succeed())
			brief, err := w.Ledger.Brief(ctx, w.signal(ctx, w.ada, exit.ID()).Tickets[0].ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(brief.Working).To(HaveExactElements(HaveField("ID()", t.order.ID())))
		})
	})
}
