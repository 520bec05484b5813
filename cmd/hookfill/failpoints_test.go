package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

// deaths are all failpoints, each with the passage at which a process dies; of
// several the next one kills the process that took over. `make chaos` meets some
// of them in traffic; here each is met for certain, in the same day of trading.
func deaths() [][]string {
	return [][]string{
		{"intake-before:1"},
		{"intake-after:2"},
		{"claim-after:1"},
		{"overtake-before:1"},
		{"overtake-after:1"},
		{"plan-before:1"},
		{"plan-after:1"},
		{"cancel-before:1"},
		{"cancel-after:1"},
		{"intend-before:1"},
		{"intend-after:3"},
		{"send-before:2"},
		{"send-after:1"},
		{"send-after:4"},
		{"send-after:3", "look-up-after:1"},
		{"send-before:1", "retry-before:1"},
		{"intend-after:1", "retry-after:1"},
		{"record-before:1"},
		{"record-after:1"},
		{"finish-before:2"},
		{"finish-after:2"},
		{"release-before:1"},
		{"submit-before:1"},
		{"submit-after:1"},
		{"flattened-after:1"},
	}
}

var _ = Describe("A process that dies between two things that cannot be done at once", func() {
	DescribeTable("leaves the next one nothing lost, doubled or misordered:", func(ctx SpecContext, at []string) {
		d := newDay(ctx, at[0])
		lived := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			defer close(lived)
			d.live(ctx)
		}()
		for _, next := range append(at[1:], "") {
			Eventually(d.server.session).WithContext(ctx).WithTimeout(settleTimeout).
				Should(gexec.Exit(128+int(syscall.SIGKILL)), "the failpoint was not met: %s", d.server.log())
			d.start(ctx, next)
		}
		Eventually(lived).WithContext(ctx).WithTimeout(settleTimeout).Should(BeClosed())
		d.judge(ctx)
	},
		func(at []string) string { return strings.Join(at, ", then ") },
		slices.Collect(func(yield func(TableEntry) bool) {
			for _, at := range deaths() {
				if !yield(Entry(nil, NodeTimeout(4*time.Minute), at)) {
					return
				}
			}
		}),
	)

	It("can be met at every failpoint that the program has", func(ctx SpecContext) {
		refused := launchProgram(ctx, failing, newDataDir(), []string{"HOOKFILL_DATABASE_URL=" + newDatabase(ctx, migrated), failAtPoint("?")})
		Eventually(refused.session).WithContext(ctx).Should(gexec.Exit(1))
		_, listed, said := strings.Cut(strings.TrimSpace(refused.log()), "send-after:1: ")
		Expect(said).To(BeTrue(), refused.log())
		met := map[string]bool{}
		for _, at := range slices.Concat(deaths()...) {
			name, _, _ := strings.Cut(at, ":")
			met[name] = true
		}
		for name := range strings.FieldsSeq(listed) {
			Expect(met).To(HaveKey(name))
			delete(met, name)
		}
		Expect(met).To(BeEmpty(), "failpoints that the program does not have")
	})
})

func failAtPoint(at string) string { return "HOOKFILL_TEST_FAILPOINT=" + at }

// day is one of a small trader who meets every boundary there is: entries and a
// resting order, a reversal that has to clear its way, alerts that arrive the
// wrong way round, and a kill switch that flattens.
type day struct {
	server          *server
	ada             *user
	account, listen string
	dataDir, url    string
	plain, chained  string
	// signals are those that the sender was told of.
	signals []string
}

func newDay(ctx context.Context, failpoint string) *day {
	GinkgoHelper()
	d := &day{dataDir: newDataDir(), listen: reservedAddress(ctx), url: newDatabase(ctx, migrated)}
	d.start(ctx, failpoint)
	d.server.waitUntilStarted(ctx)
	d.ada = d.server.newUser(ctx)
	d.account = d.ada.account(ctx)
	hook := func(chain map[string]any) string {
		return d.server.at(made[webhookRecord](ctx, d.ada, "/v1/webhook-configs", map[string]any{
			"name": "day", "routes": []any{map[string]any{"broker_account_id": d.account}}, "chain": chain,
		}).URL)
	}
	d.plain, d.chained = hook(map[string]any{"on_break": "as_is"}), hook(map[string]any{"on_break": "hold", "hold_seconds": 60})
	return d
}

// start runs a process that dies at a failpoint, or one that lives.
func (d *day) start(ctx context.Context, failpoint string) {
	GinkgoHelper()
	env := []string{"HOOKFILL_DATABASE_URL=" + d.url, "HOOKFILL_LISTEN=" + d.listen, "HOOKFILL_LEASE=1s"}
	build := program
	if failpoint != "" {
		build, env = failing, append(env, failAtPoint(failpoint))
	}
	d.server = launchProgram(ctx, build, d.dataDir, env)
	d.server.url = "http://" + d.listen
}

// live goes through the day, whoever dies meanwhile.
func (d *day) live(ctx context.Context) {
	GinkgoHelper()
	for _, a := range []struct{ hook, body string }{
		{d.plain, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`},
		{d.plain, `{"ticker":"AAPL","action":"buy","quantity":"5","orderType":"limit","limitPrice":"90"}`},
		{d.plain, `{"ticker":"AAPL","action":"sell","sentiment":"short","quantity":"20","price":"101"}`},
		{d.plain, `{"ticker":"MSFT","action":"buy","quantity":"3","price":"50"}`},
		{d.chained, move(1, 0, 1)},
		{d.chained, move(4, 3, 7)},
		{d.chained, move(2, 1, 3)},
	} {
		d.signals = append(d.signals, resend(ctx, a.hook, a.body))
	}
	db := directly(ctx, d.url)
	Eventually(func(ctx context.Context) (n int64, err error) {
		err = db.QueryRow(ctx, "select sum(next_seq - 1 - done_seq)::bigint from private.lanes").Scan(&n)
		return n, err
	}).WithContext(ctx).WithTimeout(settleTimeout).Should(BeZero())
	Eventually(func(ctx context.Context) (int, error) {
		a, err := d.ada.try(ctx, http.MethodPut, "/v1/halts", map[string]string{"scope": "account", "broker_account_id": d.account, "mode": "flatten"})
		return a.status, err
	}).WithContext(ctx).Should(Equal(http.StatusOK))
	Eventually(func(ctx context.Context) (n int, err error) {
		err = db.QueryRow(ctx, "select count(*) from public.signals where source = 'halt' and state in ('done', 'refused')").Scan(&n)
		return n, err
	}).WithContext(ctx).WithTimeout(settleTimeout).Should(Equal(exitsOfHalt), "one for each webhook, and the account's")
}

// move is the alert of a strategy that buys on its way from one long position to
// the next.
func move(quantity, from, to int) string {
	was := "long"
	if from == 0 {
		was = "flat"
	}
	return fmt.Sprintf(`{"ticker":"AMZN","action":"buy","quantity":"%d","price":"20","prev_market_position":%q,"prev_market_position_size":"%d",`+
		`"market_position":"long","market_position_size":"%d"}`, quantity, was, from, to)
}

// exitsOfHalt is how many exits the halt of a day makes: of what the two webhooks
// hold, and of what is left then, which is nothing.
const exitsOfHalt = 3

// judge asks the product's judge, and then the broker's record alone.
func (d *day) judge(ctx context.Context) {
	GinkgoHelper()
	b := d.ada.settled(ctx, d.account)
	d.server.verified(ctx, "--drained")
	undone := 0
	for _, s := range b.signals {
		if s.State != "done" {
			Expect(s.Source).To(Equal("halt"), "signal %s is %s", s.ID, s.State)
			undone++
		}
	}
	Expect(undone).To(Equal(1), "what was left for the account's exit")
	Expect(b.signals).To(HaveLen(len(d.signals) + exitsOfHalt))
	Expect(b.broker).To(BeEmpty(), "the broker's own books")
	b.expectToAddUp()
	Expect(d.received(ctx)).To(Equal(map[string][]string{
		"AAPL": {"buy 10", "buy 5", "sell 10", "sell 10", "buy 10"},
		"MSFT": {"buy 3", "sell 3"},
		"AMZN": {"buy 1", "buy 2", "buy 4", "sell 7"},
	}))
}

// received gives what the broker took in each symbol, in its order, and expects
// everything but the resting order to be filled.
func (d *day) received(ctx context.Context) map[string][]string {
	GinkgoHelper()
	rows, err := directly(ctx, d.url).Query(ctx, "select entry from private.paper_entries order by seq")
	Expect(err).NotTo(HaveOccurred())
	defer rows.Close()
	got, ends := map[string][]string{}, map[string]int{}
	for rows.Next() {
		var text []byte
		Expect(rows.Scan(&text)).To(Succeed())
		var entry struct {
			Kind string
			Data struct{ Symbol, Side, Quantity string }
		}
		Expect(json.Unmarshal(text, &entry)).To(Succeed())
		ends[entry.Kind]++
		if entry.Kind == "submitted" {
			got[entry.Data.Symbol] = append(got[entry.Data.Symbol], entry.Data.Side+" "+entry.Data.Quantity)
		}
	}
	Expect(rows.Err()).To(Succeed())
	Expect(ends).To(And(HaveKeyWithValue("submitted", 11), HaveKeyWithValue("filled", 10), HaveKeyWithValue("canceled", 1)))
	return got
}
