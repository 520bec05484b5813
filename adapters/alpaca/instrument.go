package alpaca

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
)

const (
	// assetAge is how long what Alpaca says of a symbol is taken to be true.
	assetAge   = 10 * time.Minute
	mostAssets = 10_000
)

// assets remembers what Alpaca said of symbols, by where it was asked.
type assets struct {
	mu sync.Mutex
	by map[assetKey]knownAsset
}

type assetKey struct {
	base   string
	symbol domain.Symbol
}

type knownAsset struct {
	instrument domain.Instrument
	until      time.Time
}

func newAssets() *assets { return &assets{by: map[assetKey]knownAsset{}} }

func keyOf(account *domain.BrokerAccount, symbol domain.Symbol) assetKey {
	return assetKey{account.Snapshot().Alpaca.URL(), symbol}
}

func (a *assets) get(k assetKey, now time.Time) (domain.Instrument, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.by[k]
	return known.instrument, ok && now.Before(known.until)
}

func (a *assets) put(k assetKey, i domain.Instrument, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.by) >= mostAssets {
		clear(a.by)
	}
	a.by[k] = knownAsset{i, now.Add(assetAge)}
}

// known gives what was last said of a symbol, however old, without asking: the
// rules that it decides hardly ever change, and Alpaca judges again.
func (a *assets) known(account *domain.BrokerAccount, symbol domain.Symbol) *domain.Instrument {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.by[keyOf(account, symbol)]; ok {
		return &known.instrument
	}
	return nil
}

// Instrument asks Alpaca for an asset, or an option contract, at most every ten
// minutes a symbol. A symbol that Alpaca spells otherwise is not known, so that
// nothing is traded under two names.
func (b *Broker) Instrument(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error) {
	if err := ctx.Err(); err != nil {
		return domain.Instrument{}, notSent("the time to ask Alpaca was over", err)
	}
	now := b.clock.Now()
	if known, ok := b.assets.get(keyOf(account, symbol), now); ok {
		return known, nil
	}
	v, err := b.visit(ctx, account)
	if err != nil {
		return domain.Instrument{}, err
	}
	path := "/v2/assets/"
	if classOf(symbol) == domain.AssetClassUSOption {
		path = "/v2/options/contracts/"
	}
	var w wireAsset
	if err := read(v.do(ctx, request{method: "GET", path: path + segment(string(symbol))}), &w, "symbol"); err != nil {
		return domain.Instrument{}, err
	}
	i, err := w.instrument(classOf(symbol))
	if err != nil {
		return domain.Instrument{}, unreadable(err)
	}
	if i.Symbol != symbol {
		return domain.Instrument{}, &domain.Error{
			Kind: domain.KindNotFound, Code: "not_found", Msg: "Alpaca calls " + string(symbol) + " " + string(i.Symbol) + "; map the symbol to that",
		}
	}
	b.assets.put(keyOf(account, symbol), i, now)
	return i, nil
}

// instrument reads an asset. The price increment of shares is that of prices from
// 1 on; smaller ones may be finer.
func (w wireAsset) instrument(asked domain.AssetClass) (domain.Instrument, error) {
	class := asked
	if w.Class != "" {
		class = domain.AssetClass(w.Class)
	}
	symbol, err := canonical(w.Symbol, string(class))
	if err != nil {
		return domain.Instrument{}, err
	}
	i := domain.Instrument{
		Symbol: symbol, AssetClass: class, Tradable: w.Tradable && w.Status == "active",
		QuantityStep: domain.MustQuantity("1"), PriceIncrement: domain.MustQuantity("0.01"),
	}
	switch {
	case class == domain.AssetClassCrypto:
		for _, part := range []struct {
			from json.Number
			to   *domain.Quantity
			or   string
		}{
			{w.MinTradeIncrement, &i.QuantityStep, "0.000000001"}, {w.MinOrderSize, &i.MinimumQuantity, "0"}, {w.PriceIncrement, &i.PriceIncrement, "0"},
		} {
			if part.from == "" {
				part.from = json.Number(part.or)
			}
			if *part.to, err = domain.ParseQuantity(part.from.String()); err != nil {
				return domain.Instrument{}, err
			}
		}
	case w.Fractionable:
		i.QuantityStep, i.ShortStep = domain.MustQuantity("0.000000001"), domain.MustQuantity("1")
	}
	return i, nil
}
