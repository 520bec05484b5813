package alpaca

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
)

const (
	// interest is how long a symbol is asked for with others after somebody asked
	// for it.
	interest    = 30 * time.Second
	mostSymbols = 100
)

// boards hold the prices that were told last, by account and class of symbol.
type boards struct {
	mu sync.Mutex
	by map[boardKey]*board
}

type boardKey struct {
	account domain.BrokerAccountID
	class   domain.AssetClass
}

func newBoards() *boards { return &boards{by: map[boardKey]*board{}} }

func (b *boards) of(account domain.BrokerAccountID, class domain.AssetClass) *board {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := boardKey{account, class}
	one, ok := b.by[key]
	if !ok {
		one = &board{turn: make(chan struct{}, 1), asked: map[domain.Symbol]time.Time{}}
		b.by[key] = one
	}
	return one
}

// board is what one request told. Whoever has the turn asks; the others wait for
// the answer.
type board struct {
	turn chan struct{}
	// asked are the symbols that Alpaca knows, by when somebody asked for them.
	asked map[domain.Symbol]time.Time
	at    time.Time
	of    []domain.Symbol
	known map[string]wireSnapshot
}

// snapshot gives what is known of a symbol, from an answer that is younger than
// reuse or from a new one. Nothing known of it is the zero value.
func (b *board) snapshot(ctx context.Context, v *visit, symbol domain.Symbol, reuse time.Duration) (wireSnapshot, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return wireSnapshot{}, notSent("the time to ask Alpaca was over", ctx.Err())
	}
	now := v.b.clock.Now()
	if age := now.Sub(b.at); age >= 0 && age < reuse && slices.Contains(b.of, symbol) {
		return b.known[string(symbol)], nil
	}
	// Another one may have shut the gate while this one waited.
	if err := v.gate.check(now, v.account.Snapshot().CredentialsVersion); err != nil {
		return wireSnapshot{}, err
	}
	symbols := b.interesting(symbol, now)
	known, err := v.snapshots(ctx, symbols)
	if err != nil && len(symbols) > 1 && domain.KindOf(err) == domain.KindNotFound {
		symbols = []domain.Symbol{symbol} // one that is no symbol spoils the others
		known, err = v.snapshots(ctx, symbols)
	}
	if err != nil {
		return wireSnapshot{}, err
	}
	b.asked[symbol] = now
	b.at, b.of, b.known = now, symbols, known
	return known[string(symbol)], nil
}

// interesting gives the symbol and those that others asked for lately.
func (b *board) interesting(symbol domain.Symbol, now time.Time) []domain.Symbol {
	symbols := []domain.Symbol{symbol}
	for other, at := range b.asked {
		switch {
		case now.Sub(at) > interest:
			delete(b.asked, other)
		case other != symbol && len(symbols) < mostSymbols:
			symbols = append(symbols, other)
		}
	}
	slices.Sort(symbols)
	return symbols
}

// snapshots asks for symbols of one class. Where one of them is no symbol it is
// KindNotFound.
func (v *visit) snapshots(ctx context.Context, symbols []domain.Symbol) (map[string]wireSnapshot, error) {
	names := make([]string, len(symbols))
	for i, s := range symbols {
		names[i] = string(s)
	}
	path, nested := snapshotsOf(symbols[0])
	a := v.do(ctx, request{method: "GET", path: path, query: "symbols=" + url.QueryEscape(strings.Join(names, ","))})
	if a.err == nil && a.status == http.StatusBadRequest && strings.Contains(problemOf(a).Message, "invalid symbol") {
		return nil, domain.NotFound("quote")
	}
	if err := asked(a, "quote"); err != nil {
		return nil, err
	}
	known, err := snapshotsIn(a.body, nested)
	if err != nil {
		return nil, unreadable(err)
	}
	return known, nil
}
