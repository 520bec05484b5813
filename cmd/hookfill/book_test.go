package main_test

import (
	"context"
	"net/http"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
)

// book is everything the API says of what one user did at one account.
type book struct {
	signals   []signalRecord
	orders    []orderRecord
	byAccount []positionRecord
	byWebhook []positionRecord
	// broker are the positions by the broker's own books; flat ones are left out.
	broker []positionRecord
}

// settleTimeout is long enough for a thousand orders on a busy machine.
const settleTimeout = 90 * time.Second

// settled waits until no signal of a user is under way and reads the book.
func (u *user) settled(ctx context.Context, account string) book {
	GinkgoHelper()
	for _, state := range []string{"queued", "executing"} {
		Eventually(func(ctx context.Context) ([]byte, error) {
			a, err := u.try(ctx, http.MethodGet, "/v1/signals?limit=1&state="+state, nil)
			return a.body, err
		}).WithContext(ctx).WithTimeout(settleTimeout).Should(MatchJSON(`{"items":[],"next_cursor":null}`))
	}
	check := u.call(ctx, http.MethodPost, "/v1/broker-accounts/"+account+"/check", nil)
	Expect(check.status).To(Equal(http.StatusOK), "%s", check.body)
	return book{
		signals:   list[signalRecord](ctx, u, "/v1/signals"),
		orders:    list[orderRecord](ctx, u, "/v1/orders?broker_account_id="+account),
		byAccount: list[positionRecord](ctx, u, "/v1/positions?by=account"),
		byWebhook: list[positionRecord](ctx, u, "/v1/positions?by=webhook"),
		broker:    decode[summaryRecord](check.body).Positions,
	}
}

// expectOneOrderEach expects every signal to have come to one order, filled
// whole, and nothing else to have been ordered.
func (b book) expectOneOrderEach(signals []string) {
	GinkgoHelper()
	var recorded, ordered []string
	for _, s := range b.signals {
		recorded = append(recorded, s.ID)
		Expect(s.State).To(Equal("done"), "signal %s", s.ID)
	}
	for _, o := range b.orders {
		ordered = append(ordered, o.SignalID)
		Expect(o.Status).To(Equal("filled"), "order %s", o.ID)
		Expect(o.FilledQuantity).To(equalDecimal(o.Quantity), "order %s", o.ID)
	}
	for _, found := range [][]string{signals, recorded, ordered} {
		slices.Sort(found)
	}
	Expect(recorded).To(Equal(signals), "the signals there are")
	Expect(ordered).To(Equal(signals), "the signals that orders are of")
}

// expectToAddUp expects positions to be the sum of fills wherever they are kept.
func (b book) expectToAddUp() {
	GinkgoHelper()
	executions, filled := map[string]bool{}, map[string]decimal.Decimal{}
	for _, o := range b.orders {
		sum := decimal.Zero
		for _, f := range o.Fills {
			Expect(executions).NotTo(HaveKey(f.ExecutionID), "an execution that fills twice")
			executions[f.ExecutionID] = true
			sum = sum.Add(f.Quantity)
		}
		Expect(o.FilledQuantity).To(equalDecimal(sum), "order %s", o.ID)
		if o.Side == "sell" {
			sum = sum.Neg()
		}
		filled[o.Symbol] = filled[o.Symbol].Add(sum)
	}
	Expect(bySymbol(b.broker)).To(equalHoldings(filled), "the broker's own books")
	Expect(bySymbol(b.byAccount)).To(equalHoldings(filled), "positions by account")
	Expect(bySymbol(b.byWebhook)).To(equalHoldings(filled), "positions by webhook, together")
}

// expectLanesInOrder expects the orders of each symbol to have gapless places,
// and to have been written down and filled in that order.
func (b book) expectLanesInOrder() {
	GinkgoHelper()
	lanes := map[string][]orderRecord{}
	for _, o := range b.orders {
		lanes[o.Symbol] = append(lanes[o.Symbol], o)
	}
	for symbol, lane := range lanes {
		slices.SortFunc(lane, func(a, b orderRecord) int { return int(a.LaneSeq - b.LaneSeq) })
		for i, o := range lane {
			Expect(o.LaneSeq).To(BeEquivalentTo(i+1), "place in the lane of %s", symbol)
			if i == 0 {
				continue
			}
			Expect(o.CreatedAt).To(BeTemporally(">=", lane[i-1].Fills[0].At), "order %d of %s came after the fill before it", i+1, symbol)
			Expect(o.Fills[0].At).To(BeTemporally(">=", lane[i-1].Fills[0].At), "fill %d of %s", i+1, symbol)
		}
	}
}

// holding gives one position of those listed, zero where there is none.
func holding(positions []positionRecord, symbol string, webhook *string) decimal.Decimal {
	for _, p := range positions {
		if p.Symbol == symbol && (webhook == nil || p.WebhookConfigID != nil && *p.WebhookConfigID == *webhook) {
			return p.Quantity
		}
	}
	return decimal.Zero
}

func bySymbol(positions []positionRecord) map[string]decimal.Decimal {
	sums := map[string]decimal.Decimal{}
	for _, p := range positions {
		sums[p.Symbol] = sums[p.Symbol].Add(p.Quantity)
	}
	return sums
}

func equalDecimal(want decimal.Decimal) OmegaMatcher {
	return WithTransform(func(got decimal.Decimal) string { return got.String() }, Equal(want.String()))
}

// equalHoldings compares amounts, and takes flat for nothing.
func equalHoldings(want map[string]decimal.Decimal) OmegaMatcher {
	return WithTransform(holdingTexts, Equal(holdingTexts(want)))
}

func holdingTexts(sums map[string]decimal.Decimal) map[string]string {
	texts := map[string]string{}
	for symbol, quantity := range sums {
		if !quantity.IsZero() {
			texts[symbol] = quantity.String()
		}
	}
	return texts
}
