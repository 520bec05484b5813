package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

// killCyclesVariable asks for more than the few cycles of every run: `make kill`.
const killCyclesVariable = "HOOKFILL_TEST_KILL_CYCLES"

// The ways to die. Each of the first cycles takes one, further ones take any.
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

		for cycle := range killCycles() {
			way := cycle
			if way >= waysToDie {
				way = random.IntN(waysToDie)
			}
			after := 1 + random.IntN(60)
			By(fmt.Sprintf("cycle %d of seed %d: death %d after %d answers", cycle+1, GinkgoRandomSeed(), way, after))
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
	}, NodeTimeout(time.Duration(killCycles()+3)*time.Minute))
})

func killCycles() int {
	text := os.Getenv(killCyclesVariable)
	if text == "" {
		return waysToDie
	}
	cycles, err := strconv.Atoi(text)
	if err != nil || cycles < 1 {
		panic(killCyclesVariable + " must be a whole number above 0")
	}
	return cycles
}

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
