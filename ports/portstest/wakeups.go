package portstest

import (
	"context"
	"errors"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// DescribeWakeups proves ports.Wakeups; the storage's Wakeups must be set.
func DescribeWakeups(name string, h StorageHarness) bool {
	return describeStorage(name+" as Wakeups", h, func(w *world) {
		Describe("Listen", func() {
			It("calls heard once it listens, and for every wake-up of another", func(ctx SpecContext) {
				here := listen(ctx, w)
				Eventually(here.heard).WithContext(ctx).Should(Receive())
				Expect(w.again(ctx).Wakeups.Wake(ctx)).To(Succeed())
				Eventually(here.heard).WithContext(ctx).Should(Receive())
			})

			It("hears nothing that nobody told", func(ctx SpecContext) {
				here := listen(ctx, w)
				Eventually(here.heard).WithContext(ctx).Should(Receive())
				Consistently(here.heard).WithContext(ctx).ShouldNot(Receive())
			})

			It("tells everybody who listens", func(ctx SpecContext) {
				one, two := listen(ctx, w), listen(ctx, w.again(ctx))
				Eventually(one.heard).WithContext(ctx).Should(Receive())
				Eventually(two.heard).WithContext(ctx).Should(Receive())
				Expect(w.again(ctx).Wakeups.Wake(ctx)).To(Succeed())
				Eventually(one.heard).WithContext(ctx).Should(Receive())
				Eventually(two.heard).WithContext(ctx).Should(Receive())
			})

			It("never calls heard twice at the same time", func(ctx SpecContext) {
				var busy sync.Mutex
				calls, stop := make(chan bool, 1000), make(chan error, 1)
				listening, cancel := context.WithCancel(ctx)
				defer cancel()
				go func() {
					stop <- w.Wakeups.Listen(listening, func() {
						alone := busy.TryLock()
						calls <- alone
						if alone {
							busy.Unlock()
						}
					})
				}()
				Eventually(calls).WithContext(ctx).Should(Receive(BeTrue()))
				other := w.again(ctx)
				atOnce(writers, func(int) { Expect(other.Wakeups.Wake(ctx)).To(Succeed()) })
				Eventually(calls).WithContext(ctx).Should(Receive(BeTrue()))
				cancel()
				Eventually(stop).WithContext(ctx).Should(Receive())
				close(calls)
				for alone := range calls {
					Expect(alone).To(BeTrue())
				}
			})

			It("ends with its context's error", func(ctx SpecContext) {
				listening, cancel := context.WithCancel(ctx)
				Expect(w.Wakeups.Listen(listening, cancel)).To(MatchError(context.Canceled))
				Expect(w.Wakeups.Listen(ended(ctx), func() {})).To(MatchError(context.Canceled))
			})
		})

		Describe("Wake", func() {
			It("waits for nobody to hear it", func(ctx SpecContext) {
				Expect(w.Wakeups.Wake(ctx)).To(Succeed())
				slow := make(chan struct{})
				listening, cancel := context.WithCancel(ctx)
				over := make(chan error, 1)
				began := make(chan struct{}, 1000)
				go func() {
					over <- w.Wakeups.Listen(listening, func() {
						began <- struct{}{}
						<-slow
					})
				}()
				Eventually(began).WithContext(ctx).Should(Receive())
				other := w.again(ctx)
				for range 10 {
					Expect(other.Wakeups.Wake(ctx)).To(Succeed())
				}
				cancel()
				close(slow)
				Eventually(over).WithContext(ctx).Should(Receive())
			})

			It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
				Expect(w.Wakeups.Wake(ended(ctx))).To(MatchError(context.Canceled))
			})
		})
	})
}

// ear is a listener and what it hears.
type ear struct{ heard chan struct{} }

// listen listens until the spec ends.
func listen(ctx context.Context, w *world) ear {
	GinkgoHelper()
	e := ear{heard: make(chan struct{}, 1000)}
	listening, cancel := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan error, 1)
	go func() { over <- w.Wakeups.Listen(listening, func() { e.heard <- struct{}{} }) }()
	DeferCleanup(func(ctx SpecContext) {
		cancel()
		var err error
		Eventually(over).WithContext(ctx).Should(Receive(&err))
		Expect(errors.Is(err, context.Canceled) || errors.Is(err, domain.KindUnavailable)).To(BeTrue(), "%v", err)
	})
	return e
}
