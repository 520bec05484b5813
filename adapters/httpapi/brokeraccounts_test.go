package httpapi_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Broker accounts", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })

	It("are opened, shown, listed, renamed and removed", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts", `{"name":"paper","kind":"paper","settings":{"cash":"2500.50"}}`)
		Expect(got.status).To(Equal(http.StatusCreated))
		Expect(got.body).To(MatchJSON(golden("brokeraccount")))
		path := got.header.Get("Location")
		Expect(path).To(Equal("/v1/broker-accounts/" + got.at("id").(string)))

		Expect(h.alice(ctx, http.MethodGet, path, "").body).To(Equal(got.body))
		Expect(h.alice(ctx, http.MethodGet, "/v1/broker-accounts", "").at("items", 0, "id")).To(Equal(got.at("id")))

		renamed := h.alice(ctx, http.MethodPatch, path, `{"name":"other"}`)
		Expect(renamed.status).To(Equal(http.StatusOK))
		Expect(renamed.at("name")).To(Equal("other"))

		removed := h.alice(ctx, http.MethodDelete, path, "")
		Expect(removed.status).To(Equal(http.StatusNoContent))
		Expect(removed.body).To(BeEmpty())
		Expect(h.alice(ctx, http.MethodGet, path, "").status).To(Equal(http.StatusNotFound))
		Expect(h.alice(ctx, http.MethodDelete, path, "").status).To(Equal(http.StatusNotFound))
	})

	DescribeTable("read cash exactly, as text or as a number",
		func(ctx SpecContext, cash, exact string) {
			got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts", `{"name":"paper","kind":"paper","settings":`+cash+`}`)
			Expect(got.status).To(Equal(http.StatusCreated), got.body)
			Expect(got.at("settings", "cash")).To(Equal(exact))
		},
		Entry("text", `{"cash":"0.1"}`, "0.1"),
		Entry("a number no float holds", `{"cash":123456789012345678901.123456789012345678}`, "123456789012345678901.123456789012345678"),
		Entry("an exponent", `{"cash":1e3}`, "1000"),
		Entry("none", `{}`, "100000"),
		Entry("null", `null`, "100000"),
	)

	It("at Alpaca are opened with credentials, which nobody sees again", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts",
			`{"name":"live","kind":"alpaca","environment":"live","credentials":{"key_id":"CANARYKEY","secret_key":"CANARYSECRET"}}`)
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
		Expect(got.at("environment")).To(Equal("live"))
		Expect(got.at("base_url")).To(Equal("https://api.alpaca.markets"))
		Expect(got.at("trouble")).To(BeNil())
		path := got.header.Get("Location")
		changed := h.alice(ctx, http.MethodPatch, path, `{"credentials":{"oauth_token":"CANARYTOKEN"}}`)
		Expect(changed.status).To(Equal(http.StatusOK), changed.body)
		Expect(h.world.credentials).To(Equal([]domain.BrokerCredentials{{KeyID: "CANARYKEY", SecretKey: "CANARYSECRET"}, {OAuthToken: "CANARYTOKEN"}}))
		Expect(got.body + changed.body + h.alice(ctx, http.MethodGet, path, "").body + h.log.String()).NotTo(ContainSubstring("CANARY"))
	})

	It("say why nothing is sent for them", func(ctx SpecContext) {
		id := h.account(ctx)
		h.world.trouble(id, domain.AccountTrouble{Code: "credentials_refused", Message: "give it others", Since: noon(), RetryAt: noon()})
		got := h.alice(ctx, http.MethodGet, "/v1/broker-accounts/"+id, "")
		Expect(got.at("trouble", "code")).To(Equal("credentials_refused"))
		Expect(got.at("trouble", "message")).To(Equal("give it others"))
		Expect(got.at("trouble", "retry_at")).NotTo(BeEmpty())
	})

	It("refuse by name what their kind does not have, and never repeat it", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts",
			`{"name":"p","kind":"paper","environment":"paper","base_url":"https://x","credentials":{"key_id":"CANARYKEY","secret_key":"CANARYSECRET"}}`)
		Expect(got.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(got.faults()).To(Equal([]string{"not_for_this_kind environment", "not_for_this_kind base_url", "not_for_this_kind credentials"}))
		Expect(got.body + h.log.String()).NotTo(ContainSubstring("CANARY"))
	})

	It("take what is not theirs where it says nothing", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts", `{"name":"p","kind":"paper","environment":"","base_url":null,"credentials":{}}`)
		Expect(got.status).To(Equal(http.StatusCreated), got.body)
	})

	DescribeTable("refuse faulty input by field",
		func(ctx SpecContext, method, body string, faults ...string) {
			path := "/v1/broker-accounts"
			if method == http.MethodPatch {
				path += "/" + h.account(ctx)
			}
			got := h.alice(ctx, method, path, body)
			Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
			Expect(got.faults()).To(Equal(faults))
		},
		Entry("nothing", http.MethodPost, `{}`, "required name", "required kind"),
		Entry("null", http.MethodPost, `{"name":null,"kind":null}`, "required name", "required kind"),
		Entry("wrong types", http.MethodPost, `{"name":1,"kind":["paper"],"settings":"x"}`, "wrong_type name", "wrong_type kind", "wrong_type settings"),
		Entry("a wrong type within", http.MethodPost, `{"name":"n","kind":"paper","settings":{"cash":true}}`, "wrong_type settings.cash"),
		Entry("unknown fields", http.MethodPost, `{"Name":"n","name":"n","kind":"paper","settings":{"cash":"1","leverage":2}}`, "unknown_field settings.leverage", "unknown_field Name"),
		Entry("no number", http.MethodPost, `{"name":"n","kind":"paper","settings":{"cash":"12,5"}}`, "not_a_number settings.cash"),
		Entry("a negative number", http.MethodPost, `{"name":"n","kind":"paper","settings":{"cash":-1}}`, "negative_cash settings.cash"),
		Entry("a nameless name", http.MethodPost, `{"name":"  ","kind":"paper"}`, "invalid_name name"),
		Entry("a broker that is not built", http.MethodPost, `{"name":"n","kind":"kraken"}`, "not_built_yet kind"),
		Entry("an account at Alpaca without what it needs", http.MethodPost, `{"name":"n","kind":"alpaca"}`, "required environment", "required credentials"),
		Entry("a paper account's settings at Alpaca", http.MethodPost, `{"name":"n","kind":"alpaca","environment":"paper","credentials":{"key_id":"k","secret_key":"s","pin":"1"},"settings":{"cash":"1"}}`, "unknown_field credentials.pin", "not_for_this_kind settings"),
		Entry("no environment", http.MethodPost, `{"name":"n","kind":"alpaca","environment":"demo","base_url":"paper-api","credentials":{"key_id":"k","secret_key":"s"}}`, "invalid_environment environment", "invalid_base_url base_url"),
		Entry("two changes at once", http.MethodPatch, `{"name":"n","credentials":{"oauth_token":"t"}}`, "one_change_at_a_time name"),
		Entry("a change of nothing", http.MethodPatch, `{}`, "required name"),
		Entry("a change of what is fixed", http.MethodPatch, `{"name":"n","kind":"paper","settings":null}`, "not_changeable kind", "not_changeable settings"),
	)

	It("are checked with their broker", func(ctx SpecContext) {
		id := h.account(ctx)
		got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts/"+id+"/check", "")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(MatchJSON(golden("check")))
		got = h.alice(ctx, http.MethodPost, "/v1/broker-accounts/"+id+"/check", `{"deep":true}`)
		Expect(got.faults()).To(Equal([]string{"unknown_field deep"}))
	})

	It("take quotes when they are paper", func(ctx SpecContext) {
		path := "/v1/paper/" + h.account(ctx) + "/quotes"
		got := h.alice(ctx, http.MethodPost, path, `{"symbol":"nasdaq:aapl","bid":"187.4","ask":187.60,"last":null}`)
		Expect(got.status).To(Equal(http.StatusNoContent), got.body)
		bid, ask := domain.MustPrice("187.4"), domain.MustPrice("187.6")
		Expect(h.world.quotes).To(Equal([]ports.Quote{{Symbol: "AAPL", Bid: &bid, Ask: &ask}}))

		got = h.alice(ctx, http.MethodPost, path, `{"bid":0,"ask":"x","last":1e400,"size":1}`)
		Expect(got.faults()).To(Equal([]string{
			"price_not_positive bid", "not_a_number ask", "number_out_of_range last", "required symbol", "unknown_field size",
		}))
	})

	It("come in pages that meet each account once", func(ctx SpecContext) {
		for range 5 {
			h.account(ctx)
		}
		var seen []any
		for path, more := "/v1/broker-accounts?limit=2", true; more; {
			got := h.alice(ctx, http.MethodGet, path, "")
			for i := range got.at("items").([]any) {
				seen = append(seen, got.at("items", i, "id"))
			}
			var next string
			next, more = got.at("next_cursor").(string)
			path = "/v1/broker-accounts?limit=2&cursor=" + next
		}
		Expect(seen).To(HaveExactElements(HaveSuffix("5"), HaveSuffix("4"), HaveSuffix("3"), HaveSuffix("2"), HaveSuffix("1")))
	})

	DescribeTable("refuse faulty query parameters by name",
		func(ctx SpecContext, query string, faults ...string) {
			got := h.alice(ctx, http.MethodGet, "/v1/broker-accounts?"+query, "")
			Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
			Expect(got.faults()).To(Equal(faults))
		},
		Entry("limit 0", "limit=0", "invalid_limit limit"),
		Entry("limit 501", "limit=501", "invalid_limit limit"),
		Entry("no limit", "limit=", "invalid_limit limit"),
		Entry("twice", "limit=1&limit=2", "duplicate_parameter limit"),
		Entry("unknown", "state=done&a=b", "unknown_parameter a", "unknown_parameter state"),
		Entry("a foreign cursor", "cursor=x", "invalid_cursor cursor"),
	)

	It("passes the limits of a page on", func(ctx SpecContext) {
		for _, q := range []string{"", "?limit=1", "?limit=500"} {
			Expect(h.alice(ctx, http.MethodGet, "/v1/broker-accounts"+q, "").status).To(Equal(http.StatusOK))
		}
		Expect(h.world.queries).To(Equal([]any{ports.PageRequest{Limit: 50}, ports.PageRequest{Limit: 1}, ports.PageRequest{Limit: 500}}))
	})

	It("refuses a query that is none", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, "/v1/broker-accounts?limit=%zz", "")
		Expect(got.status).To(Equal(http.StatusBadRequest))
		Expect(got.at("code")).To(Equal("malformed_query"))
	})
})
