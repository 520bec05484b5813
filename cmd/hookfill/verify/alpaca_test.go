package verify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/cmd/hookfill/verify"
)

// pages tells one order a page after the other's id, and 499 of strangers before it.
func pages(clientOrderID string, created time.Time) verify.Alpaca {
	order := func(id, client string, at time.Time) string {
		return fmt.Sprintf(`{"id":%q,"client_order_id":%q,"symbol":"AAPL","side":"buy","status":"new","filled_qty":"0","created_at":%q}`, id, client, at.Format(time.RFC3339Nano))
	}
	return verify.Alpaca{Page: func(_ context.Context, _ pgx.Tx, account, query string) ([]byte, error) {
		switch {
		case account != id("11"):
			return nil, fmt.Errorf("%w: no key", verify.ErrNoRecord)
		case strings.Contains(query, "after_order_id=499"):
			return []byte("[" + order("mine", clientOrderID, created) + "]"), nil
		}
		var all []string
		for n := range 500 {
			all = append(all, order(fmt.Sprint(n), fmt.Sprintf("stranger-%d", n), time.Unix(0, 0)))
		}
		return []byte("[" + strings.Join(all, ",") + "]"), nil
	}}
}

var _ = Describe("The record of Alpaca", func() {
	// atAlpaca makes one account of the world one at Alpaca, with nothing sent.
	judge := func(ctx context.Context, r verify.Record) (verify.Report, error) {
		database := worlds.Fresh(ctx)
		Expect(run(ctx, database, "update public.broker_accounts set kind = 'alpaca' where id = '"+id("11")+"'")).To(Succeed())
		return verify.Check(ctx, verify.Options{URL: database, Records: []verify.Record{r}})
	}

	It("is read page by page, and has the orders that nobody here knows", func(ctx SpecContext) {
		report, err := judge(ctx, pages("hfabcdlost", time.Now().Add(-time.Hour)))
		Expect(err).NotTo(HaveOccurred())
		Expect(report.WithoutRecord).To(BeEmpty())
		Expect(rowsOf(report, "I2")).To(ContainElement(HaveField("Subject", "client order id hfabcdlost")))
		Expect(report.Totals.BrokerOrders).To(BeNumerically(">", 500))
	})

	It("holds nothing against orders that came in after the snapshot", func(ctx SpecContext) {
		report, err := judge(ctx, pages("hfabcdlost", time.Now().Add(time.Second)))
		Expect(err).NotTo(HaveOccurred())
		Expect(rowsOf(report, "I2")).NotTo(ContainElement(HaveField("Subject", "client order id hfabcdlost")))
	})

	It("is none where the account cannot be opened, and an error where it cannot be understood or had", func(ctx SpecContext) {
		answering := func(text string, err error) verify.Alpaca {
			return verify.Alpaca{Page: func(context.Context, pgx.Tx, string, string) ([]byte, error) { return []byte(text), err }}
		}
		report, err := judge(ctx, answering("", verify.ErrNoRecord))
		Expect(err).NotTo(HaveOccurred())
		Expect(report.WithoutRecord).To(ConsistOf(id("11")))
		Expect(judge(ctx, answering("<html>", nil))).Error().To(MatchError(ContainSubstring("is not understood")))
		Expect(judge(ctx, answering("", errors.New("away")))).Error().To(MatchError(ContainSubstring("away")))
	})
})
