package papersrv

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain/nyse"
	"github.com/hookfill/hookfill/ports"
)

func getAsset(_ context.Context, c *call) (answer, error) {
	a, known := c.desk.assetOf(strings.ToUpper(c.variable("symbol")))
	if !known {
		return answer{}, notFound("asset not found for " + c.variable("symbol"))
	}
	return ok(a), nil
}

func listAssets(_ context.Context, c *call) (answer, error) {
	class, status, exchange := c.query("asset_class"), c.query("status"), c.query("exchange")
	if class == "" {
		class = classEquity
	}
	found := slices.DeleteFunc(c.desk.assets(), func(a asset) bool {
		return a.Class != class || status != "" && status != "all" && a.Status != status || exchange != "" && a.Exchange != exchange
	})
	return ok(found), nil
}

// clockJSON is the exchange's clock, open always where accounts trade round the
// clock.
type clockJSON struct {
	Timestamp time.Time `json:"timestamp"`
	IsOpen    bool      `json:"is_open"`
	NextOpen  time.Time `json:"next_open"`
	NextClose time.Time `json:"next_close"`
}

func getClock(_ context.Context, c *call) (answer, error) {
	now := c.desk.clock.Now()
	return ok(clockJSON{
		Timestamp: now.In(nyse.Zone(now)), IsOpen: !c.desk.rules.sessions || nyse.IsOpen(now, false),
		NextOpen: nyse.NextOpen(now), NextClose: nyse.NextClose(now),
	}), nil
}

// dayJSON is one trading day.
type dayJSON struct {
	Date           string `json:"date"`
	Open           string `json:"open"`
	Close          string `json:"close"`
	SessionOpen    string `json:"session_open"`
	SessionClose   string `json:"session_close"`
	SettlementDate string `json:"settlement_date"`
}

// The days that the calendar goes to, as far as its rules are known to hold and
// anybody asks.
const (
	firstYear = 2007
	lastYear  = 2029
)

func getCalendar(_ context.Context, c *call) (answer, error) {
	from, err := c.date("start", time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return answer{}, err
	}
	to, err := c.date("end", time.Date(lastYear, time.December, 31, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return answer{}, err
	}
	days := []dayJSON{}
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		day, trades := nyse.On(d)
		if !trades {
			continue
		}
		days = append(days, dayJSON{
			Date: day.Date.Format(time.DateOnly), Open: day.Open.Format("15:04"), Close: day.Close.Format("15:04"),
			SessionOpen: day.SessionOpen.Format("1504"), SessionClose: day.SessionClose.Format("1504"),
			SettlementDate: nyse.After(day.Date).Date.Format(time.DateOnly),
		})
	}
	return ok(days), nil
}

// date reads a date in the query. What lies beyond the calendar is brought to its
// end.
func (c *call) date(name string, otherwise time.Time) (time.Time, error) {
	text := c.query(name)
	if text == "" {
		return otherwise, nil
	}
	t, err := c.moment(name)
	if err != nil {
		return t, err
	}
	if t.Year() < firstYear {
		t = time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if t.Year() > lastYear {
		t = time.Date(lastYear, time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	return t, nil
}

// quoteInput is the body of POST /sim/quotes.
type quoteInput struct {
	Symbol string `json:"symbol"`
	Bid    number `json:"bid"`
	Ask    number `json:"ask"`
	Last   number `json:"last"`
}

// changedJSON lists the orders that a quote changed, by their client order ids.
type changedJSON struct {
	Changed []string `json:"changed"`
}

// pushQuote makes a quote what the symbol trades at for the account from now on.
func pushQuote(ctx context.Context, c *call) (answer, error) {
	var in quoteInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	a, known := c.desk.assetOf(strings.ToUpper(in.Symbol))
	if !known {
		return answer{}, invalid("asset %q not found", in.Symbol)
	}
	q := ports.Quote{Symbol: a.symbol()}
	var err error
	if q.Bid, err = in.Bid.price("bid"); err != nil {
		return answer{}, err
	}
	if q.Ask, err = in.Ask.price("ask"); err != nil {
		return answer{}, err
	}
	if q.LastPrice, err = in.Last.price("last"); err != nil {
		return answer{}, err
	}
	made, err := c.desk.run(ctx, func(at time.Time) (paper.Decision, error) { return c.desk.engine.Push(at, q) })
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, changedJSON{append([]string{}, made.Changed...)}}, nil
}
