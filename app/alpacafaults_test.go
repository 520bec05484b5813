package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// scenario is a way in which Alpaca fails every order, by the faults of hookfill's
// own server of its API.
type scenario struct {
	// faults are switched on before each first send of an order, or before each
	// cancel.
	faults map[string]int
	// cancels rests the orders and cancels them.
	cancels bool
	// patience is how long an answer is waited for.
	patience time.Duration
}

// failing switches a scenario's faults on as requests come.
type failing struct {
	http.Handler
	scenario

	mu   sync.Mutex
	seen map[string]bool
}

func (f *failing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fails := r.Method == http.MethodDelete
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		fails = f.isFirst(string(body))
	}
	if fails && (r.Method == http.MethodDelete) == f.cancels {
		for fault, times := range f.faults {
			f.ask(http.MethodPost, "/sim/faults", fmt.Sprintf(`{"fault":%q,"times":%d}`, fault, times))
		}
	}
	f.Handler.ServeHTTP(w, r)
}

func (f *failing) isFirst(body string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen[body]
	f.seen[body] = true
	return !seen
}

// ask is what somebody else asks about the account.
func (f *failing) ask(method, path, body string) []byte {
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body))
	r.Header.Set("Apca-Api-Key-Id", alpacaKey)
	r.Header.Set("Apca-Api-Secret-Key", alpacaSecret)
	w := httptest.NewRecorder()
	f.Handler.ServeHTTP(w, r)
	return w.Body.Bytes()
}

// placed counts the account's orders by their client order ids.
func (f *failing) placed() map[string]int {
	GinkgoHelper()
	const most = 500
	count, after := map[string]int{}, ""
	for {
		var page []struct {
			ID            string `json:"id"`
			ClientOrderID string `json:"client_order_id"`
		}
		path := fmt.Sprintf("/v2/orders?status=all&direction=asc&limit=%d%s", most, after)
		Expect(json.Unmarshal(f.ask(http.MethodGet, path, ""), &page)).To(Succeed())
		for _, o := range page {
			count[o.ClientOrderID]++
		}
		if len(page) < most {
			return count
		}
		after = "&after_order_id=" + page[most-1].ID
	}
}

// faultOrders is what `make faults` asks for, or fewer in every run.
func faultOrders() int {
	GinkgoHelper()
	text, isSet := os.LookupEnv("HOOKFILL_TEST_FAULT_ORDERS")
	if !isSet {
		return 30
	}
	n, err := strconv.Atoi(text)
	Expect(err).NotTo(HaveOccurred())
	return n
}

const faultSymbols = 10

var _ = Describe("An executor before an Alpaca that fails", func() {
	DescribeTable("makes every alert exactly one order, and holds what they bought:",
		func(ctx SpecContext, s scenario) {
			orders := faultOrders()
			t := newTrader(ctx)
			t.stay()
			venue := &failing{Handler: t.alpacaServer().Handler(), scenario: s, seen: map[string]bool{}}
			socket := httptest.NewServer(venue)
			DeferCleanup(socket.Close)
			t.moveToAlpaca(ctx, socket.URL, alpaca.Config{Timeout: s.patience})
			hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.EntrySeconds = nil })
			terms := ""
			if s.cancels {
				terms = `,"orderType":"limit","limitPrice":"9"`
			}
			symbols := min(faultSymbols, orders)
			name := func(n int) string { return "S" + string(rune('A'+n%symbols)) }
			want := map[string]int{}
			for n := range symbols {
				venue.ask(http.MethodPost, "/sim/quotes", fmt.Sprintf(`{"symbol":%q,"bid":"10","ask":"10","last":"10"}`, name(n)))
			}
			var ids []domain.SignalID
			for n := range orders {
				want[name(n)] += 1 + n/symbols
				ids = append(ids, t.send(ctx, hook, fmt.Sprintf(`{"ticker":%q,"action":"buy","quantity":"%d","price":"10"%s}`, name(n), 1+n/symbols, terms)))
			}
			t.untilDone(ctx, ids, orders)
			if s.cancels {
				var cancels []domain.SignalID
				for n := range symbols {
					cancels = append(cancels, t.send(ctx, hook, fmt.Sprintf(`{"ticker":%q,"action":"cancel"}`, name(n))))
				}
				t.untilDone(ctx, cancels, orders)
			}
			t.untilFilled(ctx, orders)

			placed := venue.placed()
			Expect(placed).To(HaveLen(orders))
			Expect(placed).To(HaveEach(1))
			var held []struct{ Symbol, Qty string }
			Expect(json.Unmarshal(venue.ask(http.MethodGet, "/v2/positions", ""), &held)).To(Succeed())
			Expect(held).To(HaveLen(symbols))
			for _, p := range held {
				Expect(p.Qty).To(Equal(strconv.Itoa(want[p.Symbol])), p.Symbol)
				Expect(t.booked(ctx, ports.PositionsByAccount, domain.Symbol(p.Symbol))).To(Equal(p.Qty), p.Symbol)
				Expect(t.booked(ctx, ports.PositionsByWebhook, domain.Symbol(p.Symbol))).To(Equal(p.Qty), p.Symbol)
			}
		},
		Entry("it takes an order and never answers", scenario{faults: map[string]int{"accept_then_timeout": 1}, patience: 60 * time.Millisecond}),
		Entry("it takes an order and closes the connection", scenario{faults: map[string]int{"accept_then_drop": 1}}),
		Entry("it takes an order and answers 500", scenario{faults: map[string]int{"accept_then_error": 1}}),
		Entry("it takes an order, closes the connection and does not find it for a while", scenario{faults: map[string]int{"accept_then_drop": 1, "late_visibility": 2}}),
		Entry("it is asked too often", scenario{faults: map[string]int{"throttle": 1}}),
		Entry("it fills what it was asked to cancel", scenario{faults: map[string]int{"fill_after_cancel": 1}, cancels: true}),
	)
})

// untilDone lets time pass until every signal is done, within what the account's
// budget of requests allows for so many orders.
func (t *trader) untilDone(ctx SpecContext, ids []domain.SignalID, orders int) {
	GinkgoHelper()
	left := ids
	for range 1000 + 10*orders {
		t.later(ctx, time.Second)
		for len(left) > 0 && t.signal(ctx, left[0]).State == domain.StateDone {
			left = left[1:]
		}
		if len(left) == 0 {
			return
		}
	}
	var why []string
	for _, o := range t.orders(ctx) {
		if o.Terms().SignalID == left[0] {
			why = append(why, fmt.Sprintf("%s %s %s after %d attempts", o.Terms().ClientOrderID, o.Submission(), o.Status(), o.Attempts()))
		}
	}
	Fail(fmt.Sprintf("%d of %d signals are not done; the first is %s: %s", len(left), len(ids), t.signal(ctx, left[0]).State, strings.Join(why, ", ")))
}

// untilFilled lets time pass until so many orders are filled.
func (t *trader) untilFilled(ctx SpecContext, orders int) {
	GinkgoHelper()
	var open []string
	for range 1000 + 10*orders {
		working, err := t.ledger.Working(ctx, nil, 0, orders)
		Expect(err).NotTo(HaveOccurred())
		if open = open[:0]; len(working) == 0 {
			return
		}
		for _, o := range working {
			open = append(open, o.Terms().ClientOrderID)
		}
		Expect(t.tracker.Refresh(ctx, open)).To(Succeed())
		t.later(ctx, time.Second)
	}
	Fail(fmt.Sprintf("%d of %d orders still work", len(open), orders))
}
