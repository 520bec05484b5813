package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// foundUnmatched is an order that a broker has and that no row accounts for.
func (w *world) foundUnmatched(account *domain.BrokerAccount, id string) domain.UnmatchedOrder {
	return domain.UnmatchedOrder{
		ID: newID[domain.UnmatchedOrder](w.mint), UserID: account.UserID(), BrokerAccountID: account.ID(),
		ClientOrderID: "hfspec" + id, BrokerOrderID: id, Symbol: "AAPL", Status: domain.StatusNew,
		FilledQuantity: domain.MustNet("10.5"), FoundAt: w.mint.now(),
	}
}

// unmatched is foundUnmatched that is stored.
func (w *world) unmatched(ctx context.Context, account *domain.BrokerAccount, id string) domain.UnmatchedOrder {
	GinkgoHelper()
	o := w.foundUnmatched(account, id)
	Expect(w.Ledger.Unmatched(ctx, o)).To(BeTrue())
	return o
}

func (w *world) says(verdict domain.UnmatchedVerdict, by domain.Principal) domain.UnmatchedSettlement {
	return domain.UnmatchedSettlement{Verdict: verdict, Note: "sent by hand; it's known “ж”", By: by.UserID, At: w.mint.now()}
}

func (w *world) settle(
	ctx context.Context, caller domain.Principal, id domain.UnmatchedOrderID, said domain.UnmatchedSettlement,
) (domain.UnmatchedOrder, error) {
	return ask(ctx, w, caller, func(ctx context.Context, r ports.Repositories) (domain.UnmatchedOrder, error) {
		return r.Unmatched.Settle(ctx, id, said)
	})
}

func describeUnmatched(w *world, a, b **domain.BrokerAccount) {
	list := func(ctx context.Context, caller domain.Principal, q ports.UnmatchedQuery) ports.Page[domain.UnmatchedOrder] {
		GinkgoHelper()
		return must(ctx, w, caller, func(ctx context.Context, r ports.Repositories) (ports.Page[domain.UnmatchedOrder], error) {
			return r.Unmatched.List(ctx, q)
		})
	}
	byID := func(ctx context.Context, caller domain.Principal, id domain.UnmatchedOrderID) (domain.UnmatchedOrder, error) {
		return ask(ctx, w, caller, func(ctx context.Context, r ports.Repositories) (domain.UnmatchedOrder, error) {
			return r.Unmatched.ByID(ctx, id)
		})
	}

	It("keeps an order once, and says whether it was new", func(ctx SpecContext) {
		first := w.unmatched(ctx, *a, "b-1")
		Expect(w.Ledger.Unmatched(ctx, w.foundUnmatched(*a, "b-1"))).To(BeFalse())
		Expect(w.Ledger.Unmatched(ctx, w.foundUnmatched(*b, "b-1"))).To(BeTrue(), "another account's")
		Expect(list(ctx, w.ada, ports.UnmatchedQuery{}).Items).To(sameAs([]domain.UnmatchedOrder{first}))
		Expect(byID(ctx, w.ada, first.ID)).To(sameAs(first))
	})

	It("shows a caller their own, newest first, a page at a time", func(ctx SpecContext) {
		first, second := w.unmatched(ctx, *a, "b-1"), w.unmatched(ctx, *a, "b-2")
		theirs := w.unmatched(ctx, *b, "b-3")
		page := list(ctx, w.ada, ports.UnmatchedQuery{Page: ports.PageRequest{Limit: 1}})
		Expect(page.Items).To(HaveExactElements(HaveField("ID", second.ID)))
		rest := list(ctx, w.ada, ports.UnmatchedQuery{Page: ports.PageRequest{Limit: 1, Cursor: page.Next}})
		Expect(rest.Items).To(HaveExactElements(HaveField("ID", first.ID)))
		Expect(rest.Next).To(BeEmpty())
		for _, id := range []domain.UnmatchedOrderID{theirs.ID, newID[domain.UnmatchedOrder](w.mint)} {
			_, err := byID(ctx, w.ada, id)
			Expect(err).To(failAs(domain.KindNotFound))
		}
	})

	It("keeps what its owner says, does not find it again, and tells it from what is open", func(ctx SpecContext) {
		open, known := w.unmatched(ctx, *a, "b-1"), w.unmatched(ctx, *a, "b-2")
		said := w.says(domain.UnmatchedAcknowledge, w.ada)
		settled, err := w.settle(ctx, w.ada, known.ID, said)
		Expect(err).NotTo(HaveOccurred())
		known.Settlement = &said
		Expect(settled).To(sameAs(known))
		Expect(byID(ctx, w.ada, known.ID)).To(sameAs(known))
		Expect(w.Ledger.Unmatched(ctx, w.foundUnmatched(*a, "b-2"))).To(BeFalse())
		Expect(list(ctx, w.ada, ports.UnmatchedQuery{Settled: new(false)}).Items).To(sameAs([]domain.UnmatchedOrder{open}))
		Expect(list(ctx, w.ada, ports.UnmatchedQuery{Settled: new(true)}).Items).To(sameAs([]domain.UnmatchedOrder{known}))
		Expect(list(ctx, w.ada, ports.UnmatchedQuery{}).Items).To(HaveLen(2))
	})

	It("keeps the first of two like words, and no other word after a cancel", func(ctx SpecContext) {
		o := w.unmatched(ctx, *a, "b-1")
		first := w.says(domain.UnmatchedAcknowledge, w.ada)
		Expect(w.settle(ctx, w.ada, o.ID, first)).Error().NotTo(HaveOccurred())
		Expect(w.settle(ctx, w.ada, o.ID, w.says(domain.UnmatchedAcknowledge, w.ada))).To(HaveField("Settlement", sameAs(&first)))
		canceled := w.says(domain.UnmatchedCancel, w.ada)
		Expect(w.settle(ctx, w.ada, o.ID, canceled)).To(HaveField("Settlement", sameAs(&canceled)))
		_, err := w.settle(ctx, w.ada, o.ID, first)
		Expect(err).To(failWith(domain.KindConflict, "already_settled"))
		Expect(byID(ctx, w.ada, o.ID)).To(HaveField("Settlement", sameAs(&canceled)))
	})

	It("is the same KindNotFound to settle another user's and a missing one", func(ctx SpecContext) {
		o := w.unmatched(ctx, *a, "b-1")
		for _, id := range []domain.UnmatchedOrderID{o.ID, newID[domain.UnmatchedOrder](w.mint)} {
			_, err := w.settle(ctx, w.bob, id, w.says(domain.UnmatchedCancel, w.bob))
			Expect(err).To(failAs(domain.KindNotFound))
		}
		Expect(byID(ctx, w.ada, o.ID)).To(sameAs(o))
		Expect(w.Ledger.Unwanted(ctx, time.Minute, 9)).To(BeEmpty())
	})
}

func describeUnwanted(w *world, a, b **domain.BrokerAccount) {
	unwanted := func(ctx context.Context, limit int) (ids []string) {
		GinkgoHelper()
		found, err := w.Ledger.Unwanted(ctx, time.Minute, limit)
		Expect(err).NotTo(HaveOccurred())
		for _, o := range found {
			ids = append(ids, o.BrokerOrderID)
		}
		return ids
	}
	cancel := func(ctx context.Context, account *domain.BrokerAccount, id string) domain.UnmatchedOrder {
		GinkgoHelper()
		o := w.unmatched(ctx, account, id)
		owner := domain.Principal{UserID: account.UserID()}
		settled, err := w.settle(ctx, owner, o.ID, w.says(domain.UnmatchedCancel, owner))
		Expect(err).NotTo(HaveOccurred())
		return settled
	}

	It("gives what is to be canceled, whoever's it is, and to nobody else for the lease", func(ctx SpecContext) {
		w.unmatched(ctx, *a, "open")
		known := w.unmatched(ctx, *a, "known")
		Expect(w.settle(ctx, w.ada, known.ID, w.says(domain.UnmatchedAcknowledge, w.ada))).Error().NotTo(HaveOccurred())
		first := cancel(ctx, *a, "b-1")
		w.advance(ctx, time.Second)
		cancel(ctx, *b, "b-2")
		Expect(unwanted(ctx, 0)).To(BeEmpty())
		Expect(w.Ledger.Unwanted(ctx, time.Minute, 1)).To(sameAs([]domain.UnmatchedOrder{first}))
		other := w.again(ctx)
		Expect(other.Ledger.Unwanted(ctx, time.Minute, 9)).To(HaveExactElements(HaveField("BrokerOrderID", "b-2")))
		Expect(unwanted(ctx, 9)).To(BeEmpty())
		w.advance(ctx, 61*time.Second)
		Expect(unwanted(ctx, 9)).To(Equal([]string{"b-1", "b-2"}), "whoever was at it did not finish")
	})

	It("keeps what the broker told, and gives it again until there is an outcome", func(ctx SpecContext) {
		o := cancel(ctx, *a, "b-1")
		Expect(unwanted(ctx, 9)).To(Equal([]string{"b-1"}))
		told := ports.Recall{Status: domain.StatusPendingCancel, FilledQuantity: domain.MustNet("11")}
		Expect(w.Ledger.Recalled(ctx, o.ID, told)).To(Succeed())
		w.advance(ctx, 61*time.Second)
		o.Status, o.FilledQuantity = told.Status, told.FilledQuantity
		Expect(w.Ledger.Unwanted(ctx, time.Minute, 9)).To(sameAs([]domain.UnmatchedOrder{o}))

		o.Status, o.Outcome = domain.StatusCanceled, &domain.UnmatchedOutcome{Detail: "it's canceled", At: w.mint.now()}
		Expect(w.Ledger.Recalled(ctx, o.ID, ports.Recall{Status: o.Status, FilledQuantity: o.FilledQuantity, Outcome: o.Outcome})).To(Succeed())
		w.advance(ctx, 61*time.Second)
		Expect(unwanted(ctx, 9)).To(BeEmpty())
		kept := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (domain.UnmatchedOrder, error) {
			return r.Unmatched.ByID(ctx, o.ID)
		})
		Expect(kept).To(sameAs(o))
		Expect(w.Ledger.Recalled(ctx, o.ID, told)).To(failAs(domain.KindNotFound), "not any more")
	})

	It("is KindNotFound to tell of an order that is missing or not to be canceled", func(ctx SpecContext) {
		o := w.unmatched(ctx, *a, "b-1")
		told := ports.Recall{Status: domain.StatusCanceled}
		Expect(w.Ledger.Recalled(ctx, o.ID, told)).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.Recalled(ctx, newID[domain.UnmatchedOrder](w.mint), told)).To(failAs(domain.KindNotFound))
	})
}
