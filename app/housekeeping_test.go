package app_test

import (
	"context"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
)

// untidy is storage with so many rows to sweep out.
type untidy struct{ left, sweeps atomic.Int64 }

func (u *untidy) Sweep(_ context.Context, limit int) (int, error) {
	u.sweeps.Add(1)
	swept := min(u.left.Load(), int64(limit))
	u.left.Add(-swept)
	return int(swept), nil
}

var _ = Describe("Housekeeping", func() {
	It("sweeps on while there is more than one sweep takes, and then rests", func(ctx SpecContext) {
		storage := &untidy{}
		storage.left.Store(25_000)
		stop := running(app.NewHousekeeping(storage, quietLog()).Run)
		defer stop()
		Eventually(storage.left.Load).WithContext(ctx).Should(BeZero())
		Consistently(storage.sweeps.Load).WithContext(ctx).Should(BeEquivalentTo(3))
	})
})
