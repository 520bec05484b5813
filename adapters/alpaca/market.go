package alpaca

import (
	"context"
	"net/url"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// MarketClock is the exchange's clock by Alpaca.
type MarketClock struct {
	Now                 time.Time
	IsOpen              bool
	NextOpen, NextClose time.Time
}

// MarketDay is a day with a session. Open and Close are since midnight in New
// York.
type MarketDay struct {
	// Date is midnight of the day, in UTC.
	Date        time.Time
	Open, Close time.Duration
}

type wireClock struct {
	Timestamp time.Time `json:"timestamp"`
	IsOpen    bool      `json:"is_open"`
	NextOpen  time.Time `json:"next_open"`
	NextClose time.Time `json:"next_close"`
}

type wireDay struct {
	Date  string `json:"date"`
	Open  string `json:"open"`
	Close string `json:"close"`
}

// Clock asks whether the market is open.
func (b *Broker) Clock(ctx context.Context, account *domain.BrokerAccount) (MarketClock, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return MarketClock{}, err
	}
	var w wireClock
	if err := read(v.do(ctx, request{method: "GET", path: "/v2/clock"}), &w, "clock"); err != nil {
		return MarketClock{}, err
	}
	if w.Timestamp.IsZero() || w.NextOpen.IsZero() || w.NextClose.IsZero() {
		return MarketClock{}, unreadable(nil)
	}
	return MarketClock{w.Timestamp.UTC(), w.IsOpen, w.NextOpen.UTC(), w.NextClose.UTC()}, nil
}

// Calendar asks for the days with a session from one date to another, both
// included.
func (b *Broker) Calendar(ctx context.Context, account *domain.BrokerAccount, from, to time.Time) ([]MarketDay, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return nil, err
	}
	q := url.Values{"start": {from.Format(time.DateOnly)}, "end": {to.Format(time.DateOnly)}}
	var w []wireDay
	if err := read(v.do(ctx, request{method: "GET", path: "/v2/calendar", query: q.Encode()}), &w, "calendar"); err != nil {
		return nil, err
	}
	days := make([]MarketDay, len(w))
	for i, d := range w {
		if days[i], err = d.day(); err != nil {
			return nil, unreadable(err)
		}
	}
	return days, nil
}

func (w wireDay) day() (d MarketDay, err error) {
	if d.Date, err = time.Parse(time.DateOnly, w.Date); err != nil {
		return d, err
	}
	if d.Open, err = sinceMidnight(w.Open); err != nil {
		return d, err
	}
	d.Close, err = sinceMidnight(w.Close)
	return d, err
}

func sinceMidnight(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}
