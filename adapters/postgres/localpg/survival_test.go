package localpg_test

import (
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

var _ = Describe("A private cluster survives", func() {
	It("the death of the process that started it, and is adopted by the next", func(ctx SpecContext) {
		parent := startHolder(ctx, made, nil)
		Expect(parent.Error).To(BeEmpty())
		started := query(ctx, parent.URL, "SELECT pg_postmaster_start_time()::text")
		parent.kill()

		cluster := start(ctx, throwaway(made))
		Expect(cluster.Adopted()).To(BeTrue())
		Expect(cluster.URL("postgres")).To(Equal(parent.URL))
		Expect(query(ctx, cluster.URL("postgres"), "SELECT pg_postmaster_start_time()::text")).To(Equal(started))
	})

	It("its own death with all that was committed, while clients are still connected", func(ctx SpecContext) {
		cluster := start(ctx, throwaway(made))
		keep(ctx, cluster.URL("postgres"), "committed")
		client, err := pgx.Connect(ctx, cluster.URL("postgres"))
		Expect(err).NotTo(HaveOccurred())
		defer client.Close(ctx)
		Expect(syscall.Kill(cluster.PID(), syscall.SIGKILL)).To(Succeed())
		cluster.Detach()

		again := start(ctx, throwaway(made))
		Expect(again.Adopted()).To(BeFalse())
		Expect(kept(ctx, again.URL("postgres"))).To(Equal("committed"))
	})

	It("the death of both at once", func(ctx SpecContext) {
		parent := startHolder(ctx, made, nil)
		keep(ctx, parent.URL, "committed")
		attached, err := localpg.Attach(ctx, throwaway(made))
		Expect(err).NotTo(HaveOccurred())
		parent.kill()
		Expect(syscall.Kill(attached.PID(), syscall.SIGKILL)).To(Succeed())

		again := start(ctx, throwaway(made))
		Expect(again.Adopted()).To(BeFalse())
		Expect(kept(ctx, again.URL("postgres"))).To(Equal("committed"))
	})

	DescribeTable("a first start that was killed",
		func(ctx SpecContext, row momentRow) {
			dataDir := newDataDir()
			parent := launchHolder(ctx, dataDir, nil)
			Eventually(func() ([]string, error) { return filepath.Glob(filepath.Join(dataDir, row.traces)) }).
				WithContext(ctx).WithPolling(time.Millisecond).ShouldNot(BeEmpty())
			parent.kill()

			cluster := start(ctx, throwaway(dataDir))
			keep(ctx, cluster.URL("postgres"), "committed")
			Expect(kept(ctx, cluster.URL("postgres"))).To(Equal("committed"))
			Expect(cluster.Stop(ctx)).To(Succeed())
			Expect(kept(ctx, start(ctx, throwaway(dataDir)).URL("postgres"))).To(Equal("committed"))
		},
		Entry("before it began", momentRow{traces: "lock"}),
		Entry("while the cluster was made", momentRow{traces: "postgres/init-*/base/1"}),
		Entry("when the cluster was made", momentRow{traces: "postgres/data"}),
		Entry("while the server started", momentRow{traces: "postgres/data/postmaster.pid"}),
	)

	It("a first start that was cut off with the machine", func(ctx SpecContext) {
		dataDir := newDataDir()
		Expect(os.Mkdir(dataDir, 0o711)).To(Succeed())
		half := filepath.Join(dataDir, "postgres", "init-1234")
		Expect(os.MkdirAll(filepath.Join(half, "base"), 0o700)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600)).To(Succeed())

		cluster := start(ctx, throwaway(dataDir))
		Expect(query(ctx, cluster.URL("postgres"), "SELECT 'ready'")).To(Equal("ready"))
		Expect(half).NotTo(BeADirectory())
	})
})

// momentRow names a moment by the files that tell of it.
type momentRow struct{ traces string }
