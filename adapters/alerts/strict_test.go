package alerts_test

import (
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
)

var _ = Describe("A JSON alert", func() {
	type row struct {
		body  string
		code  string
		field string
	}
	// nested wraps a value in so many arrays inside the outermost object.
	nested := func(arrays int, inner string) string {
		return `{"ticker":"AAPL","action":"buy","extras":` + strings.Repeat("[", arrays) + inner + strings.Repeat("]", arrays) + `}`
	}
	// manyTokens has a bracket at each end, the names and values of two fields,
	// the name and the brackets of extras, and so many numbers.
	manyTokens := func(total int) string {
		numbers := total - 2 - 4 - 3
		return `{"ticker":"AAPL","action":"buy","extras":[` + strings.Repeat("1,", numbers-1) + `1]}`
	}

	DescribeTable("is refused as not understood, with the code and the place of the first fault",
		func(_ SpecContext, r row) {
			e := refusal(r.body)
			Expect(e.Code).To(Equal("not_understood"))
			Expect(faultsOf(e)).To(Equal([]string{r.field + ": " + r.code}))
			Expect(e.AllReasons()[0].Message).NotTo(BeEmpty())
		},
		Entry("nothing at all", row{"", "empty_body", ""}),
		Entry("only blanks", row{" \r\n\t ", "empty_body", ""}),
		Entry("a byte order mark", row{"\uFEFF" + strategyAlert, "byte_order_mark", ""}),
		Entry("a NUL", row{"{\"ticker\":\"A\x00\"}", "nul_character", ""}),
		Entry("an escaped NUL", row{`{"ticker":"A\u0000"}`, "nul_character", "ticker"}),
		Entry("bytes that are not UTF-8", row{"{\"ticker\":\"\xff\"}", "invalid_utf8", ""}),
		Entry("an overlong encoding", row{"{\"ticker\":\"\xc0\xaf\"}", "invalid_utf8", ""}),
		Entry("a surrogate encoded in UTF-8", row{"{\"ticker\":\"\xed\xa0\x80\"}", "invalid_utf8", ""}),
		Entry("the first half of a surrogate pair", row{`{"ticker":"\ud83d"}`, "invalid_utf8", "ticker"}),
		Entry("the second half of a surrogate pair", row{`{"ticker":"\ude00"}`, "invalid_utf8", "ticker"}),
		Entry("a surrogate pair with two first halves", row{`{"ticker":"\ud83d\ud83d"}`, "invalid_utf8", "ticker"}),
		Entry("half a surrogate pair before another escape", row{`{"ticker":"\ud83d\n"}`, "invalid_utf8", "ticker"}),

		Entry("an object that does not end", row{`{"ticker":"AAPL"`, "malformed_json", "ticker"}),
		Entry("a string that does not end", row{`{"ticker":"AAPL`, "malformed_json", "ticker"}),
		Entry("a string that does not end after an escape", row{`{"ticker":"\u0041APL`, "malformed_json", "ticker"}),
		Entry("a name that does not end", row{`{"tick`, "malformed_json", ""}),
		Entry("a name without quotes", row{`{ticker:"AAPL"}`, "malformed_json", ""}),
		Entry("single quotes", row{`{'ticker':'AAPL'}`, "malformed_json", ""}),
		Entry("no colon", row{`{"ticker" "AAPL"}`, "malformed_json", "ticker"}),
		Entry("no value", row{`{"ticker":}`, "malformed_json", "ticker"}),
		Entry("the end where a value should be", row{`{"ticker":`, "malformed_json", "ticker"}),
		Entry("a placeholder that became nothing", row{`{"quantity":,"ticker":"AAPL"}`, "malformed_json", "quantity"}),
		Entry("no comma", row{`{"ticker":"AAPL" "action":"buy"}`, "malformed_json", "ticker"}),
		Entry("a comma before the end", row{`{"ticker":"AAPL",}`, "malformed_json", ""}),
		Entry("a comma before the end of an array", row{`{"extras":[1,]}`, "malformed_json", "extras"}),
		Entry("a comma at the beginning", row{`{,"ticker":"AAPL"}`, "malformed_json", ""}),
		Entry("two commas", row{`{"ticker":"AAPL",,"action":"buy"}`, "malformed_json", ""}),
		Entry("an array closed as an object", row{`{"extras":[1}}`, "malformed_json", "extras[0]"}),
		Entry("a value without quotes", row{`{"action":buy}`, "malformed_json", "action"}),
		Entry("a boolean of another language", row{`{"cancel":False}`, "malformed_json", "cancel"}),
		Entry("a comment", row{`{"ticker":"AAPL"/* mine */}`, "malformed_json", "ticker"}),
		Entry("a line break inside a string", row{"{\"ticker\":\"AA\nPL\"}", "malformed_json", "ticker"}),
		Entry("a tab inside a string", row{"{\"ticker\":\"AA\tPL\"}", "malformed_json", "ticker"}),
		Entry("an escape that does not exist", row{`{"ticker":"A\x41"}`, "malformed_json", "ticker"}),
		Entry("an escape of too few digits", row{`{"ticker":"\u00"}`, "malformed_json", "ticker"}),
		Entry("an escape of other letters", row{`{"ticker":"\u00zz"}`, "malformed_json", "ticker"}),
		Entry("an escape at the end", row{`{"ticker":"\`, "malformed_json", "ticker"}),
		Entry("the second half of a pair broken off", row{`{"ticker":"\ud83d\u12`, "malformed_json", "ticker"}),
		Entry("a space that is not JSON's", row{"{\u00a0\"ticker\":\"AAPL\"}", "malformed_json", ""}),

		Entry("a leading zero", row{`{"quantity":007}`, "malformed_json", "quantity"}),
		Entry("a leading plus", row{`{"quantity":+7}`, "malformed_json", "quantity"}),
		Entry("a leading point", row{`{"quantity":.5}`, "malformed_json", "quantity"}),
		Entry("a trailing point", row{`{"quantity":5.}`, "malformed_json", "quantity"}),
		Entry("an exponent without digits", row{`{"quantity":5e}`, "malformed_json", "quantity"}),
		Entry("an exponent with only a sign", row{`{"quantity":5e-}`, "malformed_json", "quantity"}),
		Entry("a minus alone", row{`{"quantity":-}`, "malformed_json", "quantity"}),
		Entry("a hexadecimal number", row{`{"quantity":0x10}`, "malformed_json", "quantity"}),
		Entry("a number of 400 digits", row{`{"quantity":` + strings.Repeat("9", 400) + `}`, "number_too_long", "quantity"}),
		Entry("a number of 65 characters inside a nested value", row{`{"extras":{"a":[0,0.` + strings.Repeat("1", 63) + `]}}`, "number_too_long", "extras.a[1]"}),
		Entry("NaN", row{`{"quantity":NaN}`, "not_a_number", "quantity"}),
		Entry("nan", row{`{"price":nan}`, "not_a_number", "price"}),
		Entry("na", row{`{"price":na}`, "not_a_number", "price"}),
		Entry("Infinity", row{`{"price":Infinity}`, "not_a_number", "price"}),
		Entry("-Infinity", row{`{"price":-Infinity}`, "not_a_number", "price"}),
		Entry("-NaN", row{`{"price":-NaN}`, "not_a_number", "price"}),
		Entry("a placeholder in the place of a number", row{`{"ticker":"AAPL","quantity":{{strategy.order.contracts}}}`, "unrendered_placeholder", "quantity"}),
		Entry("a placeholder in the place of it all", row{`{{strategy.order.alert_message}}`, "unrendered_placeholder", ""}),

		Entry("a name twice", row{`{"quantity":1,"ticker":"AAPL","quantity":100}`, "duplicate_key", "quantity"}),
		Entry("a name twice with the same value", row{`{"quantity":1,"quantity":1}`, "duplicate_key", "quantity"}),
		Entry("a name twice, once in escapes", row{`{"quantity":1,"qu\u0061ntity":100}`, "duplicate_key", "quantity"}),
		Entry("a name twice in a nested object", row{`{"extras":[{"a":{"b":1,"b":2}}]}`, "duplicate_key", "extras[0].a.b"}),
		Entry("a name twice in a long object", row{`{` + longObject(40) + `,"n17":0}`, "duplicate_key", "n17"}),
		Entry("an empty name twice", row{`{"":1,"":2}`, "duplicate_key", `""`}),

		Entry("33 levels", row{nested(32, ""), "too_deep", "extras" + strings.Repeat("[0]", 31)}),
		Entry("thousands of levels", row{strings.Repeat("[", 60000), "too_deep", strings.Repeat("[0]", 32)}),
		Entry("thousands of objects", row{strings.Repeat(`{"a":`, 12000), "too_deep", "a" + strings.Repeat(".a", 31)}),
		Entry("1001 tokens", row{manyTokens(1001), "too_many_tokens", "extras"}),
		Entry("a name that is token 1001", row{strings.TrimSuffix(manyTokens(1001), "}") + `,"id":1}`, "too_many_tokens", ""}),
		Entry("thousands of tokens", row{manyTokens(20000), "too_many_tokens", "extras[993]"}),

		Entry("another object after it", row{`{"ticker":"AAPL"} {"ticker":"MSFT"}`, "trailing_data", ""}),
		Entry("a brace too many", row{strategyAlert + `}`, "trailing_data", ""}),
		Entry("an array of alerts", row{`[` + strategyAlert + `]`, "unsupported_array", ""}),
		Entry("an empty array", row{`[]`, "unsupported_array", ""}),
		Entry("a string", row{`"BUY 10 AAPL"`, "not_an_object", ""}),
	)

	It("is read at the bounds: 32 levels, 1000 tokens, numbers of 64 characters", func(_ SpecContext) {
		understood(nested(31, ""))
		understood(manyTokens(1000))
		understood(`{"ticker":"AAPL","action":"buy","id":` + strings.Repeat("9", 64) + `}`)
	})

	It("may have blanks anywhere, escapes, and names that differ in case only", func(_ SpecContext) {
		body := "\r\n { \"ticker\"\t:\r\n\"\\u0041\\u0041PL\" , \"act\\u0069on\" : \"b\\u0075y\"\n,\"Id\":1,\"id\":2, \"note\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83d\\ude00é\" } \n"
		parsed := read("auto", body)
		Expect(parsed.Intents[0].Symbol).To(BeEquivalentTo("AAPL"))
		Expect(parsed.Fields).To(Equal(map[string]string{
			"ticker": "AAPL", "action": "buy", "Id": "1", "id": "2", "note": "\"\\/\b\f\n\r\t😀é",
		}))
	})

	It("gives names back bounded and printable", func(_ SpecContext) {
		e := refusal(`{"` + strings.Repeat("é", 5000) + `":nope}`)
		Expect(e.AllReasons()[0].Field).To(Equal(strings.Repeat("é", 32) + "…"))
		e = refusal(`{"x` + strings.Repeat("é", 5000) + `":nope}`)
		Expect(e.AllReasons()[0].Field).To(Equal("x" + strings.Repeat("é", 31) + "…"))
		e = refusal(`{"a\u001b[2J\n":nope}`)
		Expect(e.AllReasons()[0].Field).To(Equal(`"a\x1b[2J\n"`))
	})

	It("never gives a value back: it may be a secret", func(_ SpecContext) {
		for _, body := range []string{
			`{"ticker":"hunter2","action":"hunter2","sentiment":"hunter2","quantity":"hunter2","quantityType":"hunter2",` +
				`"orderType":"hunter2","timeInForce":"hunter2","price":"hunter2","time":"hunter2","stopLoss":"hunter2","qty":"hunter2"}`,
			`{"passphrase":"hunter2" "ticker":"AAPL"}`,
			`{"passphrase":hunter2}`,
			`hunter2 10 AAPL`,
			`BUY hunter2 AAPL`,
			`BUY 10 hunter2$ at hunter2 hunter2`,
		} {
			_, err := alerts.New().Parse("auto", []byte(body))
			Expect(err).To(HaveOccurred())
			Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
		}
	})
})

// longObject has so many members n0, n1, ...
func longObject(members int) string {
	var b strings.Builder
	for i := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"n` + strconv.Itoa(i) + `":1`)
	}
	return b.String()
}
