package domain_test

import (
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A client order id", func() {
	var here domain.Installation
	var ticket domain.TicketID
	BeforeEach(func() {
		here = domain.NewInstallation([]byte{0xfe, 0xdc, 0xba})
		ticket = domain.TicketID{UUID: uuid.MustParse("0198a3c4-5d6e-7f80-9123-456789abcdef")}
	})

	It("marks the orders of its installation and nobody else's", func() {
		id := domain.NewClientOrderID(here, ticket, 1, 0)
		Expect(here.Marks(id)).To(BeTrue())
		Expect(domain.NewInstallation([]byte{1, 2, 3}).Marks(id)).To(BeFalse())
		Expect(here.Marks("somebody-else")).To(BeFalse())
	})

	It("never changes from one release to the next", func() {
		// An order in flight while hookfill is upgraded is found by this id.
		Expect(here).To(Equal(domain.Installation("73ol")))
		Expect(domain.NewClientOrderID(here, ticket, 1, 0)).To(Equal("hf73olohiucuwssmlviv25qhggkws4"))
		Expect(domain.NewClientOrderID(here, ticket, 2, 0)).To(Equal("hf73olwuv5pfvneiv4rfwog6lzyznm"))
		Expect(domain.NewClientOrderID(here, ticket, 1, 1)).To(Equal("hf73ol67eprkv4bbikavtprmkyw2ib"))
	})

	It("is 30 characters of [a-z2-7] led by hf and the installation", func() {
		ids := rapid.SliceOfN(rapid.Byte(), 16, 16)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			in := domain.NewInstallation(rapid.SliceOfN(rapid.Byte(), 3, 8).Draw(t, "installation"))
			one := domain.TicketID{UUID: uuid.UUID(ids.Draw(t, "ticket"))}
			step, revision := rapid.IntRange(1, 9).Draw(t, "step"), rapid.IntRange(0, 9).Draw(t, "revision")
			made := domain.NewClientOrderID(in, one, step, revision)
			g.Expect(made).To(MatchRegexp(`^hf[a-z2-7]{28}$`))
			g.Expect(made).To(HavePrefix("hf" + string(in)))
			g.Expect(domain.NewClientOrderID(in, one, step, revision)).To(Equal(made), "the same for every attempt")
		})
	})

	It("is another for another ticket, step, revision or installation", func() {
		seen := map[string]bool{}
		for _, in := range []domain.Installation{here, domain.NewInstallation([]byte{1, 2, 3})} {
			for _, ticket := range []domain.TicketID{ticket, id[domain.Ticket](1), id[domain.Ticket](2)} {
				for step := range 5 {
					for revision := range 5 {
						seen[domain.NewClientOrderID(in, ticket, step+1, revision)] = true
					}
				}
			}
		}
		Expect(seen).To(HaveLen(2 * 3 * 5 * 5))
	})
})
