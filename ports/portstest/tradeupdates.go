package portstest

import (
	"context"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// follower is somebody who follows an account.
type follower struct {
	mu      sync.Mutex
	listens int
	ids     []string
	ended   chan error
	stop    context.CancelFunc
}

func (f *follower) listening() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.listens
}

func (f *follower) heard() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.ids)
}

// DescribeTradeUpdates proves ports.TradeUpdates; the harness's Broker must be one
// and its Market be there. Its CutOff ends streams too.
func DescribeTradeUpdates(name string, h BrokerHarness) bool {
	return Describe(name+" as TradeUpdates", Label(LabelContract), func() {
		b := &floor{}
		b.setUp(h)
		follow := func(ctx context.Context, account *domain.BrokerAccount) *follower {
			GinkgoHelper()
			updates, ok := b.Broker.(ports.TradeUpdates)
			Expect(ok).To(BeTrue(), "the broker tells updates")
			f := &follower{ended: make(chan error, 1)}
			ctx, f.stop = context.WithCancel(ctx)
			DeferCleanup(f.stop)
			go func() {
				f.ended <- updates.Follow(ctx, account,
					func() { f.mu.Lock(); f.listens++; f.mu.Unlock() },
					func(id string) { f.mu.Lock(); f.ids = append(f.ids, id); f.mu.Unlock() })
			}()
			return f
		}
		listens := func(ctx context.Context, account *domain.BrokerAccount) *follower {
			GinkgoHelper()
			f := follow(ctx, account)
			Eventually(f.listening).WithContext(ctx).Should(Equal(1))
			return f
		}

		It("tells which orders something happens to, from when it listens on", func(ctx SpecContext) {
			before, _ := b.rest(ctx)
			f := listens(ctx, b.account)
			r, _ := b.rest(ctx)
			Eventually(f.heard).WithContext(ctx).Should(ContainElement(r.ClientOrderID))
			Expect(f.heard()).NotTo(ContainElement(before.ClientOrderID))
			_, err := b.Broker.Cancel(ctx, b.account, before.ClientOrderID)
			Expect(err).NotTo(HaveOccurred())
			Eventually(f.heard).WithContext(ctx).Should(ContainElement(before.ClientOrderID))
			Expect(f.listening()).To(Equal(1))
		})

		It("tells of what the market does to an order", func(ctx SpecContext) {
			r := b.resting(domain.OrderTypeLimit)
			b.submit(ctx, r)
			f := listens(ctx, b.account)
			b.trades(ctx, *r.LimitPrice)
			Eventually(f.heard).WithContext(ctx).Should(ContainElement(r.ClientOrderID))
		})

		It("tells nothing of other accounts", func(ctx SpecContext) {
			f, other := listens(ctx, b.account), b.open(ctx)
			theirs := listens(ctx, other)
			r := b.resting(domain.OrderTypeLimit)
			_, err := b.Broker.Submit(ctx, other, r)
			Expect(err).NotTo(HaveOccurred())
			Eventually(theirs.heard).WithContext(ctx).Should(ContainElement(r.ClientOrderID))
			mine, _ := b.rest(ctx)
			Eventually(f.heard).WithContext(ctx).Should(ContainElement(mine.ClientOrderID))
			Expect(f.heard()).NotTo(ContainElement(r.ClientOrderID))
		})

		It("ends with the context", func(ctx SpecContext) {
			f := listens(ctx, b.account)
			f.stop()
			Eventually(f.ended).WithContext(ctx).Should(Receive(MatchError(context.Canceled)))
			Expect(b.Broker.(ports.TradeUpdates).Follow(ended(ctx), b.account, func() {}, func(string) {})).To(MatchError(context.Canceled))
		})

		It("is KindUnavailable when the way breaks, and where there is none", func(ctx SpecContext) {
			f := listens(ctx, b.account)
			b.cutOff(ctx)
			Eventually(f.ended).WithContext(ctx).Should(Receive(failAs(domain.KindUnavailable)))
			Eventually(follow(ctx, b.account).ended).WithContext(ctx).Should(Receive(failAs(domain.KindUnavailable)))
		})
	})
}
