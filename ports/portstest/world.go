package portstest

import (
	"context"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// world is one storage with two people who know nothing of each other.
type world struct {
	Storage
	mint     *mint
	ada, bob domain.Principal
}

// describeStorage registers specs that each find w filled with a new world.
func describeStorage(text string, h StorageHarness, specs func(w *world)) bool {
	return Describe(text, Label(LabelContract), func() {
		w := &world{}
		BeforeEach(func(ctx SpecContext) {
			*w = world{Storage: h.New(ctx), mint: &mint{}}
			w.ada, w.bob = w.person(ctx), w.person(ctx)
		})
		specs(w)
	})
}

// person gives somebody new whose rows the storage takes.
func (w *world) person(ctx context.Context) domain.Principal {
	GinkgoHelper()
	p := domain.Principal{UserID: newID[domain.User](w.mint)}
	if w.Users != nil {
		Expect(w.Users.Ensure(ctx, p.UserID)).To(Succeed())
	}
	return p
}

// do runs fn as caller and expects it to be kept.
func (w *world) do(ctx context.Context, caller domain.Principal, fn func(context.Context, ports.Repositories) error) {
	GinkgoHelper()
	Expect(w.UnitOfWork.Do(ctx, caller, fn)).To(Succeed())
}

// ask runs fn as caller and gives what it gave.
func ask[T any](ctx context.Context, w *world, caller domain.Principal, fn func(context.Context, ports.Repositories) (T, error)) (T, error) {
	var got T
	err := w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		var err error
		got, err = fn(ctx, r)
		return err
	})
	return got, err
}

// must is ask that expects an answer.
func must[T any](ctx context.Context, w *world, caller domain.Principal, fn func(context.Context, ports.Repositories) (T, error)) T {
	GinkgoHelper()
	got, err := ask(ctx, w, caller, fn)
	Expect(err).NotTo(HaveOccurred())
	return got
}

// advance lets d pass on the storage's clock.
func (w *world) advance(ctx context.Context, d time.Duration) {
	GinkgoHelper()
	if w.Advance == nil {
		Skip("the harness has no Advance: its clock cannot be moved")
	}
	Expect(w.Advance(ctx, d)).To(Succeed())
}

// again gives the same world through a second handle.
func (w *world) again(ctx context.Context) *world {
	GinkgoHelper()
	if w.Again == nil {
		Skip("the harness has no Again: its rows cannot be reached twice")
	}
	s, err := w.Again(ctx)
	Expect(err).NotTo(HaveOccurred())
	return &world{Storage: s, mint: w.mint, ada: w.ada, bob: w.bob}
}

// close ends the storage.
func (w *world) close() {
	GinkgoHelper()
	if w.Close == nil {
		Skip("the harness has no Close: the storage lasts as long as the process")
	}
	Expect(w.Close()).To(Succeed())
}

// writers is how many try at once where only one may win.
const writers = 20

// atOnce runs fn n times, side by side, and waits for all.
func atOnce(n int, fn func(i int)) {
	GinkgoHelper()
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			defer GinkgoRecover()
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

// ended gives a context that is over.
func ended(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}
