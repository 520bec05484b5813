package main_test

import (
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A crowd of alerts", func() {
	const (
		symbols   = 20
		perSymbol = 50
		atOnce    = 16
	)

	It("comes to as many signals, orders and fills, every lane in order", func(ctx SpecContext) {
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated))
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		hook := s.at(ada.webhook(ctx, account).URL)

		signals := make([][]string, symbols)
		turns := make(chan struct{}, atOnce)
		var posting sync.WaitGroup
		for symbol := range symbols {
			posting.Go(func() {
				defer GinkgoRecover()
				for n := range perSymbol {
					inTurn(turns, func() {
						signals[symbol] = append(signals[symbol], accept(ctx, hook, crowdAlert(symbol, n)))
					})
				}
			})
		}
		posting.Wait()

		b := ada.settled(ctx, account)
		var all []string
		for _, lane := range signals {
			all = append(all, lane...)
		}
		Expect(all).To(HaveLen(symbols * perSymbol))
		b.expectOneOrderEach(all)
		b.expectLanesInOrder()
		b.expectToAddUp()
		s.verified(ctx, "--drained")

		bySignal := map[string]orderRecord{}
		for _, o := range b.orders {
			bySignal[o.SignalID] = o
		}
		for _, lane := range signals {
			for n, signal := range lane {
				Expect(bySignal[signal].LaneSeq).To(BeEquivalentTo(n+1), "the place of the alert that was sent as number %d", n+1)
			}
		}
	}, takesLong)
})

// crowdAlert buys 1 to 9 of a symbol; each alert is another.
func crowdAlert(symbol, n int) string {
	return fmt.Sprintf(`{"id":"%d-%d","ticker":"NASDAQ:SYM%d","action":"buy","sentiment":"long","quantity":"%d","price":"187.32"}`,
		symbol, n, symbol, 1+n%9)
}

// inTurn runs fn while it holds one of the turns.
func inTurn(turns chan struct{}, fn func()) {
	turns <- struct{}{}
	defer func() { <-turns }()
	fn()
}
