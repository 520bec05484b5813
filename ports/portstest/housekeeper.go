package portstest

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// DescribeHousekeeper proves ports.Housekeeper.
func DescribeHousekeeper(name string, h StorageHarness) bool {
	return describeStorage(name+" as a Housekeeper", h, func(w *world) {
		const kept = 3
		var (
			c      *domain.WebhookConfig
			alerts []ports.Arrival
		)
		claim := func(ctx context.Context, n int) (*string, error) {
			return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*string, error) {
				known, err := r.Requests.Begin(ctx, "key "+strconv.Itoa(n), [32]byte{1})
				if err == nil && known == nil {
					err = r.Requests.Finish(ctx, "key "+strconv.Itoa(n), "made")
				}
				return known, err
			})
		}
		// BeforeEach stores three identities of alerts that last an hour, and
		// three idempotency keys.
		BeforeEach(func(ctx SpecContext) {
			c, _ = w.config(ctx, w.ada, w.account(ctx, w.ada))
			alerts = nil
			for n := range kept {
				alerts = append(alerts, within(w.alert(c, "AAPL"), time.Hour))
				_, err := claim(ctx, n)
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(w.appendAll(ctx, alerts...)).To(HaveEach(beStored()))
		})
		sweep := func(ctx context.Context, limit int) int {
			GinkgoHelper()
			n, err := w.Housekeeper.Sweep(ctx, limit)
			Expect(err).NotTo(HaveOccurred())
			return n
		}

		It("never touches what still counts", func(ctx SpecContext) {
			Expect(sweep(ctx, 100)).To(BeZero())
			for n, a := range alerts {
				Expect(w.appendAll(ctx, w.resent(c, a))).To(HaveExactElements(beDuplicateOf(a)))
				Expect(claim(ctx, n)).To(HaveValue(Equal("made")))
			}
		})

		It("removes identities of alerts that have expired and gives how many rows went", func(ctx SpecContext) {
			w.advance(ctx, 2*time.Hour)
			fresh := within(w.alert(c, "AAPL"), time.Hour)
			Expect(w.appendAll(ctx, fresh)).To(HaveExactElements(beStored()))
			Expect(sweep(ctx, 100)).To(Equal(kept))
			Expect(sweep(ctx, 100)).To(BeZero())
			Expect(w.appendAll(ctx, w.resent(c, fresh), w.resent(c, alerts[0]))).To(HaveExactElements(beDuplicateOf(fresh), beStored()))
			Expect(w.signal(ctx, w.ada, alerts[0].Signals[0].ID()).State).To(Equal(domain.StateQueued), "the signals stay")
		})

		It("removes idempotency keys that have expired, at most limit rows of each", func(ctx SpecContext) {
			w.advance(ctx, 25*time.Hour)
			_, err := claim(ctx, kept)
			Expect(err).NotTo(HaveOccurred())
			var swept []int
			for range 3 {
				swept = append(swept, sweep(ctx, 2))
			}
			Expect(swept).To(Equal([]int{4, 2, 0}), "two of each, then what is left")
			Expect(claim(ctx, kept)).To(HaveValue(Equal("made")))
		})

		It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
			_, err := w.Housekeeper.Sweep(ended(ctx), 1)
			Expect(errors.Is(err, context.Canceled)).To(BeTrue())
		})
	})
}
