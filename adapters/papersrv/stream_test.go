package papersrv_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// heard collects what a stream tells.
type heard struct {
	mu      sync.Mutex
	updates []alpaca.TradeUpdate
}

func (h *heard) take(u alpaca.TradeUpdate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.updates = append(h.updates, u)
}

func (h *heard) all() []alpaca.TradeUpdate {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]alpaca.TradeUpdate{}, h.updates...)
}

func (h *heard) words() []string {
	var words []string
	for _, u := range h.all() {
		words = append(words, u.Event)
	}
	return words
}

var _ = Describe("The SDK's stream of trade updates", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})
	listen := func(ctx context.Context, r alpaca.StreamTradeUpdatesRequest) (*heard, chan error) {
		h, ended := &heard{}, make(chan error, 1)
		ctx, cancel := context.WithCancel(ctx)
		DeferCleanup(cancel)
		go func() { ended <- v.StreamTradeUpdates(ctx, h.take, r) }()
		return h, ended
	}

	It("tells what happens to orders, in order, each once", func(ctx SpecContext) {
		start := monday()
		h, _ := listen(ctx, alpaca.StreamTradeUpdatesRequest{Since: start})
		v.place(buy("10", "AAPL", named("first")))
		second := v.place(sell("4", "AAPL", limit("120")))
		Expect(v.CancelOrder(second.ID)).To(Succeed())
		v.place(sell("10", "AAPL"))
		Eventually(h.words).WithContext(ctx).Should(Equal([]string{"accepted", "fill", "new", "canceled", "accepted", "fill"}))
		u := h.all()
		Expect(u[1]).To(And(
			HaveField("Price", number("100.1")), HaveField("Qty", number("10")), HaveField("PositionQty", number("10")),
			HaveField("Order.ClientOrderID", "first"), HaveField("Order.Status", "filled"), HaveField("At", BeTemporally("==", start))))
		Expect(u[5].PositionQty).To(number("0"))
		Expect(u[3].Order.Status).To(Equal("canceled"))
		ids := map[string]bool{}
		for i, one := range u {
			ids[one.ExecutionID] = true
			Expect(one.EventID > u[max(i-1, 0)].EventID || i == 0).To(BeTrue())
		}
		Expect(ids).To(HaveLen(len(u)))
	})

	It("catches up from an event or a time, and ends where it is told to", func(ctx SpecContext) {
		v.place(buy("1", "AAPL"))
		v.clock.Advance(time.Minute)
		v.place(buy("2", "AAPL"))
		v.clock.Advance(time.Minute)

		all, ended := listen(ctx, alpaca.StreamTradeUpdatesRequest{Since: monday(), Until: v.clock.Now()})
		Eventually(ended).WithContext(ctx).Should(Receive(BeNil()))
		Expect(all.words()).To(Equal([]string{"accepted", "fill", "accepted", "fill"}))
		later, _ := listen(ctx, alpaca.StreamTradeUpdatesRequest{SinceID: all.all()[1].EventID})
		Eventually(later.words).WithContext(ctx).Should(Equal([]string{"fill", "accepted", "fill"}))
		byTime, _ := listen(ctx, alpaca.StreamTradeUpdatesRequest{Since: monday().Add(time.Nanosecond)})
		Eventually(byTime.words).WithContext(ctx).Should(Equal([]string{"accepted", "fill"}))
	})

	It("ends with the server", func(ctx SpecContext) {
		_, ended := listen(ctx, alpaca.StreamTradeUpdatesRequest{Since: monday()})
		v.place(buy("1", "AAPL"))
		v.server.Stop()
		Eventually(ended).WithContext(ctx).Should(Receive())
	})

	It("is for who is let in, and for ids that are some", func(ctx SpecContext) {
		nobody := alpaca.NewClient(alpaca.ClientOpts{APIKey: "k", APISecret: "", BaseURL: v.url})
		Expect(nobody.StreamTradeUpdates(ctx, func(alpaca.TradeUpdate) {}, alpaca.StreamTradeUpdatesRequest{})).To(MatchError(ContainSubstring("401")))
		Expect(v.StreamTradeUpdates(ctx, func(alpaca.TradeUpdate) {}, alpaca.StreamTradeUpdatesRequest{SinceID: "x"})).To(MatchError(ContainSubstring("422")))
	})
})

// line is a client on the WebSocket.
type line struct{ conn *websocket.Conn }

func (v *venue) dial(ctx context.Context) *line {
	GinkgoHelper()
	conn, _, err := websocket.Dial(ctx, strings.Replace(v.url, "http", "ws", 1)+"/stream", nil) //nolint:bodyclose // the connection has it
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = conn.CloseNow() })
	return &line{conn}
}

func (l *line) say(ctx context.Context, text string) {
	GinkgoHelper()
	Expect(l.conn.Write(ctx, websocket.MessageText, []byte(text))).To(Succeed())
}

func (l *line) hear(ctx context.Context) string {
	GinkgoHelper()
	kind, text, err := l.conn.Read(ctx)
	Expect(err).NotTo(HaveOccurred())
	Expect(kind).To(Equal(websocket.MessageBinary), "as the paper environment does")
	return string(text)
}

// next hears an update.
func (l *line) next(ctx context.Context) alpaca.TradeUpdate {
	GinkgoHelper()
	var message struct {
		Stream string             `json:"stream"`
		Data   alpaca.TradeUpdate `json:"data"`
	}
	Expect(json.Unmarshal([]byte(l.hear(ctx)), &message)).To(Succeed())
	Expect(message.Stream).To(Equal("trade_updates"))
	return message.Data
}

const (
	authenticate = `{"action":"authenticate","data":{"key_id":"key","secret_key":"secret"}}`
	authorized   = `{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}`
	subscribe    = `{"action":"listen","data":{"streams":["trade_updates"]}}`
	subscribed   = `{"stream":"listening","data":{"streams":["trade_updates"]}}`
)

var _ = Describe("The WebSocket", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})

	It("tells who authenticated and listens what happens from then on", func(ctx SpecContext) {
		v.place(buy("1", "AAPL"))
		l := v.dial(ctx)
		l.say(ctx, authenticate)
		Expect(l.hear(ctx)).To(MatchJSON(authorized))
		l.say(ctx, subscribe)
		Expect(l.hear(ctx)).To(MatchJSON(subscribed))
		o := v.place(buy("10", "AAPL", limit("101")))
		Expect(l.next(ctx)).To(And(HaveField("Event", "new"), HaveField("Order.ID", o.ID), HaveField("Price", BeNil())))
		Expect(l.next(ctx)).To(And(HaveField("Event", "fill"), HaveField("Qty", number("10")), HaveField("PositionQty", number("11"))))
	})

	It("tells once, however often it is asked to, and nothing after it was asked not to", func(ctx SpecContext) {
		l := v.dial(ctx)
		l.say(ctx, authenticate)
		l.hear(ctx)
		for range 2 {
			l.say(ctx, subscribe)
			Expect(l.hear(ctx)).To(MatchJSON(subscribed))
		}
		v.place(buy("1", "AAPL", limit("90")))
		Expect(l.next(ctx).Event).To(Equal("new"))
		l.say(ctx, `{"action":"listen","data":{"streams":[]}}`)
		Expect(l.hear(ctx)).To(MatchJSON(`{"stream":"listening","data":{"streams":[]}}`))
		v.place(buy("1", "AAPL", limit("91")))
		l.say(ctx, subscribe)
		Expect(l.hear(ctx)).To(MatchJSON(subscribed))
	})

	It("tells nothing of other accounts", func(ctx SpecContext) {
		l := v.dial(ctx)
		l.say(ctx, `{"action":"authenticate","data":{"key_id":"another","secret_key":"pair"}}`)
		l.hear(ctx)
		l.say(ctx, subscribe)
		l.hear(ctx)
		v.place(buy("1", "AAPL"))
		_, err := v.as("another", "pair").PlaceOrder(buy("2", "MSFT", limit("9")))
		Expect(err).NotTo(HaveOccurred())
		Expect(l.next(ctx).Order.Symbol).To(Equal("MSFT"))
	})

	DescribeTable("lets go of who does not authenticate first:",
		func(ctx SpecContext, says, told string) {
			l := v.dial(ctx)
			l.say(ctx, says)
			Expect(l.hear(ctx)).To(MatchJSON(told))
			_, _, err := l.conn.Read(ctx)
			Expect(websocket.CloseStatus(err)).To(Equal(websocket.StatusPolicyViolation))
		},
		Entry("without keys", `{"action":"authenticate","data":{}}`, `{"stream":"authorization","data":{"status":"unauthorized","action":"authenticate"}}`),
		Entry("listening at once", subscribe, `{"stream":"authorization","data":{"status":"unauthorized","action":"listen"}}`),
	)

	It("hangs up on what is no JSON, and goes on after an action it does not know", func(ctx SpecContext) {
		l := v.dial(ctx)
		l.say(ctx, `{"action":"dance"}`)
		Expect(l.hear(ctx)).To(ContainSubstring("unknown action"))
		l.say(ctx, `{`)
		_, _, err := l.conn.Read(ctx)
		Expect(websocket.CloseStatus(err)).To(Equal(websocket.StatusUnsupportedData))
	})

	It("ends with the server", func(ctx SpecContext) {
		l := v.dial(ctx)
		l.say(ctx, authenticate)
		l.hear(ctx)
		v.server.Stop()
		_, _, err := l.conn.Read(ctx)
		Expect(websocket.CloseStatus(err)).To(Equal(websocket.StatusGoingAway))
	})
})

var _ = Describe("What is kept", func() {
	It("is there after a restart: orders, positions, fills and what was told", func(ctx SpecContext) {
		v := open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		bought, resting := v.place(buy("10", "AAPL")), v.place(sell("4", "AAPL", limit("120")))
		before := v.send(ctx, "GET", "/v2/orders?status=all", "")
		again := openOver(v.journal, v.clock)
		Expect(again.send(ctx, "GET", "/v2/orders?status=all", "").text).To(MatchJSON(before.text))
		Expect(again.now(bought).Status).To(Equal("filled"))
		Expect(again.GetPosition("AAPL")).To(HaveField("QtyAvailable", number("6")))
		again.quote(ctx, "AAPL", "121", "121.10", "121")
		Expect(again.now(resting).FilledAvgPrice).To(number("121"))
	})
})
