package papersrv

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// snapshotJSON is what a symbol trades at. Market data has its numbers as
// numbers.
type snapshotJSON struct {
	LatestTrade *tradeJSON `json:"latestTrade"`
	LatestQuote *bidAsk    `json:"latestQuote"`
}

type tradeJSON struct {
	At    time.Time   `json:"t"`
	Price json.Number `json:"p"`
}

// bidAsk is a quote; a side that nobody quotes is 0.
type bidAsk struct {
	At  time.Time   `json:"t"`
	Ask json.Number `json:"ap"`
	Bid json.Number `json:"bp"`
}

func stockSnapshots(_ context.Context, c *call) (answer, error) {
	return ok(c.snapshots(classEquity)), nil
}

func cryptoSnapshots(_ context.Context, c *call) (answer, error) {
	return ok(map[string]any{"snapshots": c.snapshots(classCrypto)}), nil
}

// snapshots gives those of the symbols asked for that were quoted. A price that
// was pushed is that of now: it stands until there is another.
func (c *call) snapshots(class string) map[string]snapshotJSON {
	now, found := c.desk.clock.Now().UTC(), map[string]snapshotJSON{}
	for name := range strings.SplitSeq(c.query("symbols"), ",") {
		a, known := assetBySymbol(strings.ToUpper(name))
		if !known || a.Class != class {
			continue
		}
		q, quoted := c.desk.engine.Quote(a.symbol())
		if !quoted {
			continue
		}
		var s snapshotJSON
		if q.LastPrice != nil {
			s.LatestTrade = &tradeJSON{now, numberOf(q.LastPrice)}
		}
		if q.Bid != nil || q.Ask != nil {
			s.LatestQuote = &bidAsk{now, numberOf(q.Ask), numberOf(q.Bid)}
		}
		found[a.Symbol] = s
	}
	return found
}

func numberOf(p *domain.Price) json.Number {
	if p == nil {
		return "0"
	}
	return json.Number(p.String())
}
