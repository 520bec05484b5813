package simulation_test

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"slices"
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
		all, failed := simulateMany(ctx, first, count, failuresTold, sabotage{})
		AddReportEntry("simulated", all.String()+" in "+time.Since(started).Round(time.Second).String(), ReportEntryVisibilityAlways)
		if len(failed) > 0 {
			Fail(failed.String())
		}
		if count < seedsInCI {
			return
		}
		// A run that broke nothing would prove nothing.
		v := reflect.ValueOf(all)
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Duplicates" {
				Expect(v.Field(i).Int()).To(BeNumerically(">", 0), "%s", name)
			}
		}
		Expect(all.Duplicates).To(BeZero(), "nothing is sent again that may have arrived")
	})

	DescribeTable("is seen to fail where",
		func(ctx SpecContext, s sabotage) {
			_, failed := simulateMany(ctx, s.from, 200, 1, s)
			Expect(failed).NotTo(BeEmpty())
			Expect(failed.String()).To(ContainSubstring(s.shows))
		},
		func(s sabotage) string { return s.name },
		sabotages(),
	)

	It("is replayed to the letter by its seed", func() {
		for seed := range uint64(8) {
			one, other := simulate(bubbles, seed, sabotage{}), simulate(bubbles, seed, sabotage{})
			Expect(other).To(Equal(one), "seed %d", seed)
		}
	})
})

// simulateMany runs seeds, two at a time, until as many as most went wrong, and
// gives the totals of all and the runs that did.
func simulateMany(ctx SpecContext, from, count uint64, most int, s sabotage) (all totals, failed failures) {
	var next atomic.Uint64
	var enough atomic.Bool
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			defer GinkgoRecover()
			for ctx.Err() == nil {
				n := next.Add(1) - 1
				if n >= count || enough.Load() {
					return
				}
				v := simulate(bubbles, from+n, s)
				mu.Lock()
				all.add(v.totals)
				if len(v.wrong) > 0 {
					failed = append(failed, v)
					enough.Store(len(failed) >= most)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return all, failed
}

// failuresTold is how many runs may go wrong before no more are tried.
const failuresTold = 8

// failures are runs that went wrong.
type failures []verdict

// String tells what went wrong in each of the first, and how the first came to it.
func (f failures) String() string {
	slices.SortFunc(f, func(a, b verdict) int { return cmp.Compare(a.seed, b.seed) })
	var text strings.Builder
	fmt.Fprintf(&text, "%d seeds went wrong; `make simulate SEED=%d` runs the first again.\n", len(f), f[0].seed)
	for _, v := range f {
		fmt.Fprintf(&text, "\nseed %d:\n  %s\n", v.seed, strings.Join(v.wrong, "\n  "))
	}
	fmt.Fprintf(&text, "\nThe last of seed %d:\n%s\n", f[0].seed, strings.Join(f[0].last, "\n"))
	return text.String()
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
