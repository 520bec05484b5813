package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeWaitingDeliveries proves ports.WaitingDeliveries, and what
// ports.SignalInbox promises of arrivals that waited.
func DescribeWaitingDeliveries(name string, h StorageHarness) bool {
	return describeStorage(name+" as WaitingDeliveries", h, func(w *world) {
		var (
			account *domain.BrokerAccount
			c       *domain.WebhookConfig
		)
		BeforeEach(func(ctx SpecContext) {
			account = w.account(ctx, w.ada)
			c, _ = w.config(ctx, w.ada, account)
		})
		// waits has a delivery of an arrival wait.
		waits := func(ctx context.Context, a ports.Arrival) ports.Arrival {
			GinkgoHelper()
			Expect(w.Waiting.Wait(ctx, a.Delivery)).To(Succeed())
			a.Waited = true
			return a
		}
		waiting := func(ctx context.Context) (ids []domain.DeliveryID) {
			GinkgoHelper()
			all, err := w.Waiting.Waiting(ctx, 100)
			Expect(err).NotTo(HaveOccurred())
			for _, d := range all {
				ids = append(ids, d.ID)
			}
			return ids
		}

		It("give what waits as it was posted, in the order it came, up to the limit", func(ctx SpecContext) {
			first, second := waits(ctx, w.alert(c, "AAPL")), w.alert(c, "MSFT")
			second.Delivery.Body = []byte("\x00\xff{\"passphrase\":1}")
			second.Delivery.Proofs = []domain.ProofShown{
				{Proof: domain.ProofAddress, Result: domain.ProofPassed}, {Proof: domain.ProofCertificate, Result: domain.ProofAbsent},
			}
			waits(ctx, second)
			again := w.again(ctx)
			Expect(again.Waiting.Waiting(ctx, 2)).To(sameAs([]domain.Delivery{first.Delivery, second.Delivery}))
			Expect(again.Waiting.Waiting(ctx, 1)).To(HaveExactElements(HaveField("ID", first.Delivery.ID)))
			Expect(again.Waiting.Waiting(ctx, 0)).To(BeEmpty())
		})

		It("take none for a config that is removed or unknown", func(ctx SpecContext) {
			d := w.alert(c, "AAPL").Delivery
			w.removeConfig(ctx, w.ada, c.ID())
			Expect(w.Waiting.Wait(ctx, d)).To(failAs(domain.KindNotFound))
			d.WebhookConfigID = newID[domain.WebhookConfig](w.mint)
			Expect(w.Waiting.Wait(ctx, d)).To(failAs(domain.KindNotFound))
			Expect(waiting(ctx)).To(BeEmpty())
		})

		It("let in what waited, in the order of the arrivals, and keep it no more", func(ctx SpecContext) {
			var all []ports.Arrival
			for range 5 {
				all = append(all, waits(ctx, w.alert(c, "AAPL")))
			}
			refused := waits(ctx, w.refusedAlert(c))
			twice := waits(ctx, w.resent(c, all[0]))
			Expect(w.appendAll(ctx, append(all, refused, twice)...)).To(HaveExactElements(
				beStored(), beStored(), beStored(), beStored(), beStored(), beStored(), beAnswered(ports.ArrivalDuplicate)))
			Expect(waiting(ctx)).To(BeEmpty())
			Expect(w.deliveries(ctx, c.ID())).To(Equal(7))
			for i, a := range all {
				Expect(w.signal(ctx, w.ada, a.Signals[0].ID()).Tickets).To(HaveExactElements(HaveField("LaneSeq", int64(i+1))))
			}
		})

		It("let each in once, however many see it in", func(ctx SpecContext) {
			a := waits(ctx, w.alert(c, "AAPL"))
			Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
			again := w.alert(c, "AAPL")
			again.Delivery, again.Waited = a.Delivery, true
			Expect(w.appendAll(ctx, again)).To(HaveExactElements(beAnswered(ports.ArrivalSeenIn)))
			w.nothingStored(ctx, w.ada, again)

			many := make([]ports.Arrival, writers)
			contested := waits(ctx, w.alert(c, "MSFT"))
			for i := range many {
				many[i] = w.alert(c, "MSFT")
				many[i].Delivery, many[i].Waited = contested.Delivery, true
			}
			outcomes := make([]ports.ArrivalOutcome, writers)
			atOnce(writers, func(i int) {
				results, err := w.Inbox.Append(ctx, many[i:i+1])
				Expect(err).NotTo(HaveOccurred())
				Expect(results[0].Err).NotTo(HaveOccurred())
				outcomes[i] = results[0].Outcome
			})
			count := map[ports.ArrivalOutcome]int{}
			for _, outcome := range outcomes {
				count[outcome]++
			}
			Expect(count).To(Equal(map[ports.ArrivalOutcome]int{ports.ArrivalStored: 1, ports.ArrivalSeenIn: writers - 1}))
		})

		It("have what comes for their config come behind them, and for no other", func(ctx SpecContext) {
			other, _ := w.config(ctx, w.ada, account)
			first := waits(ctx, w.alert(c, "AAPL"))
			behind := w.alert(c, "AAPL")
			Expect(w.appendAll(ctx, behind, w.alert(other, "AAPL"), w.refusedAlert(c))).To(HaveExactElements(
				beAnswered(ports.ArrivalBehind), beStored(), beStored()))
			w.nothingStored(ctx, w.ada, behind)
			Expect(w.Inbox.Submit(ctx, w.newByHand(w.ada, market("AAPL"), account))).To(Succeed(), "a signal by hand waits for none")
			Expect(w.appendAll(ctx, first)).To(HaveExactElements(beStored()))
			Expect(w.appendAll(ctx, behind)).To(HaveExactElements(beStored()), "its key was not taken")
		})

		It("wait on where their judgement is outdated or they could not be stored", func(ctx SpecContext) {
			a, poison := waits(ctx, w.alert(c, "AAPL")), w.alert(c, "AAPL")
			s := poison.Signals[0].Snapshot()
			s.Payload = []byte("BUY\x00AAPL")
			poison.Signals = []*domain.Signal{domain.RestoreSignal(s)}
			poison = waits(ctx, poison)
			a.ConfigVersion = 7
			Expect(w.appendAll(ctx, a, poison)).To(HaveExactElements(
				beAnswered(ports.ArrivalOutdated), HaveField("Err", failAs(domain.KindInvalid))))
			Expect(waiting(ctx)).To(HaveExactElements(a.Delivery.ID, poison.Delivery.ID))
		})

		It("are turned away with their reasons, once", func(ctx SpecContext) {
			d := waits(ctx, w.alert(c, "AAPL")).Delivery
			d.Body = []byte("redacted")
			reasons := []domain.Reason{{Code: "webhook_removed", Message: "it is gone"}}
			for range 2 {
				Expect(w.Waiting.TurnAway(ctx, d, reasons)).To(Succeed())
			}
			Expect(waiting(ctx)).To(BeEmpty())
			Expect(w.deliveries(ctx, c.ID())).To(Equal(1))
			page := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[ports.Refusal], error) {
				return r.WebhookConfigs.Refusals(ctx, c.ID(), ports.PageRequest{})
			})
			Expect(page.Items).To(HaveExactElements(And(HaveField("DeliveryID", d.ID), HaveField("Reasons", reasons))))
		})

		It("are KindUnavailable once the storage is closed", func(ctx SpecContext) {
			d := w.alert(c, "AAPL").Delivery
			w.close()
			Expect(w.Waiting.Wait(ctx, d)).To(failAs(domain.KindUnavailable))
			Expect(w.Waiting.Waiting(ctx, 1)).Error().To(failAs(domain.KindUnavailable))
			Expect(w.Waiting.TurnAway(ctx, d, nil)).To(failAs(domain.KindUnavailable))
		})
	})
}
