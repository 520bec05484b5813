package alpaca_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

// promptly is a venue whose prices are asked for each time.
func promptly(ctx context.Context) portstest.Trading {
	t := atVenue(ctx)
	t.Broker = newBroker(alpaca.Config{AllowAddresses: loopback(), Timeout: 5 * time.Second, QuoteReuse: time.Nanosecond})
	return t
}

var _ = portstest.DescribeQuotes("alpaca.Broker", portstest.BrokerHarness{New: promptly, WithoutLegs: true})

const (
	stockPrices  = "GET /v2/stocks/snapshots"
	cryptoPrices = "GET /v1beta3/crypto/us/snapshots"
	optionPrices = "GET /v1beta1/options/snapshots"
)

// snapshot writes prices of now, or of another time.
func snapshot(symbol, bid, ask, last string, ago time.Duration) string {
	return strings.NewReplacer("SYMBOL", symbol, "BID", bid, "ASK", ask, "LAST", last, "AT", time.Now().Add(-ago).Format(time.RFC3339Nano)).Replace(
		`{"SYMBOL":{"latestTrade":{"t":"AT","x":"V","p":LAST,"s":100,"i":1,"z":"C"},"latestQuote":{"t":"AT","ax":"V","ap":ASK,"as":1,"bx":"V","bp":BID,"bs":2}}}`)
}

func pricesOf(q ports.Quote) []string {
	var told []string
	for _, p := range []*domain.Price{q.Bid, q.Ask, q.LastPrice} {
		if p == nil {
			told = append(told, "")
			continue
		}
		told = append(told, p.String())
	}
	return told
}

var _ = Describe("A quote of Alpaca's", func() {
	DescribeTable("is asked for where the symbol's class has it",
		func(ctx SpecContext, symbol domain.Symbol, at string, nested bool) {
			s, broker, account := scripted()
			body := snapshot(string(symbol), "1.5", "1.6", "1.55", 0)
			if nested {
				body = `{"snapshots":` + body + `,"next_page_token":null}`
			}
			s.on(at, http.StatusOK, body)
			q, err := broker.Quote(ctx, account, symbol)
			Expect(err).NotTo(HaveOccurred())
			Expect(pricesOf(q)).To(Equal([]string{"1.5", "1.6", "1.55"}))
			Expect(q.Symbol).To(Equal(symbol))
		},
		Entry("shares", domain.Symbol("BRK.B"), stockPrices, false),
		Entry("crypto", domain.Symbol("BTC/USD"), cryptoPrices, true),
		Entry("an option", domain.Symbol("AAPL261218C00200000"), optionPrices, true),
	)

	It("has no side that nobody quotes, and nothing older than a minute", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(stockPrices, http.StatusOK, snapshot("AAPL", "0", "1.6", "1.55", 0))
		q, err := broker.Quote(ctx, account, "AAPL")
		Expect(err).NotTo(HaveOccurred())
		Expect(pricesOf(q)).To(Equal([]string{"", "1.6", "1.55"}))
		s, broker, account = scripted()
		s.on(stockPrices, http.StatusOK, snapshot("AAPL", "1.5", "1.6", "1.55", 2*time.Minute))
		Expect(broker.Quote(ctx, account, "AAPL")).Error().To(MatchError(domain.KindNotFound))
	})

	It("comes with those of other symbols, and costs one request for all who ask at once", func(ctx SpecContext) {
		v := newVenue()
		account, err := v.open(ctx)
		Expect(err).NotTo(HaveOccurred())
		broker, price := newBroker(alpaca.Config{AllowAddresses: loopback()}), new(domain.MustPrice("7"))
		for _, symbol := range []domain.Symbol{"AAPL", "MSFT", "TSLA"} {
			Expect(v.Push(ctx, account, ports.Quote{Symbol: symbol, Bid: price, Ask: price, LastPrice: price})).Error().NotTo(HaveOccurred())
			Expect(broker.Quote(ctx, account, symbol)).Error().NotTo(HaveOccurred())
		}
		v.line.Down() // all three came with the last
		for range 10 {
			for _, symbol := range []domain.Symbol{"AAPL", "MSFT", "TSLA"} {
				Expect(broker.Quote(ctx, account, symbol)).To(HaveField("Symbol", symbol))
			}
		}
		Expect(broker.Quote(ctx, account, "NVDA")).Error().To(MatchError(domain.KindUnavailable))
	})

	It("is had where another symbol turns out to be none", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(stockPrices, http.StatusOK, snapshot("AAPL", "1.5", "1.6", "1.55", 0))
		Expect(broker.Quote(ctx, account, "AAPL")).Error().NotTo(HaveOccurred())
		s.on(stockPrices, http.StatusBadRequest, `{"message":"invalid symbol: XX"}`)
		Expect(broker.Quote(ctx, account, "XX")).Error().To(MatchError(domain.KindNotFound))
		s.on(stockPrices, http.StatusOK, snapshot("MSFT", "1.5", "1.6", "1.55", 0))
		Expect(broker.Quote(ctx, account, "MSFT")).To(HaveField("Symbol", domain.Symbol("MSFT")))
		Expect(s.requests()).To(HaveLen(4), "two for the one that is none")
	})

	DescribeTable("that cannot be had is",
		func(ctx SpecContext, status int, body string, kind domain.Kind) {
			s, broker, account := scripted()
			s.on(stockPrices, status, body)
			Expect(broker.Quote(ctx, account, "AAPL")).Error().To(MatchError(kind))
		},
		Entry("not known", 200, `{}`, domain.KindNotFound),
		Entry("not known either", 200, `{"AAPL":null}`, domain.KindNotFound),
		Entry("of no symbol", 400, `{"message":"code=400, message=invalid symbol: AAPL"}`, domain.KindNotFound),
		Entry("unavailable, where the answer cannot be read", 200, `<html>`, domain.KindUnavailable),
		Entry("unavailable, where a price cannot be read", 200, `{"AAPL":{"latestTrade":{"t":"2999-01-01T00:00:00Z","p":-1}}}`, domain.KindUnavailable),
		Entry("unavailable, where something else is wrong", 500, `{"message":"internal"}`, domain.KindUnavailable),
	)

	It("that is refused keeps no order back, and is not asked for again at once", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(stockPrices, http.StatusForbidden, `{"message":"forbidden."}`)
		s.on(submitting, http.StatusOK, orderIn())
		for range 3 {
			Expect(broker.Quote(ctx, account, "AAPL")).Error().To(And(MatchError(domain.KindUnavailable), HaveField("Code", "market_data_refused")))
		}
		Expect(broker.Submit(ctx, account, one())).Error().NotTo(HaveOccurred())
		Expect(s.requests()).To(Equal([]string{stockPrices, submitting}))
	})

	It("that is throttled keeps no order back", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(stockPrices, http.StatusTooManyRequests, `{"message":"too many requests."}`)
		s.on(submitting, http.StatusOK, orderIn())
		for range 3 {
			Expect(broker.Quote(ctx, account, "AAPL")).Error().To(HaveField("Code", "throttled"))
		}
		Expect(broker.Submit(ctx, account, one())).Error().NotTo(HaveOccurred())
		Expect(s.requests()).To(Equal([]string{stockPrices, submitting}))
	})
})
