package main_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// badAlert is a body and how it is refused. Field is of the first reason.
type badAlert struct {
	body   string
	status int
	code   string
	field  string
}

var _ = Describe("A webhook", func() {
	const good = `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`

	DescribeTable("refuses, stores nothing half, and tells its owner of",
		func(ctx SpecContext, bad badAlert) {
			ada := standing.newUser(ctx)
			hook := ada.webhook(ctx, ada.account(ctx))
			a, err := alert(ctx, standing.at(hook.URL), bad.body)
			Expect(err).NotTo(HaveOccurred())
			Expect(a.status).To(Equal(bad.status), "%s", a.body)
			Expect(a.hook().Result).To(Equal("refused"))
			Expect(a.hook().Reasons).To(ContainElement(reasonRecord{Code: bad.code, Field: bad.field}), "%s", a.body)

			Expect(list[signalRecord](ctx, ada, "/v1/signals")).To(BeEmpty())
			Expect(list[orderRecord](ctx, ada, "/v1/orders")).To(BeEmpty())
			Expect(list[signalRecord](ctx, ada, "/v1/webhook-configs/"+hook.ID+"/refusals")).
				To(HaveExactElements(HaveField("Reasons", ContainElement(HaveField("Code", bad.code)))))
		},
		Entry("no body", badAlert{"", 400, "empty_body", ""}),
		Entry("JSON that breaks off", badAlert{`{"ticker":"AAPL","action":`, 400, "malformed_json", "action"}),
		Entry("a key that comes twice", badAlert{`{"ticker":"AAPL","action":"buy","action":"sell","quantity":"1"}`, 400, "duplicate_key", "action"}),
		Entry("nesting over 32 deep", badAlert{`{"ticker":"AAPL","action":"buy","quantity":1,"extras":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`, 400, "too_deep", "extras" + strings.Repeat("[0]", 31)}),
		Entry("text that is not UTF-8", badAlert{"{\"ticker\":\"AA\xffPL\",\"action\":\"buy\"}", 400, "invalid_utf8", ""}),
		Entry("NaN", badAlert{`{"ticker":"AAPL","action":"buy","quantity":NaN}`, 400, "not_a_number", "quantity"}),
		Entry("1e400", badAlert{`{"ticker":"AAPL","action":"buy","quantity":1e400}`, 422, "number_out_of_range", "quantity"}),
		Entry("a number of 400 digits", badAlert{`{"ticker":"AAPL","action":"buy","quantity":` + strings.Repeat("9", 400) + `}`, 400, "number_too_long", "quantity"}),
		Entry("a negative quantity", badAlert{`{"ticker":"AAPL","action":"buy","quantity":"-1"}`, 422, "negative_quantity", "quantity"}),
		Entry("a quantity of zero", badAlert{`{"ticker":"AAPL","action":"buy","quantity":0}`, 422, "quantity_not_positive", "quantity"}),
		Entry("an action nobody knows", badAlert{`{"ticker":"AAPL","action":"hold","quantity":"1"}`, 422, "invalid_action", "action"}),
		Entry("what follows the end", badAlert{good + " and more", 400, "trailing_data", ""}),
		Entry("a field that is not built yet", badAlert{`{"ticker":"AAPL","action":"buy","quantity":"1","trailPercent":5}`, 422, "unsupported_field", "trailPercent"}),
	)

	DescribeTable("takes a body of up to 64 KiB and not a byte more",
		func(ctx SpecContext, size int64, chunked bool, status int) {
			ada := standing.newUser(ctx)
			hook := ada.webhook(ctx, ada.account(ctx))
			body := good + strings.Repeat(" ", int(size)-len(good))
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, standing.at(hook.URL), strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			if chunked {
				request.ContentLength = -1
			}
			a, err := send(request)
			Expect(err).NotTo(HaveOccurred())
			Expect(a.status).To(Equal(status), "%s", a.body)
			stored := list[signalRecord](ctx, ada, "/v1/signals")
			if status == http.StatusOK {
				Expect(stored).To(HaveLen(1))
				return
			}
			Expect(a.hook().Code).To(Equal("body_too_large"))
			Expect(stored).To(BeEmpty())
		},
		Entry("exactly 64 KiB", int64(64<<10), false, http.StatusOK),
		Entry("exactly 64 KiB in chunks", int64(64<<10), true, http.StatusOK),
		Entry("a byte more", int64(64<<10+1), false, http.StatusRequestEntityTooLarge),
		Entry("a byte more in chunks", int64(64<<10+1), true, http.StatusRequestEntityTooLarge),
		Entry("much more in chunks", int64(8<<20), true, http.StatusRequestEntityTooLarge),
	)

	It("answers every token that reaches nothing alike", func(ctx SpecContext) {
		ada := standing.newUser(ctx)
		hook := ada.webhook(ctx, ada.account(ctx))
		removed := ada.webhook(ctx, ada.account(ctx))
		Expect(ada.call(ctx, http.MethodDelete, "/v1/webhook-configs/"+removed.ID, nil).status).To(Equal(http.StatusNoContent))
		rotated := ada.call(ctx, http.MethodPost, "/v1/webhook-configs/"+hook.ID+"/rotate", map[string]any{"overlap_seconds": 0})
		Expect(rotated.status).To(Equal(http.StatusOK))

		var bodies []string
		for _, url := range []string{standing.url + "/hooks/hf_guessed", standing.at(removed.URL), standing.at(hook.URL), standing.url + "/nothing/here"} {
			a, err := alert(ctx, url, good)
			Expect(err).NotTo(HaveOccurred())
			Expect(a.status).To(Equal(http.StatusNotFound))
			bodies = append(bodies, string(a.body))
		}
		Expect(bodies).To(HaveEach(bodies[0]))
		accept(ctx, standing.at(decode[webhookRecord](rotated.body).URL), good)
	})

	It("counts the same alert once, and says which signal it was", func(ctx SpecContext) {
		ada := standing.newUser(ctx)
		account := ada.account(ctx)
		hook := standing.at(ada.webhook(ctx, account).URL)
		first := accept(ctx, hook, good)
		again, err := alert(ctx, hook, good)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.hook()).To(Equal(hookAnswer{Result: "duplicate", SignalID: first}))
		ada.settled(ctx, account).expectOneOrderEach([]string{first})
	})

	It("records what a paused config gets, and executes none of it", func(ctx SpecContext) {
		ada := standing.newUser(ctx)
		hook := ada.webhook(ctx, ada.account(ctx))
		Expect(ada.call(ctx, http.MethodPatch, "/v1/webhook-configs/"+hook.ID, map[string]any{"status": "paused"}).status).To(Equal(http.StatusOK))
		a, err := alert(ctx, standing.at(hook.URL), good)
		Expect(err).NotTo(HaveOccurred())
		Expect(a.status).To(Equal(http.StatusOK))
		Expect(a.hook()).To(And(HaveField("Result", "refused"), HaveField("Reasons", HaveExactElements(HaveField("Code", "paused")))))
		Expect(list[signalRecord](ctx, ada, "/v1/signals")).To(HaveExactElements(And(
			HaveField("ID", a.hook().SignalID), HaveField("State", "refused"))))
		Expect(list[orderRecord](ctx, ada, "/v1/orders")).To(BeEmpty())
	})
})
