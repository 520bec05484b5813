package httpapi_test

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// addStory puts an alert's signal into the world whose ticket is done: one order,
// filled in two executions after a first attempt that went wrong.
func (w *world) addStory() domain.SignalID {
	GinkgoHelper()
	w.mu.Lock()
	defer w.mu.Unlock()
	at := func(ms int) time.Time { return noon().Add(time.Duration(ms) * time.Millisecond) }
	config := domain.WebhookConfigID{UUID: w.nextID()}
	ticket := domain.Ticket{
		ID: domain.TicketID{UUID: w.nextID()}, UserID: alice(), BrokerAccountID: domain.BrokerAccountID{UUID: w.nextID()}, Symbol: "AAPL",
		Multiplier: domain.MustQuantity("1"), LaneSeq: 7, State: domain.StateDone, CreatedAt: at(0), UpdatedAt: at(900),
		Decisions: []domain.Decision{{Rule: "staleness", Verdict: domain.VerdictPass}},
	}
	quantity, price, sent := domain.MustQuantity("10"), domain.MustPrice("187.5"), at(-1000)
	intent := domain.Intent{
		Action: domain.ActionBuy, Symbol: "AAPL", Quantity: &quantity, Sentiment: domain.SentimentLong,
		OrderType: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, ReferencePrice: &price, SenderTime: &sent,
	}
	signal := domain.RestoreSignal(domain.SignalSnapshot{
		ID: domain.SignalID{UUID: w.nextID()}, UserID: alice(), Source: domain.SourceAlert, WebhookConfigID: &config, WebhookConfigVersion: 3,
		Intent: intent, Payload: []byte(`{"ticker": "AAPL", "action": "buy"}`), State: domain.StateDone,
		Decisions: []domain.Decision{{Rule: "active", Verdict: domain.VerdictPass}}, Tickets: []domain.Ticket{ticket}, ReceivedAt: at(0), UpdatedAt: at(900),
	})
	w.signals[signal.ID()] = signal
	order, err := domain.NewOrder(domain.OrderTerms{
		ID: domain.OrderID{UUID: w.nextID()}, UserID: alice(), SignalID: signal.ID(), TicketID: ticket.ID, BrokerAccountID: ticket.BrokerAccountID,
		WebhookConfigID: &config, LaneSeq: 7, Step: 1, ClientOrderID: "hfaaaabbbbccccddddeeeeffffgggg", Symbol: "AAPL", Side: domain.SideBuy,
		Type: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, Class: domain.OrderClassSimple, Quantity: &quantity, CreatedAt: at(10),
	})
	Expect(err).NotTo(HaveOccurred())
	for _, e := range []domain.OrderEvent{
		{SourceID: "attempt:1", Kind: domain.EventAttempted, At: at(20), Attempt: 1},
		{SourceID: "lost:1", Kind: domain.EventNotWritten, At: at(30), Attempt: 1, Reason: "connection refused"},
		{SourceID: "attempt:2", Kind: domain.EventAttempted, At: at(40), Attempt: 2},
		{SourceID: "fill:e2", Kind: domain.EventFill, At: at(80), ExecutionID: "e2", Quantity: domain.MustQuantity("6"), Price: domain.MustPrice("187.6")},
		{SourceID: "ack:2", Kind: domain.EventAcknowledged, At: at(60), Attempt: 2, BrokerOrderID: "paper-1"},
		{SourceID: "fill:e1", Kind: domain.EventFill, At: at(70), ExecutionID: "e1", Quantity: domain.MustQuantity("4"), Price: domain.MustPrice("187.5")},
	} {
		_, err := order.Apply(e, at(800))
		Expect(err).NotTo(HaveOccurred())
	}
	w.orders[order.ID()] = order
	return signal.ID()
}

var _ = Describe("Signals", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })

	It("tell their whole story", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, "/v1/signals/"+h.world.addStory().String(), "")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(MatchJSON(golden("signal")))
	})

	It("gather their orders over as many pages as there are, by step", func(ctx SpecContext) {
		id := h.world.addStory()
		h.world.mu.Lock()
		var terms domain.OrderTerms
		for _, o := range h.world.orders {
			terms = o.Terms()
		}
		for step := 2; step <= 601; step++ {
			terms.ID, terms.Step = domain.OrderID{UUID: h.world.nextID()}, step
			o, err := domain.NewOrder(terms)
			Expect(err).NotTo(HaveOccurred())
			h.world.orders[terms.ID] = o
		}
		h.world.mu.Unlock()
		orders := h.alice(ctx, http.MethodGet, "/v1/signals/"+id.String(), "").at("tickets", 0, "orders").([]any)
		Expect(orders).To(HaveLen(601))
		for i, o := range orders {
			Expect(o).To(HaveKeyWithValue("step", BeEquivalentTo(i+1)))
		}
	})

	It("end their story with the reasons when they were refused", func(ctx SpecContext) {
		config := domain.WebhookConfigID{UUID: uuid.New()}
		refused, err := domain.NewSignal(domain.SignalSnapshot{
			ID: signalID("9"), UserID: alice(), Source: domain.SourceAlert, WebhookConfigID: &config, WebhookConfigVersion: 1,
			Intent: domain.Intent{Action: domain.ActionExit}, ReceivedAt: noon(),
		}, []domain.Reason{{Code: "paused", Message: "the webhook is paused"}})
		Expect(err).NotTo(HaveOccurred())
		h.world.signals[refused.ID()] = refused
		got := h.alice(ctx, http.MethodGet, "/v1/signals/"+refused.ID().String(), "")
		Expect(got.at("state")).To(Equal("refused"))
		Expect(got.at("symbol")).To(BeNil())
		Expect(got.at("tickets")).To(BeEmpty())
		Expect(got.at("reasons", 0, "code")).To(Equal("paused"))
		Expect(got.at("timeline")).To(HaveLen(2))
		Expect(got.at("timeline", 1)).To(Equal(map[string]any{"at": "2026-01-02T12:00:00.123456Z", "event": "refused", "detail": "the webhook is paused"}))
	})

	It("are listed without what is long", func(ctx SpecContext) {
		h.world.addStory()
		Expect(h.alice(ctx, http.MethodGet, "/v1/signals", "").body).To(MatchJSON(golden("signals")))
	})

	It("are listed by every filter", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, "/v1/signals?webhook_config_id=01942681-0000-7000-8000-000000000001&state=done&symbol=nasdaq:aapl"+
			"&source=alert&since=2026-01-02T03:04:05%2B01:00&until=2026-01-03T00:00:00.5Z&limit=7", "")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		config := domain.WebhookConfigID{UUID: uuid.MustParse("01942681-0000-7000-8000-000000000001")}
		since, until := time.Date(2026, 1, 2, 2, 4, 5, 0, time.UTC), time.Date(2026, 1, 3, 0, 0, 0, 500000000, time.UTC)
		Expect(h.world.queries).To(Equal([]any{ports.SignalQuery{
			WebhookConfigID: &config, State: domain.StateDone, Symbol: "AAPL", Source: domain.SourceAlert,
			Since: &since, Until: &until, Page: ports.PageRequest{Limit: 7},
		}}))
	})

	It("refuse a filter that means nothing", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, "/v1/signals?webhook_config_id=x&state=open&symbol=a%20b&source=sms&since=yesterday&until=&status=done", "")
		Expect(got.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(got.faults()).To(Equal([]string{
			"invalid_id webhook_config_id", "invalid_state state", "invalid_symbol symbol", "invalid_source source",
			"invalid_time since", "invalid_time until", "unknown_parameter status",
		}))
	})

	It("are made by hand", func(ctx SpecContext) {
		account := h.account(ctx)
		got := h.alice(ctx, http.MethodPost, "/v1/signals", `{"broker_account_id":"`+account+`","action":"buy","symbol":"aapl","quantity":0.10,
			"type":"stop_limit","time_in_force":"gtc","limit_price":"190","stop_price":"189.5","reference_price":188,
			"stop_loss":{"percent":"5","limit_price":170},"take_profit":{"price":"220"}}`)
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
		Expect(got.header.Get("Location")).To(Equal("/v1/signals/" + got.at("id").(string)))
		Expect(got.at("source")).To(Equal("operator"))
		Expect(got.at("webhook_config_id")).To(BeNil())
		Expect(got.at("webhook_config_version")).To(BeNil())
		Expect(got.at("payload")).To(BeNil())
		Expect(got.at("intent", "quantity")).To(Equal("0.1"))
		Expect(got.at("intent", "type")).To(Equal("stop_limit"))
		Expect(got.at("intent", "stop_price")).To(Equal("189.5"))
		Expect(got.at("intent", "stop_loss", "percent")).To(Equal("5"))
		Expect(got.at("intent", "stop_loss", "limit_price")).To(Equal("170"))
		Expect(got.at("intent", "take_profit", "price")).To(Equal("220"))
		Expect(got.at("intent", "take_profit", "percent")).To(BeNil())
		Expect(got.at("tickets", 0, "broker_account_id")).To(Equal(account))
		Expect(got.at("tickets", 0, "orders")).To(BeEmpty())
	})

	DescribeTable("by hand are refused by field",
		func(ctx SpecContext, fields string, faults ...string) {
			got := h.alice(ctx, http.MethodPost, "/v1/signals", `{"broker_account_id":"`+h.account(ctx)+`"`+fields+`}`)
			Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
			Expect(got.faults()).To(Equal(faults))
			Expect(h.world.signals).To(BeEmpty())
		},
		Entry("nothing said", ``, "required action"),
		Entry("an unknown action", `,"action":"hodl","symbol":"AAPL"`, "invalid_action action"),
		Entry("no symbol", `,"action":"buy"`, "symbol_required symbol"),
		Entry("a stop that trails", `,"action":"buy","symbol":"AAPL","stop_loss":{"percent":"1","trail":"2"}`, "unknown_field stop_loss.trail"),
		Entry("two levels at once", `,"action":"buy","symbol":"AAPL","take_profit":{"percent":"1","price":"2"}`, "one_level_required take_profit"),
		Entry("zero", `,"action":"buy","symbol":"AAPL","quantity":0`, "quantity_not_positive quantity"),
		Entry("a negative quantity", `,"action":"buy","symbol":"AAPL","quantity":"-1"`, "negative_quantity quantity"),
		Entry("1e400", `,"action":"buy","symbol":"AAPL","quantity":1e400`, "number_out_of_range quantity"),
		Entry("a 400-digit number", `,"action":"buy","symbol":"AAPL","quantity":1`+zeros(400), "not_a_number quantity"),
		Entry("NaN as text", `,"action":"buy","symbol":"AAPL","quantity":"NaN"`, "not_a_number quantity"),
		Entry("an unknown symbol form", `,"action":"buy","symbol":"A A","quantity":1`, "invalid_symbol symbol"),
		Entry("a limit without its price", `,"action":"buy","symbol":"AAPL","quantity":1,"type":"limit"`, "limit_price_mismatch limit_price"),
		Entry("an order type not built", `,"action":"buy","symbol":"AAPL","quantity":1,"type":"trailing_stop","time_in_force":"gtd"`,
			"invalid_order_type type", "invalid_time_in_force time_in_force"),
	)

	It("that ask are answered", func(ctx SpecContext) {
		id := h.world.addStory().String()
		got := h.alice(ctx, http.MethodPost, "/v1/signals/"+id+"/answer", `{"action":"execute"}`)
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.at("id")).To(Equal(id))
		Expect(h.alice(ctx, http.MethodPost, "/v1/signals/"+id+"/answer", `{"action":"discard"}`).status).To(Equal(http.StatusOK))
		Expect(h.world.answers).To(Equal([]ports.BacklogAction{ports.BacklogExecute, ports.BacklogDiscard}))
		Expect(h.alice(ctx, http.MethodPost, "/v1/signals/"+id+"/answer", `{}`).faults()).To(Equal([]string{"required action"}))
		Expect(h.alice(ctx, http.MethodPost, "/v1/signals/"+id+"/answer", `{"action":"adopt"}`).faults()).To(Equal([]string{"invalid_action action"}))
	})

	It("are replayed", func(ctx SpecContext) {
		id := h.world.addStory().String()
		got := h.alice(ctx, http.MethodPost, "/v1/signals/"+id+"/replay", "", "Idempotency-Key", "again")
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
		Expect(got.at("id")).NotTo(Equal(id))
		Expect(got.header.Get("Location")).To(Equal("/v1/signals/" + got.at("id").(string)))
		Expect(h.world.once[len(h.world.once)-1].Key).To(Equal("again"))
	})
})
