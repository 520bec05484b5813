package alpaca_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

var _ = portstest.DescribeTradeUpdates("alpaca.Broker", portstest.BrokerHarness{New: func(context.Context) portstest.Trading {
	x := newSocket()
	return portstest.Trading{
		Broker: newBroker(alpaca.Config{AllowAddresses: loopback(), Timeout: 5 * time.Second}),
		Open:   func(context.Context) (*domain.BrokerAccount, error) { return accountAt(x.URL), nil },
		Symbol: "AAPL", Price: domain.MustPrice("100"), Market: x,
		CutOff: func(context.Context) error { x.Close(); return nil },
	}
}})

// teller is the other side of a stream, which says what it is told to, in binary
// frames as the paper environment does, or in text.
type teller struct {
	*httptest.Server
	frames  websocket.MessageType
	connect atomic.Int64

	mu   sync.Mutex
	said []string
	// refuses and mute are how it takes credentials.
	refuses, mute bool
	lines         chan string
}

func newTeller(frames websocket.MessageType) *teller {
	t := &teller{frames: frames, lines: make(chan string)}
	t.Server = httptest.NewServer(t)
	DeferCleanup(t.Close)
	return t
}

func (t *teller) heard() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.said...)
}

func (t *teller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/stream" {
		_, _ = w.Write([]byte(orderIn()))
		return
	}
	t.connect.Add(1)
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	ctx := r.Context()
	say := func(text string) { _ = conn.Write(ctx, t.frames, []byte(text)) }
	for range 2 {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		t.mu.Lock()
		t.said = append(t.said, string(text))
		t.mu.Unlock()
		switch {
		case t.mute:
			<-ctx.Done()
			return
		case t.refuses:
			say(`{"stream":"authorization","data":{"status":"unauthorized","action":"authenticate"}}`)
		case strings.Contains(string(text), "authenticate"):
			say(`{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}`)
		default:
			say(`{"stream":"listening","data":{"streams":["trade_updates"]}}`)
		}
	}
	reading := conn.CloseRead(ctx)
	for {
		select {
		case line := <-t.lines:
			if line == "" {
				return
			}
			say(line)
		case <-reading.Done():
			return
		}
	}
}

func updateOf(execution, order string) string {
	return fmt.Sprintf(`{"stream":"trade_updates","data":{"event":"fill","execution_id":%q,"price":"1","qty":"1","order":{"id":"x","client_order_id":%q}}}`, execution, order)
}

// following gives what a broker calls back with: "!" for what was missed.
func following(ctx context.Context, broker *alpaca.Broker, account *domain.BrokerAccount) (calls chan string, ended chan error) {
	calls, ended = make(chan string, 100), make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	DeferCleanup(cancel)
	go func() {
		ended <- broker.Follow(ctx, account, func() { calls <- "!" }, func(id string) { calls <- id })
	}()
	return calls, ended
}

var _ = Describe("Alpaca's stream of trade updates", func() {
	DescribeTable("tells of an order once for each thing that happened, told twice and out of order",
		func(ctx SpecContext, frames websocket.MessageType) {
			t := newTeller(frames)
			calls, ended := following(ctx, newBroker(alpaca.Config{AllowAddresses: loopback()}), accountAt(t.URL))
			Eventually(calls).WithContext(ctx).Should(Receive(Equal("!")))
			for _, line := range []string{
				updateOf("2", "b"), updateOf("1", "a"), updateOf("2", "b"), updateOf("1", "a"), updateOf("", "c"), updateOf("", "c"),
				`{"stream":"something_else","data":{}}`, updateOf("3", "a"),
			} {
				t.lines <- line
			}
			for _, id := range []string{"b", "a", "c", "c", "a"} {
				Eventually(calls).WithContext(ctx).Should(Receive(Equal(id)))
			}
			t.lines <- ""
			Eventually(ended).WithContext(ctx).Should(Receive(MatchError(domain.KindUnavailable)))
			Expect(calls).To(BeEmpty())
		},
		Entry("in binary frames", websocket.MessageBinary),
		Entry("in text frames", websocket.MessageText),
	)

	It("takes what it cannot read for something that was missed, and goes on", func(ctx SpecContext) {
		t := newTeller(websocket.MessageBinary)
		calls, _ := following(ctx, newBroker(alpaca.Config{AllowAddresses: loopback()}), accountAt(t.URL))
		for _, line := range []string{"\x85msgpack", `{"stream":"trade_updates","data":[]}`, `{"stream":"trade_updates","data":{"order":{}}}`, updateOf("1", "a")} {
			t.lines <- line
		}
		for _, call := range []string{"!", "!", "!", "!", "a"} {
			Eventually(calls).WithContext(ctx).Should(Receive(Equal(call)))
		}
	})

	It("that does not accept the credentials is left alone for a while, and orders go on", func(ctx SpecContext) {
		t := newTeller(websocket.MessageBinary)
		t.refuses = true
		broker, account := newBroker(alpaca.Config{AllowAddresses: loopback()}), accountAt(t.URL)
		for range 3 {
			calls, ended := following(ctx, broker, account)
			Eventually(ended).WithContext(ctx).Should(Receive(And(
				MatchError(domain.KindUnavailable), HaveField("Code", ports.CodeCredentialsRefused), HaveField("RetryAfter", BeNumerically(">", 50*time.Second)))))
			Expect(calls).To(BeEmpty())
		}
		Expect(t.connect.Load()).To(BeEquivalentTo(1))
		Expect(broker.Submit(ctx, account, one())).Error().NotTo(HaveOccurred())
	})

	It("is broken when no ping is answered", func(ctx SpecContext) {
		t := newTeller(websocket.MessageBinary)
		t.mute = true
		_, ended := following(ctx, newBroker(alpaca.Config{AllowAddresses: loopback(), Silence: 30 * time.Millisecond}), accountAt(t.URL))
		Eventually(ended).WithContext(ctx).Should(Receive(MatchError(domain.KindUnavailable)))
	})

	It("is broken when it does not begin in time", func(ctx SpecContext) {
		t := newTeller(websocket.MessageBinary)
		t.mute = true
		_, ended := following(ctx, newBroker(alpaca.Config{AllowAddresses: loopback(), Timeout: 100 * time.Millisecond}), accountAt(t.URL))
		Eventually(ended).WithContext(ctx).Should(Receive(MatchError(domain.KindUnavailable)))
	})

	It("is opened with a token as well", func(ctx SpecContext) {
		t := newTeller(websocket.MessageBinary)
		broker := alpaca.New(token("bearer-token"), clockNow(), alpaca.Config{AllowAddresses: loopback()})
		DeferCleanup(broker.Close)
		calls, _ := following(ctx, broker, accountAt(t.URL))
		Eventually(calls).WithContext(ctx).Should(Receive(Equal("!")))
		Expect(t.heard()).To(HaveExactElements(
			MatchJSON(`{"action":"authenticate","data":{"oauth_token":"bearer-token"}}`),
			MatchJSON(`{"action":"listen","data":{"streams":["trade_updates"]}}`)))
	})

	It("does not lead to an address that is not public, nor with the keys to another one", func(ctx SpecContext) {
		Expect(newBroker(alpaca.Config{}).Follow(ctx, accountAt("https://127.0.0.1"), func() {}, func(string) {})).
			To(And(MatchError(domain.KindUnavailable), MatchError(ContainSubstring("not public"))))
		elsewhere, s := newTeller(websocket.MessageBinary), newScript()
		s.on("GET /stream", http.StatusTemporaryRedirect, "", "Location", elsewhere.URL+"/stream")
		err := newBroker(alpaca.Config{AllowAddresses: loopback()}).Follow(ctx, accountAt(s.URL), func() {}, func(string) {})
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(err.Error()).NotTo(ContainSubstring("s3cret"))
		Expect(elsewhere.connect.Load()).To(BeZero())
	})
})
