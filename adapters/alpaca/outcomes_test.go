package alpaca_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// row is one answer to an order and what it means.
type row struct {
	Status int
	File   string
	Kind   domain.Kind
	Code   string
	// Says is what a person is told.
	Says string
}

var _ = Describe("The answer to an order", func() {
	DescribeTable("means",
		func(ctx SpecContext, r row) {
			s, broker, account := scripted()
			s.on(submitting, r.Status, recorded("errors/"+r.File))
			_, err := broker.Submit(ctx, account, one())
			Expect(domain.KindOf(err)).To(Equal(r.Kind))
			e := err.(*domain.Error) //nolint:errorlint,forcetypeassert // the adapter gives nothing else
			if r.Code != "" {
				Expect(e.Code).To(Equal(r.Code))
			}
			Expect(e.Msg).To(ContainSubstring(r.Says))
		},
		Entry("refused: malformed", row{400, "malformed.json", domain.KindRejected, "rejected_by_broker", "Alpaca: malformed"}),
		Entry("refused: quantity and notional", row{400, "quantity_and_notional.json", domain.KindRejected, "", ""}),
		Entry("credentials: not authorized", row{401, "unauthorized.json", domain.KindUnavailable, ports.CodeCredentialsRefused, "credentials"}),
		Entry("credentials: no body that can be read", row{401, "not_json.html", domain.KindUnavailable, ports.CodeCredentialsRefused, "credentials"}),
		Entry("credentials: the gateway's word", row{403, "gateway_forbidden.json", domain.KindUnavailable, ports.CodeCredentialsRefused, "credentials"}),
		Entry("credentials: not authorized, as 403", row{403, "unauthorized.json", domain.KindUnavailable, ports.CodeCredentialsRefused, ""}),
		Entry("refused: wash trade", row{403, "wash_trade.json", domain.KindRejected, "", "(opposite side market/stop order exists)"}),
		Entry("refused: shares", row{403, "insufficient_quantity.json", domain.KindRejected, "", "insufficient qty available"}),
		Entry("refused: not fractionable", row{403, "not_fractionable.json", domain.KindRejected, "", `asset "OCGN" is not fractionable`}),
		Entry("refused: buying power", row{403, "insufficient_buying_power.json", domain.KindRejected, "rejected_by_broker", "Alpaca: insufficient buying power"}),
		Entry("refused: balance", row{403, "insufficient_balance.json", domain.KindRejected, "", "insufficient balance for USDT"}),
		Entry("refused: minimal cost", row{403, "minimal_cost.json", domain.KindRejected, "", "cost basis"}),
		Entry("it has the order", row{422, "duplicate.json", domain.KindConflict, "duplicate_client_order_id", ""}),
		Entry("refused: the duplicate's code with other words", row{422, "crypto_order_type.json", domain.KindRejected, "", "invalid order type"}),
		Entry("refused: sub-penny", row{422, "sub_penny.json", domain.KindRejected, "", "sub-penny increment"}),
		Entry("refused: fractional", row{422, "fractional_day.json", domain.KindRejected, "", "fractional orders must be DAY orders"}),
		Entry("refused: fractional with legs", row{422, "fractional_simple.json", domain.KindRejected, "", "fractional orders must be simple orders"}),
		Entry("refused: another meaning than it has", row{422, "position_intent_mismatch.json", domain.KindRejected, "", "position intent mismatch, inferred: buy_to_open"}),
		Entry("refused: a day of crypto", row{422, "crypto_time_in_force.json", domain.KindRejected, "", "invalid crypto time_in_force"}),
		Entry("not taken: throttled", row{429, "rate_limit.json", domain.KindUnavailable, "throttled", ""}),
		Entry("not taken: throttled by a gateway", row{429, "not_json.html", domain.KindUnavailable, "throttled", ""}),
		Entry("unknown: 500", row{500, "internal.json", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 502", row{502, "not_json.html", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 503", row{503, "internal.json", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 504", row{504, "not_json.html", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 400 without a body that can be read", row{400, "not_json.html", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 403 without a body that can be read", row{403, "not_json.html", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 404", row{404, "order_not_found.json", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 422 with a code nobody has written down", row{422, "unheard_of.json", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 307", row{307, "not_json.html", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 201", row{201, "malformed.json", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 200 with what cannot be read", row{200, "not_json.html", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 200 with no order", row{200, "malformed.json", domain.KindUnknownOutcome, "", ""}),
		Entry("unknown: 418", row{418, "malformed.json", domain.KindUnknownOutcome, "", ""}),
	)

	It("is unknown where it is about another order, or in a word for its status that nobody knows", func(ctx SpecContext) {
		for _, body := range []string{orderIn("hfabcdone", "another"), orderIn("pending_new", "ascended")} {
			s, broker, account := scripted()
			s.on(submitting, http.StatusOK, body)
			Expect(broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindUnknownOutcome))
		}
	})

	It("is no refusal where Alpaca has the order all the same, or cannot say", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(submitting, 422, recorded("errors/sub_penny.json"))
		s.on(lookingUp, http.StatusOK, orderIn())
		Expect(broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindConflict))
		s.on(lookingUp, 500, recorded("errors/internal.json"))
		Expect(broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindUnknownOutcome))
	})

	It("names the request for the log, and never a key", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(submitting, 500, recorded("errors/internal.json"), "X-Request-Id", "req-7")
		_, err := broker.Submit(ctx, account, one())
		Expect(err).To(MatchError(And(ContainSubstring("req-7"), ContainSubstring("50010000"))))
		Expect(err.Error()).NotTo(ContainSubstring("s3cret"))
		Expect(err.Error()).NotTo(ContainSubstring(account.ID().String()))
	})

	It("may be as large as an answer can be, and not larger", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(submitting, http.StatusOK, string(slices.Repeat([]byte(" "), 5<<20))+orderIn())
		Expect(broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindUnknownOutcome))
		s.on(submitting, http.StatusOK, orderIn(), "X-Much", string(slices.Repeat([]byte("x"), 100<<10)))
		Expect(broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindUnknownOutcome))
	})
})

var _ = Describe("The answer to a question", func() {
	DescribeTable("leaves it open, but where there is no such order",
		func(ctx SpecContext, status int, file string, kind domain.Kind) {
			s, broker, account := scripted()
			s.on(lookingUp, status, recorded("errors/"+file))
			Expect(broker.ByClientOrderID(ctx, account, "hfabcdone")).Error().To(MatchError(kind))
		},
		Entry("404", 404, "order_not_found.json", domain.KindNotFound),
		Entry("404 of a gateway", 404, "not_json.html", domain.KindUnavailable),
		Entry("500", 500, "internal.json", domain.KindUnavailable),
		Entry("401", 401, "unauthorized.json", domain.KindUnavailable),
		Entry("403", 403, "gateway_forbidden.json", domain.KindUnavailable),
		Entry("422", 422, "sub_penny.json", domain.KindUnavailable),
		Entry("422 with the code of duplicates", 422, "order_id_missing.json", domain.KindUnavailable),
		Entry("429", 429, "rate_limit.json", domain.KindUnavailable),
		Entry("307", 307, "not_json.html", domain.KindUnavailable),
		Entry("200 that cannot be read", 200, "not_json.html", domain.KindUnavailable),
		Entry("200 about nothing", 200, "malformed.json", domain.KindUnavailable),
	)

	DescribeTable("to end an order",
		func(ctx SpecContext, status int, file string, kind domain.Kind, code string) {
			s, broker, account := scripted()
			s.on(lookingUp, http.StatusOK, orderIn())
			s.on("DELETE /v2/orders/"+orderID, status, recorded("errors/"+file))
			_, err := broker.Cancel(ctx, account, "hfabcdone")
			Expect(err).To(And(MatchError(kind), HaveField("Code", code)))
		},
		Entry("says that it is over", 422, "already_filled.json", domain.KindConflict, "order_not_open"),
		Entry("says that there is none", 404, "order_not_found.json", domain.KindNotFound, "not_found"),
		Entry("says nothing: 422 with another code", 422, "order_id_missing.json", domain.KindUnavailable, "broker_unavailable"),
		Entry("says nothing: 500", 500, "internal.json", domain.KindUnavailable, "broker_unavailable"),
		Entry("says nothing: throttled", 429, "rate_limit.json", domain.KindUnavailable, "throttled"),
		Entry("says nothing: credentials", 401, "unauthorized.json", domain.KindUnavailable, ports.CodeCredentialsRefused),
		Entry("says nothing: what cannot be read", 403, "not_json.html", domain.KindUnavailable, "broker_unavailable"),
	)

	It("tells of an order that is over before a cancel arrives", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(lookingUp, http.StatusOK, orderIn())
		s.on("DELETE /v2/orders/61e69015-8549-4bfd-b9c3-01e75843f47d", 422, recorded("errors/already_filled.json"))
		_, err := broker.Cancel(ctx, account, "hfabcdone")
		Expect(err).To(MatchError(domain.KindConflict))
		Expect(err).To(HaveField("Code", "order_not_open"))
	})
})

// Every error that Alpaca was recorded with, or is documented to give, is in a
// table of these specs.
var _ = Describe("The recorded errors", func() {
	It("are all looked at", func() {
		files, err := filepath.Glob("testdata/errors/*")
		Expect(err).NotTo(HaveOccurred())
		var specs strings.Builder
		for _, name := range []string{"outcomes_test.go", "market_test.go"} {
			text, err := os.ReadFile(name)
			Expect(err).NotTo(HaveOccurred())
			specs.Write(text)
		}
		for _, file := range files {
			Expect(specs.String()).To(ContainSubstring(`"`+filepath.Base(file)+`", domain.Kind`), file)
		}
	})
})

var _ = Describe("What an account may send", func() {
	It("is nothing until the requests it has left are there again", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(submitting, http.StatusOK, orderIn(), "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1")
		Expect(broker.Submit(ctx, account, one())).Error().NotTo(HaveOccurred())
		_, err := broker.ByClientOrderID(ctx, account, "hfabcdone")
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(err).To(HaveField("RetryAfter", BeNumerically(">", 0)))
		Expect(s.requests()).To(HaveLen(1))
		Expect(broker.ByClientOrderID(ctx, accountAt(s.URL), "hfabcdone")).Error().To(MatchError(domain.KindNotFound), "another account's are its own")
	})

	It("is nothing after 429 for as long as it says", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(submitting, 429, recorded("errors/rate_limit.json"), "Retry-After", "30")
		Expect(broker.Submit(ctx, account, one())).Error().To(HaveField("Kind", domain.KindUnavailable))
		_, err := broker.Submit(ctx, account, one())
		Expect(err).To(HaveField("RetryAfter", And(BeNumerically(">", 25*time.Second), BeNumerically("<=", 30*time.Second))))
		Expect(s.requests()).To(HaveLen(1))
	})

	It("is nothing with credentials that were not accepted, and at once with others", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(lookingUp, 401, recorded("errors/unauthorized.json"))
		for range 5 {
			_, err := broker.ByClientOrderID(ctx, account, "hfabcdone")
			Expect(err).To(HaveField("Code", ports.CodeCredentialsRefused))
			Expect(err).To(HaveField("RetryAfter", BeNumerically(">", 0)))
		}
		Expect(s.requests()).To(HaveLen(1), "nothing hammers the venue")
		snapshot := account.Snapshot()
		snapshot.CredentialsVersion++
		s.on(lookingUp, http.StatusOK, orderIn())
		Expect(broker.ByClientOrderID(ctx, domain.RestoreBrokerAccount(snapshot), "hfabcdone")).Error().NotTo(HaveOccurred())
	})
})
