package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

func alertSignal() domain.SignalSnapshot {
	return domain.SignalSnapshot{
		ID: id[domain.Signal](1), UserID: id[domain.User](2), Source: domain.SourceAlert,
		WebhookConfigID: new(id[domain.WebhookConfig](3)), WebhookConfigVersion: 7, DeliveryID: new(id[domain.Delivery](4)),
		Intent:  domain.Intent{Action: domain.ActionBuy, Symbol: "AAPL", Quantity: new(domain.MustQuantity("1"))},
		Payload: []byte(`{"action":"buy"}`),
		Tickets: []domain.Ticket{
			{ID: id[domain.Ticket](5), BrokerAccountID: id[domain.BrokerAccount](6), Symbol: "AAPL", Multiplier: domain.MustQuantity("1")},
			{ID: id[domain.Ticket](7), BrokerAccountID: id[domain.BrokerAccount](8), Symbol: "AAPL", Multiplier: domain.MustQuantity("2")},
		},
		Decisions:  []domain.Decision{{Rule: "active", Verdict: domain.VerdictPass}},
		ReceivedAt: at(1),
	}
}

var _ = Describe("A new signal", func() {
	It("is queued with a ticket a route, each its own", func() {
		s, err := domain.NewSignal(alertSignal(), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.ID()).To(Equal(id[domain.Signal](1)))
		Expect(s.State()).To(Equal(domain.StateQueued))
		stored := s.Snapshot()
		Expect(stored.Reasons).To(BeEmpty())
		Expect(stored.UpdatedAt).To(Equal(at(1)))
		Expect(stored.Tickets).To(HaveLen(2))
		for i, t := range stored.Tickets {
			Expect(t.ID).To(Equal(alertSignal().Tickets[i].ID))
			Expect(t.SignalID).To(Equal(s.ID()))
			Expect(t.UserID).To(Equal(id[domain.User](2)))
			Expect(t.State).To(Equal(domain.StateQueued))
			Expect(t.LaneSeq).To(BeZero(), "the inbox gives the place")
			Expect(t.CreatedAt).To(Equal(at(1)))
			Expect(t.UpdatedAt).To(Equal(at(1)))
		}
	})

	It("is refused, with the reasons and without tickets, where there are any", func() {
		reasons := []domain.Reason{{Code: "paused", Message: "resume it"}}
		s, err := domain.NewSignal(alertSignal(), reasons)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.State()).To(Equal(domain.StateRefused))
		Expect(s.Snapshot().Reasons).To(Equal(reasons))
		Expect(s.Snapshot().Tickets).To(BeEmpty())
	})

	type row struct {
		But    func(*domain.SignalSnapshot)
		Faults []string
	}
	DescribeTable("is not made",
		func(r row) {
			given := alertSignal()
			r.But(&given)
			_, err := domain.NewSignal(given, nil)
			Expect(faultsOf(err)).To(Equal(r.Faults))
		},
		Entry("without its id", row{func(s *domain.SignalSnapshot) { s.ID = domain.SignalID{} }, []string{"id id_required"}}),
		Entry("without its owner", row{func(s *domain.SignalSnapshot) { s.UserID = domain.UserID{} }, []string{"id id_required"}}),
		Entry("from nowhere", row{func(s *domain.SignalSnapshot) { s.Source, s.WebhookConfigID = "", nil }, []string{"source invalid_source"}}),
		Entry("from an alert without its config", row{
			func(s *domain.SignalSnapshot) { s.WebhookConfigID = nil }, []string{"webhook_config_id webhook_config_required"},
		}),
		Entry("by hand with a config", row{
			func(s *domain.SignalSnapshot) { s.Source = domain.SourceOperator }, []string{"webhook_config_id webhook_config_required"},
		}),
		Entry("without a ticket", row{func(s *domain.SignalSnapshot) { s.Tickets = nil }, []string{"tickets ticket_required"}}),
		Entry("with every fault at once, in field order", row{
			func(s *domain.SignalSnapshot) {
				*s = domain.SignalSnapshot{Source: "fax", WebhookConfigID: s.WebhookConfigID}
			},
			[]string{"id id_required", "source invalid_source", "webhook_config_id webhook_config_required", "tickets ticket_required"},
		}),
	)

	It("ends for a halt what a config holds, or what an account does", func() {
		given := alertSignal()
		given.Source, given.DeliveryID = domain.SourceHalt, nil
		Expect(domain.NewSignal(given, nil)).Error().NotTo(HaveOccurred())
		given.WebhookConfigID, given.WebhookConfigVersion = nil, 0
		Expect(domain.NewSignal(given, nil)).Error().NotTo(HaveOccurred())
	})

	It("protects under the rules of a config, or by hand under none", func() {
		given := alertSignal()
		given.Source, given.DeliveryID = domain.SourceProtection, nil
		_, err := domain.NewSignal(given, nil)
		Expect(err).NotTo(HaveOccurred())
		given.WebhookConfigID, given.WebhookConfigVersion = nil, 0
		_, err = domain.NewSignal(given, nil)
		Expect(err).NotTo(HaveOccurred())
	})

	It("may be made by hand", func() {
		given := alertSignal()
		given.Source, given.WebhookConfigID, given.WebhookConfigVersion, given.DeliveryID = domain.SourceOperator, nil, 0, nil
		_, err := domain.NewSignal(given, nil)
		Expect(err).NotTo(HaveOccurred())
	})
})

var _ = Describe("A signal", func() {
	It("is what it was once it was stored and loaded", func() {
		s, err := domain.NewSignal(alertSignal(), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(domain.RestoreSignal(s.Snapshot())).To(Equal(s))
	})

	It("shares nothing that can change with what it was made from or hands out", func() {
		given, reasons := alertSignal(), []domain.Reason{{Code: "paused"}}
		given.Tickets[0].Decisions = []domain.Decision{{Rule: "sizing"}}
		given.Tickets[0].Reasons = []domain.Reason{{Code: "stale"}}
		given.Tickets[0].Target = new(domain.MustNet("1"))
		s, err := domain.NewSignal(given, nil)
		Expect(err).NotTo(HaveOccurred())
		refused, err := domain.NewSignal(alertSignal(), reasons)
		Expect(err).NotTo(HaveOccurred())
		stored := s.Snapshot()
		restored := domain.RestoreSignal(stored)
		before := s.Snapshot()

		reasons[0].Code = "x"
		refused.Snapshot().Reasons[0].Code = "x"
		for _, snap := range []domain.SignalSnapshot{given, stored, s.Snapshot()} {
			snap.Payload[0] = 'x'
			snap.Decisions[0].Rule = "x"
			snap.Tickets[0].Symbol = "X"
			snap.Tickets[0].Decisions[0].Rule = "x"
			snap.Tickets[0].Reasons[0].Code = "x"
			*snap.Tickets[0].Target = domain.Net{}
			*snap.WebhookConfigID, *snap.DeliveryID = domain.WebhookConfigID{}, domain.DeliveryID{}
			*snap.Intent.Quantity = domain.Quantity{}
		}
		Expect(s.Snapshot()).To(Equal(before))
		Expect(restored.Snapshot()).To(Equal(before))
		Expect(refused.Snapshot().Reasons).To(HaveExactElements(HaveField("Code", "paused")))
	})
})
