package main_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// What `make soak` asks for: longer, and more a second, than every run has.
const (
	soakSecondsVariable = "HOOKFILL_TEST_SOAK_SECONDS"
	soakRateVariable    = "HOOKFILL_TEST_SOAK_RATE"
	soakSeconds         = 12
	soakRate            = 100
)

const (
	soakAccounts = 10
	soakSymbols  = 20
	soakPosters  = 16
	// soakConnections is what the pools of one process may open, and keep open.
	soakConnections = 20
	// soakWindow is how many seconds alerts are remembered: short, so that what is
	// remembered has to be forgotten again while the soak goes on.
	soakWindow = 30
)

// bookOfPaper is what the paper broker keeps in memory of each order for ever, for
// a venue answers for its orders for ever: its own book, in the process that
// executes.
const bookOfPaper = 1 << 10

// collectorShare is how much garbage a server may have beside what lives, as a
// multiple of it: what GOGC is by itself.
const collectorShare = 1

var _ = Describe("Processes under a steady load", func() {
	It("grow in nothing: memory, goroutines, open files, connections, or what storage keeps of identities", func(ctx SpecContext) {
		length, rate := time.Duration(numberIn(soakSecondsVariable, soakSeconds))*time.Second, int(numberIn(soakRateVariable, soakRate))
		url := newDatabase(ctx, migrated)
		intake, executor := quietly(ctx, url, "intake"), quietly(ctx, url, "executor")
		load := newSoakLoad(ctx, intake)
		load.run(ctx, rate, length/10) // until every pool, plan and buffer is there
		warm := load.answered.Load()

		watching, stop := context.WithCancel(ctx)
		samples := watchGrowth(watching, url, max(length/200, 250*time.Millisecond), float64(rate)*(soakWindow+60), map[string]*server{"intake": intake, "executor": executor})
		load.run(ctx, rate, length)
		stop()
		grown := <-samples

		AddReportEntry(fmt.Sprintf("soak: %d alerts acknowledged in %v, %.0f a second (%d asked for), %d not\n%s",
			load.answered.Load()-warm, length, float64(load.answered.Load()-warm)/length.Seconds(), rate, load.failed.Load(), grown), ReportEntryVisibilityAlways)
		Expect(load.failed.Load()).To(BeZero(), "alerts that were not acknowledged")
		Expect(slices.Max(grown["database connections"].value)).To(BeNumerically("<=", 2*soakConnections+2), "two processes, and those of this spec")
		for name, s := range grown {
			if strings.HasSuffix(name, "resident MiB") && raced {
				continue // of which most is the race detector's
			}
			allowed := s.slack()
			switch book := float64(load.answered.Load()-warm) * bookOfPaper / (1 << 20); name {
			case "executor live heap MiB":
				allowed += book
			case "executor resident MiB":
				allowed += book * (1 + collectorShare)
			}
			Expect(s.growth()).To(BeNumerically("<=", allowed), "%s: %s", name, s)
		}

		waitUntilDrained(ctx, url)
		said := intake.verified(ctx, "--drained")
		Expect(said.Totals.Signals).To(BeEquivalentTo(load.answered.Load()))
		Expect(said.Totals.BrokerOrders).To(BeEquivalentTo(load.answered.Load()))
	}, NodeTimeout(5*time.Minute+time.Duration(2*numberIn(soakSecondsVariable, soakSeconds))*time.Second), takesLong)
})

// soakLoad posts alerts at a rate: in each lane a buy and a sell take turns, so
// that each is one order.
type soakLoad struct {
	hooks            []string
	next             atomic.Int64
	answered, failed atomic.Int64
}

func newSoakLoad(ctx context.Context, s *server) *soakLoad {
	GinkgoHelper()
	ada, l := s.newUser(ctx), &soakLoad{}
	for range soakAccounts {
		l.hooks = append(l.hooks, s.at(made[webhookRecord](ctx, ada, "/v1/webhook-configs", map[string]any{
			"name": "soak", "routes": []any{map[string]any{"broker_account_id": ada.account(ctx)}},
			"dedupe":    map[string]any{"key_fields": []string{"id"}, "window_seconds": soakWindow},
			"staleness": map[string]any{"entry_seconds": nil},
		}).URL))
	}
	return l
}

// run posts for a while. A poster that is late catches up.
func (l *soakLoad) run(ctx context.Context, rate int, length time.Duration) {
	start, first := time.Now(), l.next.Load()
	var posters sync.WaitGroup
	for range soakPosters {
		posters.Go(func() {
			for ctx.Err() == nil {
				n := l.next.Add(1) - 1
				due := start.Add(time.Duration(n-first) * time.Second / time.Duration(rate))
				if due.Sub(start) >= length {
					l.next.Add(-1)
					return
				}
				rest(ctx, time.Until(due))
				l.post(ctx, int(n))
			}
		})
	}
	posters.Wait()
}

func (l *soakLoad) post(ctx context.Context, n int) {
	lanes := soakAccounts * soakSymbols
	action := []string{"buy", "sell"}[n/lanes%2]
	a, err := alert(ctx, l.hooks[n%soakAccounts],
		fmt.Sprintf(`{"id":"%d","ticker":"SYM%d","action":%q,"quantity":"1","price":"10"}`, n, n/soakAccounts%soakSymbols, action))
	if err != nil || a.status != http.StatusOK {
		l.failed.Add(1)
		return
	}
	l.answered.Add(1)
}

// series is what one thing was, at even distances in time.
type series struct {
	value []float64
	// least is what it may grow by, however small it is.
	least float64
}

// growth is how much more there is at the end than at the beginning: the least of
// the last third less the least of the third that follows the first fifth. What a
// collection or a busy moment adds is gone again within a third; a leak is not. One
// that is steady has then shown two thirds of itself.
func (s *series) growth() float64 {
	from := len(s.value) / 5
	third := (len(s.value) - from) / 3
	return 1.5 * (slices.Min(s.value[len(s.value)-third:]) - slices.Min(s.value[from:from+third]))
}

// slack is the growth that passes for none: a tenth of the middle.
func (s *series) slack() float64 {
	sorted := slices.Sorted(slices.Values(s.value))
	return max(s.least, sorted[len(sorted)/2]/10)
}

func (s *series) String() string {
	return fmt.Sprintf("%.1f at first, %.1f at last, at most %.1f; grew by %.1f", s.value[0], s.value[len(s.value)-1], slices.Max(s.value), s.growth())
}

// growth is every series by its name.
type growth map[string]*series

func (g growth) add(name string, value, least float64) {
	if g[name] == nil {
		g[name] = &series{least: least}
	}
	g[name].value = append(g[name].value, value)
}

func (g growth) String() string {
	var b strings.Builder
	names := make([]string, 0, len(g))
	for name := range g {
		names = append(names, name)
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		fmt.Fprintf(&b, "  %-26s %s\n", name, g[name])
	}
	return b.String()
}

// quietly starts a process that writes down only what is wrong. Where its memory is
// not judged it collects at every few megabytes, so that a short run sees what lives.
func quietly(ctx context.Context, url, role string) *server {
	GinkgoHelper()
	listen, admin := reservedAddress(ctx), reservedAddress(ctx)
	env := []string{
		"HOOKFILL_DATABASE_URL=" + url, "HOOKFILL_LISTEN=" + listen, "HOOKFILL_ADMIN_LISTEN=" + admin, "HOOKFILL_LOG_LEVEL=warn",
		fmt.Sprintf("HOOKFILL_DATABASE_MAX_CONNS=%d", soakConnections),
	}
	if raced {
		env = append(env, "GOGC=5")
	}
	s := launch(ctx, newDataDir(), env, "--role", role)
	s.url, s.admin = "http://"+listen, "http://"+admin
	Eventually(s.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
	return s
}

// watchGrowth measures servers and their database until ctx ends. Remembered are
// the identities of alerts within their window and a minute, when they are swept.
func watchGrowth(ctx context.Context, url string, every time.Duration, remembered float64, servers map[string]*server) <-chan growth {
	GinkgoHelper()
	db := directly(context.WithoutCancel(ctx), url)
	done := make(chan growth, 1)
	go func() {
		defer GinkgoRecover()
		g, tick := growth{}, time.NewTicker(every)
		defer tick.Stop()
		defer func() { done <- g }()
		for {
			for name, s := range servers {
				m, err := metricsOf(ctx, s)
				if ctx.Err() != nil {
					return
				}
				Expect(err).NotTo(HaveOccurred())
				g.add(name+" resident MiB", m["process_resident_memory_bytes"]/(1<<20), 32)
				g.add(name+" live heap MiB", m["go_memstats_next_gc_bytes"]/(1+m["go_gc_gogc_percent"]/100)/(1<<20), 4)
				g.add(name+" goroutines", m["go_goroutines"], 50) // a few for each of 32 lanes
				g.add(name+" open files", m["process_open_fds"], soakConnections)
			}
			var conns, keys, lanes float64
			err := db.QueryRow(ctx, `select (select count(*) from pg_stat_activity where datname = current_database()),
				(select count(*) from private.signal_keys), pg_total_relation_size('private.lanes') / 1048576.0`).Scan(&conns, &keys, &lanes)
			if ctx.Err() != nil {
				return
			}
			Expect(err).NotTo(HaveOccurred())
			g.add("database connections", conns, soakConnections)
			g.add("database lanes MiB", lanes, 16)
			g.add("database identities", keys, remembered)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return done
}

// metricsOf reads what a server says of itself, without labels.
func metricsOf(ctx context.Context, s *server) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.admin+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	a, err := send(request)
	if err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(string(a.body))); lines.Scan(); {
		name, value, found := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); found && err == nil {
			values[name] = n
		}
	}
	return values, nil
}
