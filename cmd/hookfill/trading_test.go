package main_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("What a quantity means", func() {
	It("lets TradingView's reversal of long 10 end short 10", func(ctx SpecContext) {
		ada := standing.newUser(ctx)
		account := ada.account(ctx)
		hook := standing.at(ada.webhook(ctx, account).URL)
		accept(ctx, hook, `{"ticker":"NASDAQ:AAPL","action":"buy","sentiment":"long","quantity":"10","price":"100"}`)
		accept(ctx, hook, `{"ticker":"NASDAQ:AAPL","action":"sell","sentiment":"short","quantity":"20","price":"101"}`)

		b := ada.settled(ctx, account)
		Expect(holding(b.byAccount, "AAPL", nil).String()).To(Equal("-10"))
		b.expectToAddUp()
	})

	It("lets one config's exit leave what the other's fills built", func(ctx SpecContext) {
		ada := standing.newUser(ctx)
		account := ada.account(ctx)
		one, other := ada.webhook(ctx, account), ada.webhook(ctx, account)
		accept(ctx, standing.at(one.URL), `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
		accept(ctx, standing.at(other.URL), `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
		accept(ctx, standing.at(one.URL), `{"ticker":"AAPL","action":"exit","price":"102"}`)

		b := ada.settled(ctx, account)
		Expect(holding(b.byWebhook, "AAPL", &one.ID).String()).To(Equal("0"))
		Expect(holding(b.byWebhook, "AAPL", &other.ID).String()).To(Equal("10"))
		Expect(holding(b.byAccount, "AAPL", nil).String()).To(Equal("10"))
		b.expectToAddUp()
	})
})
