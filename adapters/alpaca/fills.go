package alpaca

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
)

const (
	fillsPerPage = 100
	// mostPages bounds how far back executions are looked for.
	mostPages = 50
	// leeway is how far apart Alpaca's times of an order and of its executions may
	// be.
	leeway = time.Minute
)

// fills gives the executions of orders, by order id, in their order: the account's
// newest first, until all that the orders tell of is found or there is no more.
func (v *visit) fills(ctx context.Context, orders []wireOrder) (map[string][]domain.Fill, error) {
	search, err := searchFor(orders)
	if err != nil {
		return nil, unreadable(err)
	}
	token := ""
	for page := 0; len(search.wanted) > 0 && page < mostPages; page++ {
		fills, err := v.fillsPage(ctx, search.from, search.to, token)
		if err != nil {
			return nil, err
		}
		if err := search.take(fills); err != nil {
			return nil, unreadable(err)
		}
		if len(fills) < fillsPerPage {
			break
		}
		token = fills[len(fills)-1].ID
	}
	for _, fills := range search.found {
		slices.Reverse(fills)
	}
	return search.found, nil
}

// search is for the executions of some orders: how much of each is not found yet,
// what is, and when it can have been.
type search struct {
	wanted   map[string]domain.Quantity
	found    map[string][]domain.Fill
	from, to time.Time
}

func searchFor(orders []wireOrder) (*search, error) {
	s := &search{wanted: map[string]domain.Quantity{}, found: map[string][]domain.Fill{}}
	for _, o := range orders {
		filled, err := o.filled()
		if err != nil {
			return nil, err
		}
		if filled.IsZero() {
			continue
		}
		s.wanted[o.ID] = filled
		if at := o.submittedAt().Add(-leeway); s.from.IsZero() || at.Before(s.from) {
			s.from = at
		}
		if at := o.at().Add(leeway); at.After(s.to) {
			s.to = at
		}
	}
	return s, nil
}

func (s *search) take(fills []wireFill) error {
	for _, w := range fills {
		if _, mine := s.wanted[w.OrderID]; !mine {
			continue
		}
		fill, err := w.fill()
		if err != nil {
			return err
		}
		s.found[w.OrderID] = append(s.found[w.OrderID], fill)
		if sum(s.found[w.OrderID]).Cmp(s.wanted[w.OrderID]) >= 0 {
			delete(s.wanted, w.OrderID)
		}
	}
	return nil
}

func (v *visit) fillsPage(ctx context.Context, after, until time.Time, token string) ([]wireFill, error) {
	q := url.Values{
		"direction": {"desc"}, "page_size": {strconv.Itoa(fillsPerPage)},
		"after": {after.UTC().Format(time.RFC3339)}, "until": {until.UTC().Format(time.RFC3339)},
	}
	if token != "" {
		q.Set("page_token", token)
	}
	var fills []wireFill
	a := v.do(ctx, request{method: "GET", path: "/v2/account/activities/FILL", query: q.Encode()})
	if err := read(a, &fills, "activities"); err != nil {
		return nil, err
	}
	return fills, nil
}

func (w wireFill) fill() (domain.Fill, error) {
	q, err := domain.ParseQuantity(w.Qty.String())
	if err != nil {
		return domain.Fill{}, err
	}
	p, err := domain.ParsePrice(w.Price.String())
	if err != nil {
		return domain.Fill{}, err
	}
	return domain.Fill{ExecutionID: w.ID, Quantity: q, Price: p, At: microseconds(w.At)}, nil
}
