package paper

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Engine is one paper account as the fold of its journal. Commands are decided
// against it and change nothing: they give the entries to journal, and the
// account changes when these are folded. It reads no clock and makes no random
// id, so the same entries and the same command give the same answer anywhere.
//
// It may be read from several goroutines; Fold belongs to one, with no other
// call beside it.
type Engine struct{ a *account }

// NewEngine gives the account before its first entry. The first command opens it
// with that cash; a journal that is folded says itself what it was opened with.
func NewEngine(id domain.BrokerAccountID, cash domain.Money) *Engine {
	return &Engine{newAccount(id, cash)}
}

// Decision is what a command comes to.
type Decision struct {
	// Entries are to be journaled as a whole, right behind those folded so far;
	// none where nothing changes.
	Entries [][]byte
	// Report is the order that was submitted or canceled.
	Report domain.OrderReport
	// Changed lists the client order ids of other orders that the command
	// changed, the oldest order first.
	Changed []string
	// Rejection is set, as KindRejected, where the account said no to the order.
	Rejection *domain.Error
}

// Fold takes in the entries that follow on those taken in before. One that
// cannot be understood, or cannot follow, is KindInternal and named by account
// and sequence number; those before it stay taken in.
func (e *Engine) Fold(entries [][]byte) error {
	for _, b := range entries {
		ev, at, err := decodeEntry(b)
		if err == nil {
			err = e.a.add(ev, at)
		}
		if err != nil {
			return corrupt(e.a.id, e.a.seq+1, err)
		}
	}
	return nil
}

// Sequence is the number of entries folded so far, which is that of the last.
func (e *Engine) Sequence() int64 { return e.a.seq }

// Order gives the order with that client order id, whatever its status, and
// whether there is one.
func (e *Engine) Order(clientOrderID string) (domain.OrderReport, bool) {
	o, ok := e.a.order(clientOrderID)
	if !ok {
		return domain.OrderReport{}, false
	}
	return o.report(clientOrderID), true
}

// Changed gives up to limit orders that changed last at or after since, those
// that changed longest ago first, and all that changed with the last one.
func (e *Engine) Changed(since time.Time, limit int) []ports.ListedOrder {
	var found []ports.ListedOrder
	for id, o := range e.a.orders {
		if !o.at.Before(since) {
			found = append(found, ports.ListedOrder{Symbol: o.symbol, Report: o.report(id)})
		}
	}
	slices.SortFunc(found, func(a, b ports.ListedOrder) int {
		return cmp.Or(a.Report.At.Compare(b.Report.At), strings.Compare(a.Report.ClientOrderID, b.Report.ClientOrderID))
	})
	n := max(min(limit, len(found)), 0)
	for n > 0 && n < len(found) && found[n].Report.At.Equal(found[n-1].Report.At) {
		n++
	}
	return found[:n]
}

// Quote gives the quote pushed last for a symbol, and whether there is one.
func (e *Engine) Quote(symbol domain.Symbol) (ports.Quote, bool) {
	m := e.a.book(symbol).market
	return ports.Quote{Symbol: symbol, Bid: copyOf(m.bid), Ask: copyOf(m.ask), LastPrice: copyOf(m.last)}, m.quoted
}

func copyOf(p *domain.Price) *domain.Price {
	if p == nil {
		return nil
	}
	return new(*p)
}

// Summary gives the account's books; its positions are those not flat, by
// symbol.
func (e *Engine) Summary() ports.AccountSummary {
	s := ports.AccountSummary{
		Cash: domain.NewMoney(e.a.cash), Equity: domain.NewMoney(e.a.equity()),
		BuyingPower: domain.NewMoney(decimal.Max(decimal.Decimal{}, e.a.buyingPower())),
	}
	for symbol, b := range e.a.books {
		if b.position.Quantity.IsFlat() {
			continue
		}
		p := b.position
		average := *p.AveragePrice
		p.AveragePrice = &average
		s.Positions = append(s.Positions, ports.BrokerPosition{Symbol: symbol, Position: p})
	}
	slices.SortFunc(s.Positions, func(a, b ports.BrokerPosition) int {
		return strings.Compare(string(a.Symbol), string(b.Symbol))
	})
	return s
}

// StartingCash is what the account was opened with, or will be.
func (e *Engine) StartingCash() domain.Money { return domain.NewMoney(e.a.start) }

// RealizedProfit is what all closed quantity earned or, below 0, lost.
func (e *Engine) RealizedProfit() domain.Money { return domain.NewMoney(e.a.realized) }

// UnrealizedProfit is what closing every position at its present mark would
// earn or, below 0, lose.
func (e *Engine) UnrealizedProfit() domain.Money {
	sum := decimal.Decimal{}
	for _, b := range e.a.books {
		if p := b.position; p.AveragePrice != nil {
			sum = sum.Add(b.market.mark().Sub(p.AveragePrice.Decimal()).Mul(p.Quantity.Decimal()))
		}
	}
	return domain.NewMoney(sum)
}

func corrupt(id domain.BrokerAccountID, seq int64, why error) error {
	return &domain.Error{
		Kind: domain.KindInternal, Code: "corrupt_paper_journal",
		Msg: fmt.Sprintf("paper account %s, entry %d", id, seq), Err: why,
	}
}
