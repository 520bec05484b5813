package httpapi_test

import (
	"net/http"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Orders", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })

	It("show their attempts and fills", func(ctx SpecContext) {
		h.world.addStory()
		list := h.alice(ctx, http.MethodGet, "/v1/orders", "")
		Expect(list.at("items")).To(HaveLen(1))
		got := h.alice(ctx, http.MethodGet, "/v1/orders/"+list.at("items", 0, "id").(string), "")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(MatchJSON(golden("order")))
		Expect(list.at("items", 0)).To(Equal(got.at()))
	})

	It("show what they are worth and why they were refused", func(ctx SpecContext) {
		h.world.addOrder(alice())
		worth := domain.MustMoney("250.00")
		for _, o := range h.world.orders {
			terms := o.Terms()
			terms.Quantity, terms.Notional = nil, &worth
			refused, err := domain.NewOrder(terms)
			Expect(err).NotTo(HaveOccurred())
			for _, e := range []domain.OrderEvent{
				{SourceID: "a1", Kind: domain.EventAttempted, At: noon(), Attempt: 1},
				{SourceID: "r1", Kind: domain.EventRefused, At: noon(), Attempt: 1, Reason: "insufficient buying power"},
			} {
				_, err := refused.Apply(e, noon())
				Expect(err).NotTo(HaveOccurred())
			}
			h.world.orders[o.ID()] = refused
		}
		got := h.alice(ctx, http.MethodGet, "/v1/orders", "")
		Expect(got.at("items", 0)).To(And(
			HaveKeyWithValue("quantity", BeNil()), HaveKeyWithValue("notional", "250"), HaveKeyWithValue("submission", "refused"),
			HaveKeyWithValue("reject_reason", "insufficient buying power"), HaveKeyWithValue("filled_quantity", "0"),
			HaveKeyWithValue("average_fill_price", BeNil()), HaveKeyWithValue("fills", BeEmpty()),
		))
		Expect(got.at("items", 0, "attempts", 0, "reason")).To(Equal("insufficient buying power"))
	})

	It("are listed by every filter", func(ctx SpecContext) {
		id := "01942681-0000-7000-8000-000000000001"
		got := h.alice(ctx, http.MethodGet, "/v1/orders?signal_id="+id+"&broker_account_id="+id+"&symbol=BTC/USD&status=filled&submission=acknowledged", "")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		signal, account := domain.SignalID{UUID: uuid.MustParse(id)}, domain.BrokerAccountID{UUID: uuid.MustParse(id)}
		Expect(h.world.queries).To(Equal([]any{ports.OrderQuery{
			SignalID: &signal, BrokerAccountID: &account, Symbol: "BTC/USD", Status: domain.StatusFilled,
			Submission: domain.SubmissionAcknowledged, Page: ports.PageRequest{Limit: 50},
		}}))
	})

	It("refuse a filter that means nothing", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, "/v1/orders?signal_id=1&broker_account_id=2&status=done&submission=sent&side=buy", "")
		Expect(got.faults()).To(Equal([]string{
			"invalid_id signal_id", "invalid_id broker_account_id", "invalid_status status", "invalid_submission submission", "unknown_parameter side",
		}))
	})

	It("are canceled while they work", func(ctx SpecContext) {
		path := "/v1/orders/" + h.world.addOrder(alice()).String() + "/cancel"
		got := h.alice(ctx, http.MethodPost, path, "")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.at("status")).To(Equal("canceled"))
		got = h.alice(ctx, http.MethodPost, path, "")
		Expect(got.status).To(Equal(http.StatusConflict))
		Expect(got.at("code")).To(Equal("order_not_open"))
	})
})

var _ = Describe("Positions", func() {
	var h *harness
	BeforeEach(func() {
		h = newHarness()
		account := domain.BrokerAccountID{UUID: uuid.MustParse("01942681-cccc-7000-8000-000000000001")}
		config := domain.WebhookConfigID{UUID: uuid.MustParse("01942681-dddd-7000-8000-000000000001")}
		price := domain.MustPrice("187.5")
		long := domain.Position{Quantity: domain.MustNet("10"), AveragePrice: &price, RealizedProfit: domain.MustMoney("-3.20")}
		h.world.held[alice()] = map[ports.PositionScope][]ports.HeldPosition{
			ports.PositionsByAccount: {
				{BrokerAccountID: account, Symbol: "AAPL", Position: long, UpdatedAt: noon()},
				{BrokerAccountID: account, Symbol: "MSFT", UpdatedAt: noon()},
			},
			ports.PositionsByWebhook: {
				{BrokerAccountID: account, Symbol: "AAPL", UpdatedAt: noon()},
				{BrokerAccountID: account, WebhookConfigID: &config, Symbol: "AAPL", Position: long, UpdatedAt: noon()},
			},
		}
	})

	It("are kept by account and by webhook", func(ctx SpecContext) {
		Expect(h.alice(ctx, http.MethodGet, "/v1/positions", "").body).To(MatchJSON(golden("positions-account")))
		Expect(h.alice(ctx, http.MethodGet, "/v1/positions?by=account", "").body).To(MatchJSON(golden("positions-account")))
		Expect(h.alice(ctx, http.MethodGet, "/v1/positions?by=webhook", "").body).To(MatchJSON(golden("positions-webhook")))
	})

	It("come in pages", func(ctx SpecContext) {
		first := h.alice(ctx, http.MethodGet, "/v1/positions?by=webhook&limit=1", "")
		Expect(first.at("items", 0, "webhook_config_id")).To(BeNil())
		second := h.alice(ctx, http.MethodGet, "/v1/positions?by=webhook&limit=1&cursor="+first.at("next_cursor").(string), "")
		Expect(second.at("items", 0, "webhook_config_id")).NotTo(BeNil())
		Expect(second.at("next_cursor")).To(BeNil())
	})

	It("know no other scope", func(ctx SpecContext) {
		Expect(h.alice(ctx, http.MethodGet, "/v1/positions?by=user", "").faults()).To(Equal([]string{"invalid_scope by"}))
	})
})
