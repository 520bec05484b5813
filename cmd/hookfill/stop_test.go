package main_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("SIGTERM", func() {
	It("lets requests under way finish, hands the lanes over and exits with 0", func(ctx SpecContext) {
		// Nobody could take over a lane that is not handed over.
		database := []string{"HOOKFILL_DATABASE_URL=" + newDatabase(ctx, migrated), "HOOKFILL_LEASE=10m"}
		dataDir := newDataDir()
		s := serve(ctx, dataDir, database...)
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		alerts := newTraffic(ada.webhook(ctx, account).URL)
		alerts.flow(ctx, s, 40, func() { s.stop(ctx) })

		again := serve(ctx, dataDir, database...)
		alerts.resend(ctx, again)
		b := ada.on(again).settled(ctx, account)
		b.expectOneOrderEach(alerts.answers())
		b.expectLanesInOrder()
		b.expectToAddUp()
		again.verified(ctx, "--drained")
	})
})

var _ = Describe("Roles", func() {
	It("share the work: one process takes in, others execute", func(ctx SpecContext) {
		database := "HOOKFILL_DATABASE_URL=" + newDatabase(ctx, migrated)
		dataDir := newDataDir()
		intake := launch(ctx, dataDir, []string{database}, "--role", "intake")
		intake.waitUntilStarted(ctx)
		ada := intake.newUser(ctx)
		account := ada.account(ctx)
		hook := intake.at(ada.webhook(ctx, account).URL)
		var signals []string
		for n := range 20 {
			signals = append(signals, accept(ctx, hook, trafficAlert(n)))
		}
		Expect(list[orderRecord](ctx, ada, "/v1/orders")).To(BeEmpty(), "nobody executes yet")

		for range 2 {
			executor := launch(ctx, dataDir, []string{database}, "--role", "executor")
			executor.waitUntilStarted(ctx)
			Eventually(executor.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
		}
		b := ada.settled(ctx, account)
		b.expectOneOrderEach(signals)
		b.expectLanesInOrder()
		b.expectToAddUp()
	})
})
