package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Webhook configs", func() {
	var (
		h       *harness
		account string
	)
	BeforeEach(func(ctx SpecContext) {
		h = newHarness()
		account = h.account(ctx)
	})
	create := func(ctx context.Context, fields string) reply {
		GinkgoHelper()
		return h.alice(ctx, http.MethodPost, "/v1/webhook-configs", `{"name":"momentum","routes":[{"broker_account_id":"`+account+`"}]`+fields+`}`)
	}

	It("need only a name and routes; the answer shows every default and, once, the URL", func(ctx SpecContext) {
		got := create(ctx, "")
		Expect(got.status).To(Equal(http.StatusCreated))
		Expect(got.body).To(MatchJSON(golden("webhookconfig")))
		Expect(got.at("url")).To(Equal("https://hooks.example.com/hooks/" + tokenFor(1)))

		path := got.header.Get("Location")
		Expect(path).To(Equal("/v1/webhook-configs/" + got.at("id").(string)))
		for _, later := range []reply{
			h.alice(ctx, http.MethodGet, path, ""), h.alice(ctx, http.MethodGet, "/v1/webhook-configs", ""),
			h.alice(ctx, http.MethodGet, path+"/versions", ""), h.alice(ctx, http.MethodPatch, path, `{"name":"n"}`),
		} {
			Expect(later.status).To(Equal(http.StatusOK))
			Expect(later.body).NotTo(Or(ContainSubstring("url"), ContainSubstring(tokenFor(1))))
		}
	})

	It("take every field of the contract", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/webhook-configs", strings.ReplaceAll(string(golden("webhookconfig-full-request")), "ACCOUNT", account))
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
		Expect(got.body).To(MatchJSON(golden("webhookconfig-full")))
	})

	It("take null for a default, and nothing for what is not built yet", func(ctx SpecContext) {
		got := create(ctx, `,"format":null,"symbols":null,"symbol_map":null,"sizing":null,"quantity_means":null,"position_scope":null,
			"sides":null,"risk":{"max_open_orders":null,"max_orders_per_minute":null,"max_daily_loss":null},
			"staleness":{"exit_seconds":null,"max_price_drift_percent":null,"clock":"received","backlog":"expire"},
			"dedupe":{"key_fields":null,"window_seconds":null},"chain":{"on_break":null,"hold_seconds":null},"protection":{"on_refused_leg":null},
			"senders":{"allow_cidrs":[],"preset":null,"signing":false,"passphrase":null},
			"session":{"windows":null,"time_zone":null,"market":null,"outside":null,"exits":null}`)
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
		Expect(got.body).To(MatchJSON(golden("webhookconfig")))
	})

	It("expire entries never where entry_seconds is null", func(ctx SpecContext) {
		Expect(create(ctx, `,"staleness":{"entry_seconds":null}`).at("staleness", "entry_seconds")).To(BeNil())
		Expect(create(ctx, `,"staleness":{"exit_seconds":5}`).at("staleness", "exit_seconds")).To(BeEquivalentTo(5))
		Expect(create(ctx, `,"staleness":{}`).at("staleness", "entry_seconds")).To(BeEquivalentTo(60))
	})

	It("take every rule for the backlog", func(ctx SpecContext) {
		for _, rule := range []string{"expire", "collapse", "ask"} {
			Expect(create(ctx, `,"staleness":{"backlog":"`+rule+`"}`).at("staleness", "backlog")).To(Equal(rule))
		}
	})

	It("refuse by name what is not built yet", func(ctx SpecContext) {
		got := create(ctx, `,"sizing":{"type":"kelly","value":"5"}`)
		Expect(got.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(got.at("code")).To(Equal("not_built_yet"))
		Expect(got.faults()).To(Equal([]string{
			"not_built_yet sizing.type",
		}))
		Expect(h.alice(ctx, http.MethodGet, "/v1/webhook-configs", "").at("items")).To(BeEmpty())
	})

	DescribeTable("refuse faulty fields by name",
		func(ctx SpecContext, fields string, faults ...string) {
			got := create(ctx, fields)
			Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
			Expect(got.faults()).To(Equal(faults))
		},
		Entry("unknown ones at every level",
			`,"staus":"active","risk":{"max":1},"staleness":{"x":1},"dedupe":{"x":1},"chain":{"x":1},"protection":{"x":1},"senders":{"x":1},"sizing":{"type":"alert","x":1}`,
			"unknown_field sizing.x", "unknown_field risk.max", "unknown_field staleness.x", "unknown_field dedupe.x", "unknown_field chain.x", "unknown_field protection.x", "unknown_field senders.x", "unknown_field staus"),
		Entry("wrong types", `,"symbols":"AAPL","symbol_map":[],"sizing":1,"format":{},"risk":[],"staleness":"x","dedupe":false,"senders":0`,
			"wrong_type format", "wrong_type symbols", "wrong_type symbol_map", "wrong_type sizing", "wrong_type risk",
			"wrong_type staleness", "wrong_type dedupe", "wrong_type senders"),
		Entry("wrong types within", `,"symbols":["AAPL",1],"symbol_map":{"A":1,"B":null},"staleness":{"entry_seconds":1.5},"dedupe":{"key_fields":[null],"window_seconds":"60"}`,
			"wrong_type symbols.1", "wrong_type symbol_map.A", "required symbol_map.B", "wrong_type staleness.entry_seconds",
			"wrong_type dedupe.key_fields.0", "wrong_type dedupe.window_seconds"),
		Entry("what the domain refuses", `,"symbols":["aapl"],"sizing":{"type":"fixed_quantity","value":0},"quantity_means":"all","dedupe":{"window_seconds":0}`,
			"invalid_symbol symbols.0", "sizing_value sizing.value", "invalid_quantity_means quantity_means", "invalid_window dedupe.window_seconds"),
		Entry("a chain", `,"chain":{"on_break":"wait","hold_seconds":61}`,
			"invalid_chain_break chain.on_break", "invalid_hold chain.hold_seconds"),
		Entry("a mapping without its expression", `,"format":"custom","mapping":{"action":"body.a","symbol":null}`, "required mapping.symbol"),
		Entry("a mapping for another format", `,"mapping":{"action":"body.a"}`, "mapping_not_possible mapping"),
		Entry("senders", `,"senders":{"allow_cidrs":["10.0.0.0/33","office"],"preset":"mallory"}`,
			"invalid_cidr senders.allow_cidrs.0", "invalid_cidr senders.allow_cidrs.1"),
		Entry("a session", `,"session":{"x":1,"time_zone":"Mars/Olympus","windows":[{"from":"9:30","days":["monday"],"y":1},5],"outside":"x","exits":"x"}`,
			"invalid_time_of_day session.windows.0.from", "required session.windows.0.until", "invalid_weekday session.windows.0.days.0",
			"unknown_field session.windows.0.y", "wrong_type session.windows.1", "unknown_time_zone session.time_zone",
			"invalid_outside session.outside", "invalid_exits session.exits", "unknown_field session.x"),
		Entry("a market nobody knows", `,"session":{"market":"lse"}`, "invalid_market session.market"),
		Entry("words of senders", `,"senders":{"signing":"yes","passphrase":1}`, "wrong_type senders.signing", "wrong_type senders.passphrase"),
		Entry("a passphrase that is none", `,"senders":{"passphrase":"short"}`, "invalid_passphrase senders.passphrase"),
		Entry("a sender nobody knows", `,"senders":{"preset":"mallory"}`, "invalid_preset senders.preset"),
		Entry("a protection", `,"protection":{"on_refused_leg":"hope"}`, "invalid_leg_refusal protection.on_refused_leg"),
		Entry("a sizing without a type", `,"sizing":{"value":"1"}`, "required sizing.type"),
		Entry("rails that stop everything", `,"sides":["long","buy","buy"],"risk":{"max_open_orders":0,"max_orders_per_minute":-1,"max_daily_loss":"0"},"staleness":{"exit_seconds":0,"max_price_drift_percent":0}`,
			"invalid_side sides.0", "invalid_side sides.2", "limit_not_positive risk.max_open_orders", "limit_not_positive risk.max_orders_per_minute",
			"limit_not_positive risk.max_daily_loss", "invalid_staleness staleness.exit_seconds", "limit_not_positive staleness.max_price_drift_percent"),
		Entry("words and numbers of staleness", `,"staleness":{"exit_seconds":"5","clock":"bar","backlog":"all","max_price_drift_percent":-1}`,
			"wrong_type staleness.exit_seconds", "negative_quantity staleness.max_price_drift_percent", "invalid_clock staleness.clock", "invalid_backlog staleness.backlog"),
		Entry("negative limits", `,"risk":{"max_order_quantity":-1,"max_order_notional":"x"}`,
			"negative_quantity risk.max_order_quantity", "not_a_number risk.max_order_notional"),
	)

	DescribeTable("refuse faulty routes by place",
		func(ctx SpecContext, routes string, faults ...string) {
			got := h.alice(ctx, http.MethodPost, "/v1/webhook-configs", `{"name":"m","routes":`+routes+`}`)
			Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
			Expect(got.faults()).To(Equal(faults))
		},
		Entry("null", `null`, "required routes"),
		Entry("none", `[]`, "routes_required routes"),
		Entry("no list", `{}`, "wrong_type routes"),
		Entry("no objects", `["x",{}]`, "wrong_type routes.0", "required routes.1.broker_account_id"),
		Entry("no id", `[{"broker_account_id":"x","multiplier":0.5,"share":1}]`, "invalid_id routes.0.broker_account_id", "unknown_field routes.0.share"),
		Entry("a multiplier of zero", `[{"broker_account_id":"01942681-0000-7000-8000-000000000001","multiplier":"0"}]`, "multiplier_not_positive routes.0.multiplier"),
	)

	It("shows the mapping of a custom format as it was given", func(ctx SpecContext) {
		got := create(ctx, `,"format":"custom","mapping":{"action":"body.a","symbol":"upper(body.s)"}`)
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
		Expect(got.at("mapping")).To(Equal(map[string]any{"action": "body.a", "symbol": "upper(body.s)"}))
	})

	Describe("changed by a merge patch", func() {
		var path string
		BeforeEach(func(ctx SpecContext) {
			got := create(ctx, `,"symbols":["AAPL"],"risk":{"max_order_quantity":"5","max_position_quantity":"9"},"dedupe":{"key_fields":["id"],"window_seconds":90},"staleness":{"entry_seconds":7}`)
			Expect(got.status).To(Equal(http.StatusCreated), got.body)
			path = got.header.Get("Location")
		})

		It("keep what is not named and make a version of what is", func(ctx SpecContext) {
			before := h.alice(ctx, http.MethodGet, path, "")
			got := h.alice(ctx, http.MethodPatch, path, `{"sizing":{"type":"notional","value":"500"}}`)
			Expect(got.status).To(Equal(http.StatusOK), got.body)
			Expect(got.at("version")).To(BeEquivalentTo(2))
			Expect(got.at("sizing")).To(Equal(map[string]any{"type": "notional", "value": "500"}))
			for _, kept := range []string{"id", "name", "status", "routes", "symbols", "risk", "dedupe", "staleness", "senders"} {
				Expect(got.at(kept)).To(Equal(before.at(kept)), kept)
			}
		})

		It("replace a field that is named as a whole, by its default where it is null", func(ctx SpecContext) {
			got := h.alice(ctx, http.MethodPatch, path, `{"risk":{"max_order_quantity":"6"},"dedupe":{"key_fields":["a","b"]},"staleness":null,"symbols":null}`)
			Expect(got.status).To(Equal(http.StatusOK), got.body)
			Expect(got.at("risk", "max_order_quantity")).To(Equal("6"))
			Expect(got.at("risk", "max_position_quantity")).To(BeNil())
			Expect(got.at("dedupe")).To(Equal(map[string]any{"key_fields": []any{"a", "b"}, "window_seconds": 60.0}))
			Expect(got.at("staleness", "entry_seconds")).To(BeEquivalentTo(60))
			Expect(got.at("symbols")).To(BeEmpty())
		})

		It("are renamed, paused and resumed without a new version", func(ctx SpecContext) {
			got := h.alice(ctx, http.MethodPatch, path, `{"name":"calm","status":"paused"}`)
			Expect([]any{got.at("name"), got.at("status"), got.at("version")}).To(Equal([]any{"calm", "paused", 1.0}))
			got = h.alice(ctx, http.MethodPatch, path, `{"status":"active"}`)
			Expect([]any{got.at("name"), got.at("status"), got.at("version")}).To(Equal([]any{"calm", "active", 1.0}))
		})

		It("ask other things of senders as a whole", func(ctx SpecContext) {
			got := h.alice(ctx, http.MethodPatch, path, `{"senders":{"allow_cidrs":["203.0.113.9","2001:db8::1/32"],"preset":"tradingview"}}`)
			Expect(got.status).To(Equal(http.StatusOK), got.body)
			Expect(got.at("senders", "allow_cidrs")).To(HaveExactElements("203.0.113.9/32", "2001:db8::/32"))
			Expect(got.at("senders", "preset")).To(Equal("tradingview"))
			got = h.alice(ctx, http.MethodPatch, path, `{"senders":{"allow_cidrs":[]}}`)
			Expect(got.at("senders", "preset")).To(BeNil())
			Expect(got.at("senders", "allow_cidrs")).To(BeEmpty())
		})

		It("show a signing secret once, and a passphrase never", func(ctx SpecContext) {
			got := h.alice(ctx, http.MethodPatch, path, `{"senders":{"signing":true,"passphrase":"correct horse battery"}}`)
			Expect(got.at("signing_secret")).To(Equal(signingSecret))
			Expect(got.at("senders", "passphrase")).To(BeTrue())
			Expect(h.world.passphrases).To(ContainElement("correct horse battery"))
			got = h.alice(ctx, http.MethodPatch, path, `{"senders":{"signing":true,"passphrase":true}}`)
			Expect(got.at("senders", "passphrase")).To(BeTrue())
			Expect(h.world.passphrases).To(HaveExactElements("", "correct horse battery", ""), "true keeps the one there is")
			for _, later := range []reply{got, h.alice(ctx, http.MethodGet, path, "")} {
				Expect(later.body).NotTo(Or(ContainSubstring("whsec_"), ContainSubstring("correct horse")))
			}
			got = h.alice(ctx, http.MethodPost, path+"/rotate", `{"of":"signing_secret","overlap_seconds":60}`)
			Expect(got.at("signing_secret")).To(Equal(signingSecret))
			Expect(got.body).NotTo(ContainSubstring(`"url"`))
			got = h.alice(ctx, http.MethodPost, path+"/rotate", `{"of":"everything"}`)
			Expect(got.faults()).To(HaveExactElements("invalid_rotation of"))
		})

		DescribeTable("are left alone by a faulty one",
			func(ctx SpecContext, body string, faults ...string) {
				before := h.alice(ctx, http.MethodGet, path, "")
				got := h.alice(ctx, http.MethodPatch, path, body)
				Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
				Expect(got.faults()).To(Equal(faults))
				Expect(h.alice(ctx, http.MethodGet, path, "").body).To(Equal(before.body))
			},
			Entry("of nothing", `{}`, "nothing_to_change "),
			Entry("that takes the name away", `{"name":null,"status":null}`, "required name", "required status"),
			Entry("of the status to no status", `{"status":"deleted"}`, "invalid_status status"),
			Entry("of what is ours", `{"id":"x","version":3,"url":"y"}`, "unknown_field id", "unknown_field version", "unknown_field url"),
			Entry("that takes the routes away", `{"routes":null}`, "routes_required routes"),
			Entry("with a good part", `{"name":"good","symbols":["bad one"]}`, "invalid_symbol symbols.0"),
			Entry("of what is not built yet", `{"sizing":{"type":"kelly"}}`, "not_built_yet sizing.type"),
		)
	})

	It("show their versions, newest first, in pages", func(ctx SpecContext) {
		path := create(ctx, "").header.Get("Location")
		for i := range 4 {
			Expect(h.alice(ctx, http.MethodPatch, path, fmt.Sprintf(`{"risk":{"max_order_quantity":%d}}`, i+1)).status).To(Equal(http.StatusOK))
		}
		var versions []any
		query := "?limit=2"
		for {
			got := h.alice(ctx, http.MethodGet, path+"/versions"+query, "")
			for i := range got.at("items").([]any) {
				versions = append(versions, got.at("items", i, "version"))
			}
			next, more := got.at("next_cursor").(string)
			if !more {
				break
			}
			query = "?limit=2&cursor=" + next
			Expect(h.alice(ctx, http.MethodPatch, path, `{"symbols":["NEW"]}`).status).To(Equal(http.StatusOK))
		}
		Expect(versions).To(Equal([]any{5.0, 4.0, 3.0, 2.0, 1.0}))
		for _, cursor := range []string{"!", "OTk"} {
			Expect(h.alice(ctx, http.MethodGet, path+"/versions?cursor="+cursor, "").faults()).To(Equal([]string{"invalid_cursor cursor"}))
		}
	})

	It("get a further token, the former working a week unless it is said", func(ctx SpecContext) {
		path := create(ctx, "").header.Get("Location") + "/rotate"
		for body, overlap := range map[string]int{"": 604800, "{}": 604800, `{"overlap_seconds":0}`: 0, `{"overlap_seconds":31622400}`: 31622400} {
			got := h.alice(ctx, http.MethodPost, path, body)
			Expect(got.status).To(Equal(http.StatusOK), got.body)
			Expect(got.at("url")).To(Equal("https://hooks.example.com/hooks/" + tokenFor(2)))
			Expect(h.world.overlap).To(Equal(overlap))
		}
		for _, bad := range []string{`{"overlap_seconds":-1}`, `{"overlap_seconds":31622401}`} {
			Expect(h.alice(ctx, http.MethodPost, path, bad).faults()).To(Equal([]string{"invalid_overlap overlap_seconds"}))
		}
		Expect(h.alice(ctx, http.MethodPost, path, `{"overlap_seconds":99999999999999999999}`).faults()).To(Equal([]string{"wrong_type overlap_seconds"}))
	})

	It("preview an alert as it would be posted, whatever its Content-Type", func(ctx SpecContext) {
		path := create(ctx, "").header.Get("Location") + "/preview"
		h.world.preview = previewOfReversal()
		got := h.send(ctx, http.MethodPost, path, strings.NewReader("sell 20 AAPL"), "Authorization", "Bearer "+aliceToken, "Content-Type", "text/plain")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.body).To(MatchJSON(golden("preview")))
		Expect(h.world.previews).To(Equal([][]byte{[]byte("sell 20 AAPL")}))

		h.world.failWith(&domain.Error{Kind: domain.KindInvalid, Code: "not_understood", Reasons: []domain.Reason{{Code: "malformed_json", Field: "body", Message: "no"}}})
		got = h.alice(ctx, http.MethodPost, path, "{")
		Expect(got.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(got.at("code")).To(Equal("not_understood"))
		Expect(got.faults()).To(Equal([]string{"malformed_json body"}))
	})

	It("show which alerts still come by a former URL, and end those URLs", func(ctx SpecContext) {
		made := create(ctx, "")
		path := made.header.Get("Location") + "/former-urls"
		got := h.alice(ctx, http.MethodGet, path+"?limit=1", "")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.at("items")).To(HaveLen(1))
		Expect(got.at("next_cursor")).NotTo(BeNil())
		rest := h.alice(ctx, http.MethodGet, path+"?cursor="+got.at("next_cursor").(string), "")
		Expect(rest.body).To(MatchJSON(`{"items":[{"symbol":"TSLA","action":"buy","signal_id":"00000000-0000-0000-0000-000000000008",
			"received_at":"2026-01-02T12:00:00.123456Z"}],"next_cursor":null}`))
		Expect(h.alice(ctx, http.MethodGet, path+"?symbol=AAPL", "").status).To(Equal(http.StatusUnprocessableEntity))
		Expect(h.alice(ctx, http.MethodDelete, path, `{"overlap_seconds":5}`).status).To(Equal(http.StatusUnprocessableEntity))
		Expect(h.world.ended).To(BeEmpty())
		Expect(h.alice(ctx, http.MethodDelete, path, "").status).To(Equal(http.StatusNoContent))
		Expect(h.world.ended).To(HaveExactElements(HaveField("String()", made.at("id"))))
	})

	It("show the deliveries that were not understood", func(ctx SpecContext) {
		made := create(ctx, "")
		id := domain.WebhookConfigID{UUID: uuid.MustParse(made.at("id").(string))}
		h.world.refusals[id] = []ports.Refusal{{
			DeliveryID: domain.DeliveryID{UUID: uuid.MustParse("01942681-bbbb-7000-8000-000000000001")},
			ReceivedAt: noon(), Reasons: []domain.Reason{{Code: "malformed_json", Message: "no JSON"}},
		}}
		got := h.alice(ctx, http.MethodGet, made.header.Get("Location")+"/refusals", "")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(MatchJSON(golden("refusals")))
	})
})

func previewOfReversal() ports.Preview {
	twenty, price := domain.MustQuantity("20"), domain.MustPrice("187.5")
	return ports.Preview{Format: "text", Intents: []ports.IntentPreview{{
		Intent: domain.Intent{
			Action: domain.ActionSell, Symbol: "AAPL", Quantity: &twenty, Sentiment: domain.SentimentShort,
			OrderType: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, ReferencePrice: &price,
		},
		Decisions: []domain.Decision{{Rule: "active", Verdict: domain.VerdictPass}},
		Routes: []ports.RoutePreview{
			{
				BrokerAccountID: domain.BrokerAccountID{UUID: uuid.MustParse("01942681-cccc-7000-8000-000000000001")},
				Position:        domain.MustNet("10"),
				Plan: domain.Plan{
					Target: domain.MustNet("-10"),
					Steps: []domain.Step{
						{Effect: domain.EffectExit, Side: domain.SideSell, Quantity: domain.MustQuantity("10")},
						{Effect: domain.EffectEntry, Side: domain.SideSell, Quantity: domain.MustQuantity("10")},
					},
					Legs: []domain.Leg{{Type: domain.OrderTypeStop, StopPrice: &price}},
				},
			},
			{
				BrokerAccountID: domain.BrokerAccountID{UUID: uuid.MustParse("01942681-cccc-7000-8000-000000000002")},
				Plan: domain.Plan{
					State:     domain.StateRefused,
					Reasons:   []domain.Reason{{Code: "not_tradable", Field: "symbol", Message: "no"}},
					Decisions: []domain.Decision{{Rule: "not_tradable", Verdict: domain.VerdictRefuse, Detail: "no"}},
				},
			},
		},
	}}}
}
