package simulation_test

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// seedsAsked is how many worlds run: what CI has the time for, or as many as
// `make simulate SEEDS=n` says. SEED=k runs that one alone.
func seedsAsked() (first, count uint64) {
	number := func(name string, otherwise uint64) uint64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(text, 10, 64)
		Expect(err).NotTo(HaveOccurred(), name)
		return n
	}
	if os.Getenv("HOOKFILL_TEST_SEED") != "" {
		return number("HOOKFILL_TEST_SEED", 0), 1
	}
	return 0, number("HOOKFILL_TEST_SEEDS", seedsInCI)
}

const seedsInCI = 500

var _ = Describe("The execution core", func() {
	It("loses, doubles and misorders nothing, whatever a seed breaks", func(ctx SpecContext) {
		first, count := seedsAsked()
		started := time.Now()
		all, failed := simulateMany(ctx, first, count)
		AddReportEntry("simulated", all.String()+" in "+time.Since(started).Round(time.Second).String(), ReportEntryVisibilityAlways)
		Expect(failed).To(BeEmpty())
		if count < seedsInCI {
			return
		}
		// A run that broke nothing would prove nothing.
		v := reflect.ValueOf(all)
		for i := range v.NumField() {
			Expect(v.Field(i).Int()).To(BeNumerically(">", 0), "%s", v.Type().Field(i).Name)
		}
	})

	It("is replayed to the letter by its seed", func() {
		for seed := range uint64(8) {
			one, other := simulate(bubbles, seed), simulate(bubbles, seed)
			Expect(other).To(Equal(one), "seed %d", seed)
		}
	})
})

// simulateMany runs seeds, two at a time, and gives the totals of all and the
// stories of the first that went wrong.
func simulateMany(ctx SpecContext, from, count uint64) (all totals, failed []string) {
	var next atomic.Uint64
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			defer GinkgoRecover()
			for ctx.Err() == nil {
				n := next.Add(1) - 1
				if n >= count {
					return
				}
				v := simulate(bubbles, from+n)
				mu.Lock()
				all.add(v.totals)
				if len(v.wrong) > 0 && len(failed) < 3 {
					failed = append(failed, v.story())
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return all, failed
}

// story is what a failing seed tells.
func (v verdict) story() string {
	return fmt.Sprintf("seed %d (make simulate SEED=%d):\n%s\n\nbefore that:\n%s",
		v.seed, v.seed, strings.Join(v.wrong, "\n"), strings.Join(v.last, "\n"))
}

func (t *totals) add(other totals) {
	sum, more := reflect.ValueOf(t).Elem(), reflect.ValueOf(other)
	for i := range sum.NumField() {
		sum.Field(i).SetInt(sum.Field(i).Int() + more.Field(i).Int())
	}
}

// String names every count.
func (t totals) String() string {
	v := reflect.ValueOf(t)
	parts := make([]string, v.NumField())
	for i := range parts {
		name := []rune(v.Type().Field(i).Name)
		var words strings.Builder
		for j, r := range name {
			if j > 0 && r >= 'A' && r <= 'Z' {
				words.WriteByte(' ')
			}
			words.WriteString(strings.ToLower(string(r)))
		}
		parts[i] = strconv.FormatInt(v.Field(i).Int(), 10) + " " + words.String()
	}
	return strings.Join(parts, ", ")
}
