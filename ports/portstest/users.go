package portstest

import (
	"context"

	"github.com/hookfill/hookfill/domain"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// DescribeUsers proves ports.Users.
func DescribeUsers(name string, h StorageHarness) bool {
	return describeStorage(name+" as Users", h, func(w *world) {
		It("makes the user known, so that rows can be theirs", func(ctx SpecContext) {
			p := domain.Principal{UserID: newID[domain.User](w.mint)}
			Expect(w.Users.Ensure(ctx, p.UserID)).To(Succeed())
			w.account(ctx, p)
		})

		It("changes nothing when it is called again", func(ctx SpecContext) {
			a := w.account(ctx, w.ada)
			Expect(w.Users.Ensure(ctx, w.ada.UserID)).To(Succeed())
			Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()).To(sameAs(a.Snapshot()))
		})

		It("takes the same user twenty times at once", func(ctx SpecContext) {
			p := domain.Principal{UserID: newID[domain.User](w.mint)}
			atOnce(writers, func(int) { Expect(w.Users.Ensure(ctx, p.UserID)).To(Succeed()) })
			w.account(ctx, p)
		})

		It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
			Expect(w.Users.Ensure(ended(ctx), newID[domain.User](w.mint))).To(MatchError(context.Canceled))
		})
	})
}
