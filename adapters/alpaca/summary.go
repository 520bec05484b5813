package alpaca

import (
	"context"
	"slices"
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Summary gives the account and its positions by Alpaca's books, by symbol.
func (b *Broker) Summary(ctx context.Context, account *domain.BrokerAccount) (ports.AccountSummary, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return ports.AccountSummary{}, err
	}
	var w wireAccount
	if err := read(v.do(ctx, request{method: "GET", path: "/v2/account"}), &w, "account"); err != nil {
		return ports.AccountSummary{}, err
	}
	var held []wirePosition
	if err := read(v.do(ctx, request{method: "GET", path: "/v2/positions"}), &held, "positions"); err != nil {
		return ports.AccountSummary{}, err
	}
	s, err := w.summary()
	if err != nil {
		return ports.AccountSummary{}, unreadable(err)
	}
	for _, h := range held {
		p, err := h.position()
		if err != nil {
			return ports.AccountSummary{}, unreadable(err)
		}
		if !p.Position.Quantity.IsFlat() {
			s.Positions = append(s.Positions, p)
		}
	}
	slices.SortFunc(s.Positions, func(a, b ports.BrokerPosition) int { return strings.Compare(string(a.Symbol), string(b.Symbol)) })
	return s, nil
}

func (w wireAccount) summary() (s ports.AccountSummary, err error) {
	if s.Cash, err = domain.ParseMoney(w.Cash.String()); err != nil {
		return s, err
	}
	if s.Equity, err = domain.ParseMoney(w.Equity.String()); err != nil {
		return s, err
	}
	s.BuyingPower, err = domain.ParseMoney(w.BuyingPower.String())
	return s, err
}

func (w wirePosition) position() (p ports.BrokerPosition, err error) {
	if p.Symbol, err = canonical(w.Symbol, w.AssetClass); err != nil {
		return p, err
	}
	if p.Position.Quantity, err = domain.ParseNet(w.Qty.String()); err != nil {
		return p, err
	}
	price, err := domain.ParsePrice(w.AvgEntry.String())
	p.Position.AveragePrice = &price
	return p, err
}
