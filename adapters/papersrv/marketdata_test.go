package papersrv_test

import (
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/marketdata"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Market data, to the SDK", func() {
	var v *venue
	var data *marketdata.Client
	BeforeEach(func() {
		v = open()
		data = marketdata.NewClient(marketdata.ClientOpts{APIKey: "key", APISecret: "secret", BaseURL: v.url, RetryLimit: 1, RetryDelay: time.Millisecond})
	})

	It("is what was pushed, as of now", func(ctx SpecContext) {
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		v.quote(ctx, "BTC/USD", "", "", "64000.5")
		v.clock.Advance(time.Hour)
		stock, err := data.GetSnapshot("AAPL", marketdata.GetSnapshotRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(stock.LatestQuote).To(And(HaveField("BidPrice", 99.9), HaveField("AskPrice", 100.1)))
		Expect(stock.LatestTrade).To(And(HaveField("Price", 100.0), HaveField("Timestamp", BeTemporally("==", v.clock.Now()))))
		crypto, err := data.GetCryptoSnapshot("BTC/USD", marketdata.GetCryptoSnapshotRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(crypto.LatestTrade.Price).To(Equal(64000.5))
		Expect(crypto.LatestQuote).To(BeNil())
	})

	It("leaves out what nobody has quoted, and what is of another class", func(ctx SpecContext) {
		v.quote(ctx, "BTC/USD", "1", "2", "")
		Expect(v.send(ctx, "GET", "/v2/stocks/snapshots?symbols=AAPL,BTC/USD,,no%20symbol", "").text).To(MatchJSON(`{}`))
		Expect(v.send(ctx, "GET", "/v1beta3/crypto/us/snapshots?symbols=", "").text).To(MatchJSON(`{"snapshots":{}}`))
	})
})
