package httpapi_test

import (
	"crypto/sha256"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A body sent to the API", func() {
	const path = "/v1/broker-accounts"
	var h *harness
	BeforeEach(func() { h = newHarness() })
	nothingStored := func(ctx SpecContext) {
		GinkgoHelper()
		Expect(h.alice(ctx, http.MethodGet, path, "").at("items")).To(BeEmpty())
	}

	type bad struct {
		body   string
		status int
		code   string
		field  string
	}
	DescribeTable("is refused and nothing of it is stored",
		func(ctx SpecContext, b bad) {
			got := h.alice(ctx, http.MethodPost, path, b.body)
			Expect(got.status).To(Equal(b.status), got.body)
			Expect(got.at("code")).To(Equal(b.code))
			if b.field != "" {
				Expect(got.at("errors", 0, "field")).To(Equal(b.field))
			}
			nothingStored(ctx)
		},
		Entry("white space", bad{body: " ", status: 400, code: "malformed_json"}),
		Entry("cut off", bad{body: `{"name":"p","kind":"paper"`, status: 400, code: "malformed_json"}),
		Entry("a trailing comma", bad{body: `{"name":"p","kind":"paper",}`, status: 400, code: "malformed_json"}),
		Entry("single quotes", bad{body: `{'name':'p'}`, status: 400, code: "malformed_json"}),
		Entry("trailing data", bad{body: `{"name":"p","kind":"paper"}{}`, status: 400, code: "malformed_json"}),
		Entry("NaN", bad{body: `{"name":"p","kind":"paper","settings":{"cash":NaN}}`, status: 400, code: "malformed_json"}),
		Entry("Infinity", bad{body: `{"name":"p","kind":"paper","settings":{"cash":-Infinity}}`, status: 400, code: "malformed_json"}),
		Entry("a leading zero", bad{body: `{"name":"p","kind":"paper","settings":{"cash":007}}`, status: 400, code: "malformed_json"}),
		Entry("a comment", bad{body: `{"name":"p",/* */"kind":"paper"}`, status: 400, code: "malformed_json"}),
		Entry("invalid UTF-8", bad{body: "{\"name\":\"\xff\",\"kind\":\"paper\"}", status: 400, code: "malformed_json"}),
		Entry("a byte order mark", bad{body: "\ufeff{}", status: 400, code: "malformed_json"}),
		Entry("33 levels", bad{body: `{"name":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, status: 400, code: "malformed_json"}),
		Entry("32 levels", bad{body: `{"name":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`, status: 422, code: "wrong_type", field: "name"}),
		Entry("20,000 levels", bad{body: strings.Repeat("[", 20000), status: 400, code: "malformed_json"}),
		Entry("no object", bad{body: `[]`, status: 422, code: "wrong_type"}),
		Entry("null", bad{body: `null`, status: 422, code: "wrong_type"}),
		Entry("a repeated field", bad{body: `{"name":"a","kind":"paper","name":"b"}`, status: 422, code: "duplicate_field", field: "name"}),
		Entry("a repeated field in disguise", bad{body: `{"name":"a","kind":"paper","n\u0061me":"b"}`, status: 422, code: "duplicate_field", field: "name"}),
		Entry("a repeated field within", bad{body: `{"name":"a","kind":"paper","settings":{"cash":1,"cash":2}}`, status: 422, code: "duplicate_field", field: "settings.cash"}),
		Entry("a repeated field in a list", bad{body: `{"name":"a","x":[{},{"b":1,"b":2}]}`, status: 422, code: "duplicate_field", field: "x.1.b"}),
		Entry("another letter case", bad{body: `{"NAME":"a","name":"a","kind":"paper"}`, status: 422, code: "unknown_field", field: "NAME"}),
		Entry("NUL in text", bad{body: `{"name":"a\u0000b","kind":"paper"}`, status: 422, code: "nul_character", field: "name"}),
		Entry("NUL in a name", bad{body: `{"settings":{"a\u0000":1}}`, status: 422, code: "nul_character", field: "settings"}),
		Entry("1e400", bad{body: `{"name":"p","kind":"paper","settings":{"cash":1e400}}`, status: 422, code: "number_out_of_range", field: "settings.cash"}),
		Entry("1e4000", bad{body: `{"name":"p","kind":"paper","settings":{"cash":1e4000}}`, status: 422, code: "not_a_number", field: "settings.cash"}),
		Entry("a 400-digit number", bad{body: `{"name":"p","kind":"paper","settings":{"cash":1` + zeros(400) + `}}`, status: 422, code: "not_a_number", field: "settings.cash"}),
		Entry("19 decimal places", bad{body: `{"name":"p","kind":"paper","settings":{"cash":"0.` + zeros(18) + `1"}}`, status: 422, code: "number_out_of_range", field: "settings.cash"}),
		Entry("a number where text belongs", bad{body: `{"name":1e400,"kind":"paper"}`, status: 422, code: "wrong_type", field: "name"}),
		Entry("64 KiB and a byte", bad{body: `{"name":"` + strings.Repeat("x", 64<<10) + `"}`, status: 413, code: "body_too_large"}),
	)

	It("is refused when it is too long in chunks", func(ctx SpecContext) {
		endless := struct{ io.Reader }{strings.NewReader(strings.Repeat("[", 1<<20))}
		got := h.send(ctx, http.MethodPost, path, endless, "Authorization", "Bearer "+aliceToken, "Content-Type", "application/json")
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge))
	})

	DescribeTable("is JSON and says so",
		func(ctx SpecContext, contentType string, status int) {
			got := h.send(ctx, http.MethodPost, path, strings.NewReader(`{"name":"p","kind":"paper"}`),
				"Authorization", "Bearer "+aliceToken, "Content-Type", contentType)
			Expect(got.status).To(Equal(status), got.body)
			if status != http.StatusCreated {
				Expect(got.at("code")).To(Equal("content_type"))
				nothingStored(ctx)
			}
		},
		Entry("JSON", "application/json", 201),
		Entry("JSON with a parameter", "application/json; charset=utf-8", 201),
		Entry("nothing", "", 415),
		Entry("text", "text/plain", 415),
		Entry("a form, as another site could make a browser send", "application/x-www-form-urlencoded", 415),
		Entry("nonsense", "application/json; =", 415),
	)

	It("is not compressed", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, path, `{"name":"p","kind":"paper"}`, "Content-Encoding", "gzip")
		Expect(got.status).To(Equal(http.StatusUnsupportedMediaType))
		nothingStored(ctx)
	})

	It("is empty where nothing is taken", func(ctx SpecContext) {
		id := h.account(ctx)
		got := h.alice(ctx, http.MethodDelete, path+"/"+id, `{"force":true}`)
		Expect(got.faults()).To(Equal([]string{"unknown_field force"}))
		Expect(h.alice(ctx, http.MethodDelete, path+"/"+id, `{}`).status).To(Equal(http.StatusNoContent))
	})
})

var _ = Describe("An idempotency key", func() {
	const path = "/v1/broker-accounts"
	var h *harness
	BeforeEach(func() { h = newHarness() })

	It("makes a write that is sent again do nothing more", func(ctx SpecContext) {
		first := h.alice(ctx, http.MethodPost, path, `{"name":"p","kind":"paper"}`, "Idempotency-Key", "k1")
		again := h.alice(ctx, http.MethodPost, path, "{ \"name\": \"p\",\n\"kind\": \"paper\" }", "Idempotency-Key", "k1")
		Expect(again.status).To(Equal(http.StatusCreated))
		Expect(again.body).To(Equal(first.body))
		Expect(h.alice(ctx, http.MethodGet, path, "").at("items")).To(HaveLen(1))

		reused := h.alice(ctx, http.MethodPost, path, `{"name":"q","kind":"paper"}`, "Idempotency-Key", "k1")
		Expect(reused.status).To(Equal(http.StatusConflict))
		Expect(reused.at("code")).To(Equal("idempotency_key_reused"))
	})

	It("does not give a webhook's URL out twice", func(ctx SpecContext) {
		body := `{"name":"w","routes":[{"broker_account_id":"` + h.account(ctx) + `"}]}`
		first := h.alice(ctx, http.MethodPost, "/v1/webhook-configs", body, "Idempotency-Key", "k1")
		again := h.alice(ctx, http.MethodPost, "/v1/webhook-configs", body, "Idempotency-Key", "k1")
		Expect(first.at("url")).NotTo(BeEmpty())
		Expect(again.status).To(Equal(http.StatusCreated))
		Expect(again.at("id")).To(Equal(first.at("id")))
		Expect(again.body).NotTo(ContainSubstring("url"))
	})

	It("is passed on with a digest of method, path and body", func(ctx SpecContext) {
		id := h.account(ctx)
		h.alice(ctx, http.MethodPatch, path+"/"+id, `{ "name": "n" }`, "Idempotency-Key", " a key ")
		Expect(h.world.once[len(h.world.once)-1]).To(Equal(ports.Idempotency{
			Key: "a key", Fingerprint: sha256.Sum256([]byte("PATCH\n" + path + "/" + id + "\n" + `{"name":"n"}`)),
		}))
		h.alice(ctx, http.MethodPatch, path+"/"+id, `{"name":"n"}`)
		Expect(h.world.once[len(h.world.once)-1]).To(Equal(ports.Idempotency{}))
	})

	DescribeTable("has a form, on every write",
		func(ctx SpecContext, keys ...string) {
			id := h.account(ctx)
			var header []string
			for _, k := range keys {
				header = append(header, "Idempotency-Key", k)
			}
			for _, got := range []reply{
				h.alice(ctx, http.MethodPost, path, `{"name":"p","kind":"paper"}`, header...),
				h.alice(ctx, http.MethodPost, path+"/"+id+"/check", "", header...),
				h.alice(ctx, http.MethodPost, "/v1/webhook-configs/"+id+"/preview", "", header...),
				h.alice(ctx, http.MethodDelete, path+"/"+id, "", header...),
			} {
				Expect(got.status).To(Equal(http.StatusUnprocessableEntity), got.body)
				Expect(got.faults()).To(Equal([]string{"invalid_idempotency_key Idempotency-Key"}))
			}
			Expect(h.alice(ctx, http.MethodGet, path, "").at("items")).To(HaveLen(1))
		},
		Entry("not empty", ""),
		Entry("not longer than 255", strings.Repeat("k", 256)),
		Entry("printable", "k\xe9"),
		Entry("only one", "k1", "k2"),
	)
})
