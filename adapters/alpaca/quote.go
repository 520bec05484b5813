package alpaca

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// quoteAge is how old a price may be that counts as one of now.
const quoteAge = time.Minute

// wireSnapshot is what is read of a symbol's latest prices.
type wireSnapshot struct {
	Trade *wireTrade `json:"latestTrade"`
	Quote *wireQuote `json:"latestQuote"`
}

type wireTrade struct {
	At    time.Time   `json:"t"`
	Price json.Number `json:"p"`
}

// wireQuote is a bid and an ask; a side that nobody quotes is 0.
type wireQuote struct {
	At  time.Time   `json:"t"`
	Bid json.Number `json:"bp"`
	Ask json.Number `json:"ap"`
}

// Quote asks Alpaca's market data for the latest quote and trade, with the best
// feed that the account has. Prices older than a minute are left out. One request
// asks for all symbols that were of interest lately, and its answer serves who asks
// within [Config.QuoteReuse], so that watching many costs no more than one. Market data
// counts its requests, and gives its permissions, apart from trading: what it
// refuses keeps no order back.
func (b *Broker) Quote(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (ports.Quote, error) {
	v, err := b.visitAt(ctx, account, account.Snapshot().Alpaca.DataURL(), b.dataGates)
	if err != nil {
		return ports.Quote{}, dataError(err)
	}
	w, err := b.boards.of(account.ID(), classOf(symbol)).snapshot(ctx, v, symbol, b.reuse)
	if err != nil {
		return ports.Quote{}, dataError(err)
	}
	q, err := w.quote(symbol, b.clock.Now().Add(-quoteAge))
	if err != nil {
		return ports.Quote{}, unreadable(err)
	}
	if q.Bid == nil && q.Ask == nil && q.LastPrice == nil {
		return ports.Quote{}, domain.NotFound("quote")
	}
	return q, nil
}

// snapshotsOf gives where a symbol's prices are, and whether they are nested
// there.
func snapshotsOf(symbol domain.Symbol) (path string, nested bool) {
	switch classOf(symbol) { //nolint:exhaustive // there are no others
	case domain.AssetClassCrypto:
		return "/v1beta3/crypto/us/snapshots", true
	case domain.AssetClassUSOption:
		return "/v1beta1/options/snapshots", true
	}
	return "/v2/stocks/snapshots", false
}

func snapshotsIn(body []byte, nested bool) (map[string]wireSnapshot, error) {
	known := map[string]wireSnapshot{}
	if !nested {
		return known, json.Unmarshal(body, &known)
	}
	in := struct {
		Snapshots map[string]wireSnapshot `json:"snapshots"`
	}{known}
	err := json.Unmarshal(body, &in)
	return in.Snapshots, err
}

// quote reads the prices that are from since or later.
func (w wireSnapshot) quote(symbol domain.Symbol, since time.Time) (ports.Quote, error) {
	q := ports.Quote{Symbol: symbol}
	var err error
	if w.Quote != nil && !w.Quote.At.Before(since) {
		if q.Bid, err = priceIn(w.Quote.Bid); err != nil {
			return q, err
		}
		if q.Ask, err = priceIn(w.Quote.Ask); err != nil {
			return q, err
		}
	}
	if w.Trade != nil && !w.Trade.At.Before(since) {
		q.LastPrice, err = priceIn(w.Trade.Price)
	}
	return q, err
}

func priceIn(n json.Number) (*domain.Price, error) {
	if n == "" || n == "0" {
		return nil, nil //nolint:nilnil // no price
	}
	p, err := domain.ParsePrice(n.String())
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// dataError says of credentials that are not accepted that it is market data that
// does not: they may well be good for trading.
func dataError(err error) error {
	e, ok := asRefused(err)
	if !ok {
		return err
	}
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: "market_data_refused", RetryAfter: e.RetryAfter, Err: e.Err,
		Msg: "Alpaca gives this account no market data with its credentials",
	}
}
