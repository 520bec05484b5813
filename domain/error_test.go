package domain_test

import (
	"context"
	"errors"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An Error", func() {
	kinds := []domain.Kind{
		domain.KindInvalid, domain.KindUnauthenticated, domain.KindForbidden, domain.KindNotFound, domain.KindConflict,
		domain.KindRejected, domain.KindUnavailable, domain.KindUnknownOutcome, domain.KindInternal,
	}

	It("is its own kind and no other, however deep it is wrapped", func() {
		for _, kind := range kinds {
			err := fmt.Errorf("storing: %w", &domain.Error{Kind: kind, Msg: "no"})
			Expect(domain.KindOf(err)).To(Equal(kind))
			for _, other := range kinds {
				Expect(errors.Is(err, other)).To(Equal(other == kind), "%s is %s", kind, other)
			}
		}
	})

	It("keeps its cause within reach", func() {
		err := &domain.Error{Kind: domain.KindUnavailable, Msg: "the database is away", Err: context.DeadlineExceeded}
		Expect(err).To(MatchError(context.DeadlineExceeded))
		Expect(err).To(MatchError(domain.KindUnavailable))
	})

	type line struct {
		Err  *domain.Error
		Says string
	}
	DescribeTable("says in one line what is wrong",
		func(row line) { Expect(row.Err.Error()).To(Equal(row.Says)) },
		Entry("with its field", line{domain.Invalid("code", "quantity", "must be above 0"), "quantity: must be above 0"}),
		Entry("without a field", line{domain.NotFound("order"), "order not found"}),
		Entry("with all its reasons", line{
			&domain.Error{Kind: domain.KindInvalid, Reasons: []domain.Reason{{Field: "a", Message: "one"}, {Message: "two"}}},
			"a: one; two",
		}),
		Entry("by its kind alone", line{&domain.Error{Kind: domain.KindForbidden}, "forbidden"}),
		Entry("and its cause", line{&domain.Error{Kind: domain.KindInternal, Msg: "no", Err: errors.New("why")}, "no: why"}),
	)

	type told struct {
		Err     *domain.Error
		Reasons []domain.Reason
	}
	DescribeTable("always has a reason",
		func(row told) { Expect(row.Err.AllReasons()).To(Equal(row.Reasons)) },
		Entry("its reasons", told{
			&domain.Error{Kind: domain.KindInvalid, Code: "a", Reasons: []domain.Reason{{Code: "a"}, {Code: "b"}}},
			[]domain.Reason{{Code: "a"}, {Code: "b"}},
		}),
		Entry("or what it says itself", told{
			domain.Invalid("code", "field", "message"), []domain.Reason{{Code: "code", Field: "field", Message: "message"}},
		}),
		Entry("by its kind where it has no code", told{
			&domain.Error{Kind: domain.KindInternal, Msg: "m"}, []domain.Reason{{Code: "internal", Message: "m"}},
		}),
	)

	It("about something missing says nothing of whose it is", func() {
		Expect(domain.NotFound("signal")).To(Equal(
			&domain.Error{Kind: domain.KindNotFound, Code: "not_found", Msg: "signal not found"}))
	})
})

var _ = Describe("The kind of an error", func() {
	type row struct {
		Err  error
		Kind domain.Kind
	}
	DescribeTable("is", func(r row) { Expect(domain.KindOf(r.Err)).To(Equal(r.Kind)) },
		Entry("empty for none", row{nil, ""}),
		Entry("the error's", row{domain.Conflict("code", "no"), domain.KindConflict}),
		Entry("that of the outermost error with one", row{
			&domain.Error{Kind: domain.KindUnknownOutcome, Err: domain.NotFound("order")}, domain.KindUnknownOutcome,
		}),
		Entry("the kind itself", row{fmt.Errorf("no: %w", domain.KindForbidden), domain.KindForbidden}),
		Entry("internal where none is named", row{&domain.Error{Msg: "boom"}, domain.KindInternal}),
		Entry("internal for any other", row{errors.New("boom"), domain.KindInternal}),
	)
})
