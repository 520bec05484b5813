package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A database put back from a backup", func() {
	// Two databases to which the same happened hold the same rows: ids count up.
	var before, restored *trader
	var signal domain.SignalID

	BeforeEach(func(ctx SpecContext) {
		s, clock := inMemory()
		before = tenant(ctx, s, clock)
		before.open()
		before.send(ctx, before.hook(ctx), buyTen)

		backup, clock := inMemory()
		backup.journal = s.journal
		restored = tenant(ctx, backup, clock)
		restored.open()
		signal = restored.send(ctx, restored.hook(ctx), buyTen)
	})

	It("does not send what was sent after the backup was made", func(ctx SpecContext) {
		before.settle(ctx)
		sent := before.only(ctx)
		Expect(sent.Status()).To(Equal(domain.StatusFilled))

		restored.venue.declare(func(c *ports.Capabilities) { c.Duplicates = ports.DuplicatesAccepted })
		restored.later(ctx, 10*time.Second)
		Expect(restored.venue.sent()).To(BeEmpty())
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateDone))
		again := restored.only(ctx)
		Expect(again.Terms().ClientOrderID).To(Equal(sent.Terms().ClientOrderID))
		Expect(again.Status()).To(Equal(domain.StatusFilled))
		Expect(restored.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
		Expect(restored.held(ctx, "AAPL")).To(Equal("10"))
		restored.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			page, err := r.Unmatched.List(ctx, ports.UnmatchedQuery{})
			Expect(page.Items).To(HaveExactElements(HaveField("ClientOrderID", sent.Terms().ClientOrderID)), "nothing of it is silent")
			return err
		})
	})

	It("does not repeat an attempt that was made good after the backup was made", func(ctx SpecContext) {
		restored.script.FailBeforeNext()
		restored.settle(ctx)
		Expect(restored.only(ctx).Submission()).To(Equal(domain.SubmissionIntent))
		attempted := len(restored.venue.sent())
		before.settle(ctx)

		restored.later(ctx, 10*time.Second)
		Expect(restored.venue.sent()).To(HaveLen(attempted))
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateDone))
		Expect(restored.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("sends what was not sent", func(ctx SpecContext) {
		restored.later(ctx, 10*time.Second)
		Expect(restored.venue.sent()).To(HaveLen(1))
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateDone))
	})

	It("sends nothing while the broker cannot be asked", func(ctx SpecContext) {
		restored.clock.Advance(10 * time.Second)
		deaf := &deafBroker{Broker: restored.venue.Broker, failures: 1}
		restored.venue.Broker = deaf
		restored.settle(ctx)
		Expect(restored.venue.sent()).To(BeEmpty())
		Expect(restored.orders(ctx)).To(BeEmpty())
		restored.later(ctx, 2*time.Second)
		Expect(restored.venue.sent()).To(HaveLen(1))
	})
})

var _ = Describe("An executor that has just started", func() {
	It("asks how open orders stand before it trades against the position", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		t.fillAtVenue(ctx, "89")
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"), "nobody has looked")

		t.stay()
		t.send(ctx, hook, exitAll)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.orders(ctx)).To(HaveLen(2))
	})

	It("asks once", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		t.stay()
		before := t.venue.asked()
		for range 2 {
			t.send(ctx, hook, buyTen)
			t.settle(ctx)
			t.clock.Advance(2 * time.Minute)
		}
		Expect(t.venue.asked()).To(Equal(before + 1))
	})
})

// deafBroker cannot be asked for an order so many times.
type deafBroker struct {
	ports.Broker
	failures int
}

func (b *deafBroker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	if b.failures > 0 {
		b.failures--
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "the broker cannot be asked"}
	}
	return b.Broker.ByClientOrderID(ctx, account, id)
}
