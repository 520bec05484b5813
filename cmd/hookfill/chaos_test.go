package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// What `make chaos` asks for: more cycles than those of every run, and the
// choices of a run before.
const (
	chaosCyclesVariable = "HOOKFILL_TEST_CHAOS_CYCLES"
	chaosSeedVariable   = "HOOKFILL_TEST_CHAOS_SEED"
	chaosCycles         = 10
)

var _ = Describe("Processes that are killed, frozen and cut off at any moment", func() {
	It("lose no alert that was answered, order none twice and keep every lane in order", func(ctx SpecContext) {
		began, seed := time.Now(), chosenSeed()
		random := rand.New(rand.NewPCG(seed, 0))
		fleet := newFleet(ctx)
		alerts := newStream(ctx, fleet)
		alerts.start(ctx)
		harms := map[string]int{}

		for cycle := range chosenCycles() {
			harm := chooseHarm(random, cycle)
			after := 20 + random.IntN(100)
			By(fmt.Sprintf("cycle %d of seed %d: %s after %d more answers", cycle+1, seed, harm.name, after))
			alerts.waitForAnswers(ctx, after)
			harm.do(ctx, fleet, random)
			harms[harm.name]++
			fleet.waitUntilWhole(ctx)
			if (cycle+1)%streamStays == 0 {
				alerts.moveOn(ctx, fleet)
			}
		}

		judged := fleet.judge(ctx, alerts)
		cut := fleet.cutShort(ctx)
		AddReportEntry(fmt.Sprintf("chaos: seed %d, %d cycles in %d s, lease %v: %s; %d kills, %d sends cut short, %d answers of 503; harms %v",
			seed, chosenCycles(), int(time.Since(began).Seconds()), fleetLease, judged, fleet.kills, cut, alerts.turnedAway(), harms), ReportEntryVisibilityAlways)
		if harms["SIGKILL at send-after"] > 0 {
			Expect(cut).To(BeNumerically(">", 0), "what was to be survived has to have happened")
		}
	}, NodeTimeout(3*time.Minute+time.Duration(chosenCycles())*30*time.Second), takesLong)
})

func chosenCycles() int { return int(numberIn(chaosCyclesVariable, chaosCycles)) }

func chosenSeed() uint64 { return numberIn(chaosSeedVariable, uint64(GinkgoRandomSeed())) }

func numberIn(variable string, otherwise uint64) uint64 {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n < 1 {
		panic(variable + " must be a whole number above 0")
	}
	return n
}
