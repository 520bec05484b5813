package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

// The ways to die with a private cluster. `make chaos` knows more, for processes
// that share a database.
const (
	killServer = iota
	killServerAndDatabase
	killServerTwice
	waysToDie
)

var _ = Describe("A server that is killed at any moment", func() {
	It("has an order for every alert it answered, one each, and the positions they made", func(ctx SpecContext) {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		dataDir := newDataDir()
		s := serve(ctx, dataDir, shortLease)
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		alerts := newTraffic(ada.webhook(ctx, account).URL)

		for way := range waysToDie {
			after := 1 + random.IntN(60)
			By(fmt.Sprintf("death %d of seed %d after %d answers", way, GinkgoRandomSeed(), after))
			alerts.flow(ctx, s, after, func() {
				s.kill(ctx)
				if way == killServerAndDatabase {
					killCluster(ctx, dataDir)
				}
			})
			if way == killServerTwice {
				killWhileStarting(ctx, dataDir, time.Duration(random.IntN(400))*time.Millisecond)
			}
			s = serve(ctx, dataDir, shortLease)
			alerts.resend(ctx, s)
		}

		AddReportEntry("alerts posted", alerts.posted, ReportEntryVisibilityFailureOrVerbose)

		b := ada.on(s).settled(ctx, account)
		b.expectOneOrderEach(alerts.answers())
		b.expectLanesInOrder()
		b.expectToAddUp()
		s.verified(ctx, "--drained")
	}, NodeTimeout((waysToDie+3)*time.Minute), takesLong)
})

// killWhileStarting gives a start so much time and no more.
func killWhileStarting(ctx context.Context, dataDir string, lives time.Duration) {
	GinkgoHelper()
	s := launch(ctx, dataDir, []string{shortLease})
	dies := time.NewTimer(lives)
	defer dies.Stop()
	select {
	case <-dies.C:
	case <-ctx.Done():
	}
	Eventually(s.session.Kill()).WithContext(ctx).Should(gexec.Exit())
}
