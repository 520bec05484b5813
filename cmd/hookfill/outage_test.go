package main_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// patience is how long TradingView waits. The server answers within 2.5 s; what
// is above that is this machine being busy.
const patience = 3 * time.Second

var _ = Describe("A database that is away", func() {
	const first, second = `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`, `{"ticker":"AAPL","action":"buy","quantity":"2","price":"10"}`

	It("is answered 503 while it is stopped, and what is sent again is taken once", func(ctx SpecContext) {
		dir := newDataDir()
		cluster := startDatabase(ctx, dir, "")
		database := []string{"HOOKFILL_DATABASE_URL=" + cluster.URL("postgres")}
		Expect(hookfillIn(ctx, dir, database, "migrate", "up", "--plain").code).To(BeZero())
		s := serve(ctx, newDataDir(), append(database, shortLease)...)
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		hook := s.at(ada.webhook(ctx, account).URL)
		before := accept(ctx, hook, first)

		Expect(cluster.Stop(ctx)).To(Succeed())
		expectAway(ctx, hook, second)
		Eventually(s.readiness).WithContext(ctx).Should(Equal(http.StatusServiceUnavailable))
		Expect(statusOf(ctx, s.admin+"/livez")).To(Equal(http.StatusOK))
		Expect(ada.call(ctx, http.MethodGet, "/v1/signals", nil).status).To(Equal(http.StatusServiceUnavailable))

		startDatabase(ctx, dir, "")
		after := resend(ctx, hook, second)
		Eventually(s.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
		b := ada.settled(ctx, account)
		b.expectOneOrderEach([]string{before, after})
		b.expectToAddUp()
		s.verified(ctx, "--drained")
	})

	It("is answered 503 while it is silent, and what is sent again is taken once", func(ctx SpecContext) {
		direct, err := url.Parse(newDatabase(ctx, migrated))
		Expect(err).NotTo(HaveOccurred())
		wire := newWire(direct.Query().Get("host"))
		query := direct.Query()
		query.Set("host", wire.dir)
		direct.RawQuery = query.Encode()
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+direct.String(), shortLease)
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		hook := s.at(ada.webhook(ctx, account).URL)
		before := accept(ctx, hook, first)
		ada.settled(ctx, account)

		resume := wire.hang()
		expectAway(ctx, hook, second)
		resume()

		after := resend(ctx, hook, second)
		b := ada.settled(ctx, account)
		b.expectOneOrderEach([]string{before, after})
		b.expectToAddUp()
		s.verified(ctx, "--drained")
	})
})

// startDatabase starts a durable cluster of a spec's own, with the installed
// server or that of a folder.
func startDatabase(ctx context.Context, dir, binDir string) *localpg.Cluster {
	GinkgoHelper()
	cluster, err := localpg.Start(ctx, localpg.Config{DataDir: dir, BinDir: binDir, Throwaway: true, Settings: map[string]string{
		"fsync": "on", "max_connections": clusterConnections, "deadlock_timeout": "50ms",
	}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(cluster.Stop)
	return cluster
}

// expectAway posts what cannot be stored now.
func expectAway(ctx context.Context, hook, body string) {
	GinkgoHelper()
	posted := time.Now()
	a, err := alert(ctx, hook, body)
	Expect(err).NotTo(HaveOccurred())
	Expect(time.Since(posted)).To(BeNumerically("<", patience))
	Expect(a.status).To(Equal(http.StatusServiceUnavailable), "%s", a.body)
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	Expect(err).NotTo(HaveOccurred())
	Expect(seconds).To(BeNumerically(">", 0))
}

// resend posts the same until it is taken, and gives its signal.
func resend(ctx context.Context, hook, body string) string {
	GinkgoHelper()
	var signal string
	Eventually(func(g Gomega, ctx context.Context) {
		a, err := alert(ctx, hook, body)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(a.status).To(Equal(http.StatusOK), "%s", a.body)
		g.Expect(a.hook().Result).To(BeElementOf("accepted", "duplicate"))
		signal = a.hook().SignalID
	}).WithContext(ctx).Should(Succeed())
	return signal
}
