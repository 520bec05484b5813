package httpapi_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Halts", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })

	It("are set, listed and lifted", func(ctx SpecContext) {
		set := h.alice(ctx, http.MethodPut, "/v1/halts", `{"scope":"symbol","symbol":"AAPL","mode":"reduce_only","reason":"earnings"}`)
		Expect(set.status).To(Equal(http.StatusOK))
		Expect(set.body).To(MatchJSON(`{"id":"` + set.at("id").(string) + `","scope":"symbol","user_id":"` + alice().String() + `",
			"broker_account_id":null,"webhook_config_id":null,"symbol":"AAPL","mode":"reduce_only","reason":"earnings",
			"by":"` + alice().String() + `","since":"2026-01-02T12:00:00.123456Z"}`))
		Expect(h.alice(ctx, http.MethodGet, "/v1/halts", "").at("items", 0, "id")).To(Equal(set.at("id")))

		lifted := h.alice(ctx, http.MethodDelete, "/v1/halts?scope=symbol&symbol=AAPL", "")
		Expect(lifted.status).To(Equal(http.StatusNoContent))
		Expect(h.alice(ctx, http.MethodGet, "/v1/halts", "").body).To(MatchJSON(`{"items":[],"next_cursor":null}`))
		Expect(h.alice(ctx, http.MethodDelete, "/v1/halts?scope=symbol&symbol=AAPL", "").status).To(Equal(http.StatusNotFound))
	})

	It("of scope all need an operator", func(ctx SpecContext) {
		for _, got := range []reply{
			h.alice(ctx, http.MethodPut, "/v1/halts", `{"scope":"all","mode":"halt"}`),
			h.alice(ctx, http.MethodDelete, "/v1/halts?scope=all", ""),
		} {
			Expect(got.status).To(Equal(http.StatusForbidden))
			Expect(got.at("code")).To(Equal("operator_required"))
		}
	})

	DescribeTable("refuse what says too little or too much", func(ctx SpecContext, body, fault string) {
		got := h.alice(ctx, http.MethodPut, "/v1/halts", body)
		Expect(got.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(got.faults()).To(ContainElement(fault))
	},
		Entry("no scope", `{"mode":"halt"}`, "required scope"),
		Entry("no mode", `{"scope":"user"}`, "required mode"),
		Entry("no such mode", `{"scope":"user","mode":"stop"}`, "invalid_mode mode"),
		Entry("no account", `{"scope":"account","mode":"halt"}`, "required broker_account_id"),
		Entry("another scope's field", `{"scope":"user","symbol":"AAPL","mode":"halt"}`, "not_of_the_scope symbol"),
		Entry("an unknown field", `{"scope":"user","mode":"halt","until":"noon"}`, "unknown_field until"),
	)
})
