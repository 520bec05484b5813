package domain_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

func paperAccount() domain.BrokerAccountSnapshot {
	return domain.BrokerAccountSnapshot{
		ID: id[domain.BrokerAccount](1), UserID: id[domain.User](2), Name: "paper", Kind: domain.BrokerKindPaper,
		Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}, CreatedAt: at(1),
	}
}

var _ = Describe("A broker account", func() {
	opened := func() *domain.BrokerAccount {
		a, err := domain.NewBrokerAccount(paperAccount())
		Expect(err).NotTo(HaveOccurred())
		return a
	}

	It("is opened with what it is given", func() {
		a := opened()
		Expect(a.ID()).To(Equal(id[domain.BrokerAccount](1)))
		Expect(a.UserID()).To(Equal(id[domain.User](2)))
		Expect(a.Kind()).To(Equal(domain.BrokerKindPaper))
		stored := a.Snapshot()
		Expect(stored.Paper.Cash).To(Equal(domain.MustMoney("100000")))
		Expect(stored.UpdatedAt).To(Equal(at(1)))
		Expect(stored.DeletedAt).To(BeNil())
		Expect(stored.Version).To(Equal(1))
	})

	type row struct {
		But    func(*domain.BrokerAccountSnapshot)
		Faults []string
	}
	DescribeTable("is refused",
		func(r row) {
			given := paperAccount()
			r.But(&given)
			a, err := domain.NewBrokerAccount(given)
			Expect(faultsOf(err)).To(Equal(r.Faults))
			Expect(a).To(BeNil())
		},
		Entry("without a name", row{func(a *domain.BrokerAccountSnapshot) { a.Name = "" }, []string{"name invalid_name"}}),
		Entry("with a name of 101 letters", row{func(a *domain.BrokerAccountSnapshot) { a.Name = strings.Repeat("a", 101) }, []string{"name invalid_name"}}),
		Entry("with an escape in its name", row{func(a *domain.BrokerAccountSnapshot) { a.Name = "a\x1b[2J" }, []string{"name invalid_name"}}),
		Entry("of a kind that is not built", row{func(a *domain.BrokerAccountSnapshot) { a.Kind = "robinhood" }, []string{"kind unsupported_broker"}}),
		Entry("with a debt", row{
			func(a *domain.BrokerAccountSnapshot) { a.Paper.Cash = domain.MustMoney("-0.01") }, []string{"settings.cash negative_cash"},
		}),
		Entry("with every fault at once, in field order", row{
			func(a *domain.BrokerAccountSnapshot) {
				*a = domain.BrokerAccountSnapshot{Paper: domain.PaperSettings{Cash: domain.MustMoney("-1")}}
			},
			[]string{"name invalid_name", "kind unsupported_broker", "settings.cash negative_cash"},
		}),
	)

	It("may start with nothing", func() {
		given := paperAccount()
		given.Paper.Cash = domain.Money{}
		_, err := domain.NewBrokerAccount(given)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is renamed", func() {
		a := opened()
		Expect(a.Rename("swing", at(2))).To(Succeed())
		Expect(a.Snapshot().Name).To(Equal("swing"))
		Expect(a.Snapshot().UpdatedAt).To(Equal(at(2)))
		Expect(faultsOf(a.Rename("", at(3)))).To(Equal([]string{"name invalid_name"}))
		Expect(a.Snapshot().Name).To(Equal("swing"))
	})

	It("is removed once its orders are over and nothing routes to it", func() {
		a := opened()
		Expect(a.Remove(1, 1, at(2))).To(refuseWith(domain.KindConflict, "orders_open"))
		Expect(a.Remove(0, 1, at(2))).To(refuseWith(domain.KindConflict, "account_in_use"))
		Expect(a.Snapshot().DeletedAt).To(BeNil())
		Expect(a.Remove(0, 0, at(3))).To(Succeed())
		Expect(a.Snapshot().DeletedAt).To(HaveValue(Equal(at(3))))
		Expect(a.Snapshot().UpdatedAt).To(Equal(at(3)))
	})

	It("is what it was once it was stored and loaded, valid by today's rules or not", func() {
		stored := paperAccount()
		stored.Name, stored.Kind, stored.Version, stored.DeletedAt = "", "mtgox", 4, new(at(9))
		Expect(domain.RestoreBrokerAccount(stored).Snapshot()).To(Equal(stored))
	})

	It("shares nothing that can change with what it hands out", func() {
		a := opened()
		Expect(a.Remove(0, 0, at(3))).To(Succeed())
		stored := a.Snapshot()
		restored := domain.RestoreBrokerAccount(stored)
		*stored.DeletedAt = at(0)
		Expect(a.Snapshot().DeletedAt).To(HaveValue(Equal(at(3))))
		Expect(restored.Snapshot().DeletedAt).To(HaveValue(Equal(at(3))))
	})
})
