package portstest

import (
	"context"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// pagedList is a list that comes in pages.
type pagedList struct {
	// more stores n items that belong to the list, one after the other, and
	// gives their ids.
	more func(ctx context.Context, n int) []string
	// page reads a page and gives the ids on it.
	page func(ctx context.Context, q ports.PageRequest) (ports.Page[string], error)
}

// idsOf gives a page of entities as a page of ids.
func idsOf[E any, I interface{ String() string }](p ports.Page[E], id func(E) I) ports.Page[string] {
	out := ports.Page[string]{Next: p.Next}
	for _, item := range p.Items {
		out.Items = append(out.Items, id(item).String())
	}
	return out
}

// walk follows the cursors from q on to the end.
func (l pagedList) walk(ctx context.Context, q ports.PageRequest) []string {
	GinkgoHelper()
	var all []string
	for {
		p, err := l.page(ctx, q)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(p.Items)).To(BeNumerically("<=", q.Limit))
		all = append(all, p.Items...)
		if p.Next == "" {
			return all
		}
		q.Cursor = p.Next
	}
}

// itComesInPages proves ports.PageRequest and ports.Page for one list.
func itComesInPages(l pagedList) {
	It("starts at the newest where the cursor is empty, newest first", func(ctx SpecContext) {
		made := l.more(ctx, 3)
		p, err := l.page(ctx, ports.PageRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Items).To(Equal(newestFirst(made)))
		Expect(p.Next).To(BeEmpty(), "this is the end")
	})

	It("is empty, with an empty cursor, where there is nothing", func(ctx SpecContext) {
		p, err := l.page(ctx, ports.PageRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Items).To(BeEmpty())
		Expect(p.Next).To(BeEmpty())
	})

	It("gives 50 items where Limit is 0, and as many as Limit says at most", func(ctx SpecContext) {
		made := newestFirst(l.more(ctx, ports.DefaultPageLimit+1))
		first, err := l.page(ctx, ports.PageRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Items).To(Equal(made[:ports.DefaultPageLimit]))

		for _, limit := range []int{1, ports.DefaultPageLimit, ports.MaxPageLimit} {
			p, err := l.page(ctx, ports.PageRequest{Limit: limit})
			Expect(err).NotTo(HaveOccurred())
			Expect(p.Items).To(Equal(made[:min(limit, len(made))]))
			Expect(p.Next == "").To(Equal(limit >= len(made)), "Next is empty at the end")
		}
	})

	It("is met exactly once by following the cursors, whatever is inserted meanwhile", func(ctx SpecContext) {
		made := l.more(ctx, 7)
		first, err := l.page(ctx, ports.PageRequest{Limit: 3})
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Items).To(HaveLen(3))

		later := l.more(ctx, 4)
		rest := l.walk(ctx, ports.PageRequest{Limit: 2, Cursor: first.Next})

		met := slices.DeleteFunc(append(first.Items, rest...), func(id string) bool { return slices.Contains(later, id) })
		Expect(met).To(Equal(newestFirst(made)))
	})

	It("gives no cursor where the last item ends a page exactly", func(ctx SpecContext) {
		made := l.more(ctx, 4)
		Expect(l.walk(ctx, ports.PageRequest{Limit: 2})).To(Equal(newestFirst(made)))
		p, err := l.page(ctx, ports.PageRequest{Limit: 4})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Next).To(BeEmpty())
	})

	DescribeTable("refuses what is no page as KindInvalid", func(ctx SpecContext, q ports.PageRequest) {
		_, err := l.page(ctx, q)
		Expect(err).To(failAs(domain.KindInvalid))
	},
		Entry("a limit below 0", ports.PageRequest{Limit: -1}),
		Entry("a limit above 500", ports.PageRequest{Limit: ports.MaxPageLimit + 1}),
		Entry("a cursor that no page gave", ports.PageRequest{Cursor: "' or true --"}),
		Entry("a cursor that looks like one", ports.PageRequest{Cursor: "AAAA"}),
	)
}
