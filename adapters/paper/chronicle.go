package paper

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
)

// Chronicle is what an account's journal tells of its orders, in full and for
// ever, where an [Engine] forgets the terms of those that are over. It is folded
// from the same entries, decides nothing and holds a few hundred bytes for each.
//
// It may be read from several goroutines; Fold belongs to one, with no other
// call beside it.
type Chronicle struct {
	id        domain.BrokerAccountID
	seq       int64
	opened    time.Time
	records   []*Record
	open      map[int]*Record // by number
	byClient  map[string]*Record
	byBroker  map[uuid.UUID]*Record
	updates   []Update
	positions map[domain.Symbol]domain.Net
}

// Record is an order as it is told of. One that was given out never changes.
type Record struct {
	ClientOrderID string
	BrokerOrderID uuid.UUID
	Symbol        domain.Symbol
	Side          domain.Side
	Type          domain.OrderType
	TimeInForce   domain.TimeInForce
	Quantity      *domain.Quantity
	Notional      *domain.Money
	LimitPrice    *domain.Price
	StopPrice     *domain.Price
	// Legs are the client order ids of the orders that came with it, Parent that
	// of the order that it came with.
	Legs   []string
	Parent string
	// Either names the first of two orders that work beside each other.
	Either string
	// Replaces and ReplacedBy are client order ids.
	Replaces, ReplacedBy string
	ExpiresAt            *time.Time
	ExtendedHours        bool
	// HighWater is how far the stop price followed the market, nil where it does
	// not.
	TrailPrice, TrailPercent, HighWater *domain.Price
	// Before is what the account held of the symbol when the order came.
	Before domain.Net

	Status domain.OrderStatus
	// Number is the order's place among all of the account, from 1 on.
	Number      int
	SubmittedAt time.Time
	// UpdatedAt is when the order changed last, EndedAt when it was over; zero
	// while it is not.
	UpdatedAt, EndedAt time.Time
	Fills              []domain.Fill
	// Reason is why it was rejected.
	Reason string
}

// Filled gives the quantity filled so far and what it cost.
func (r *Record) Filled() (domain.Quantity, domain.Money) {
	var quantity domain.Quantity
	var cost domain.Money
	for _, f := range r.Fills {
		quantity = quantity.Add(f.Quantity)
		cost = cost.Add(f.Quantity.At(f.Price))
	}
	return quantity, cost
}

// Update is one thing that happened to an order.
type Update struct {
	// Sequence is the number of the entry that tells it: later is more.
	Sequence int64
	At       time.Time
	// Order is the order right after.
	Order *Record
	// Fill is the execution that it was, nil for anything else.
	Fill *domain.Fill
	// Position is what the account held of the symbol right after.
	Position domain.Net
}

// NewChronicle gives the chronicle of an account before its first entry.
func NewChronicle(id domain.BrokerAccountID) *Chronicle {
	return &Chronicle{
		id: id, open: map[int]*Record{}, byClient: map[string]*Record{}, byBroker: map[uuid.UUID]*Record{}, positions: map[domain.Symbol]domain.Net{},
	}
}

// Fold takes in the entries that follow on those taken in before, under the same
// errors as the Fold of an Engine.
func (c *Chronicle) Fold(entries [][]byte) error {
	for _, b := range entries {
		ev, at, err := decodeEntry(b)
		if err == nil {
			err = c.tell(ev, at)
		}
		if err != nil {
			return corrupt(c.id, c.seq+1, err)
		}
		c.seq++
	}
	return nil
}

// Sequence is the number of entries folded so far.
func (c *Chronicle) Sequence() int64 { return c.seq }

// OpenedAt is when the account was opened, zero before it is.
func (c *Chronicle) OpenedAt() time.Time { return c.opened }

// Orders gives every order, the one that came first first. It is not to be
// changed.
func (c *Chronicle) Orders() []*Record { return c.records }

// Open gives the orders that are not over, the one that came first first.
func (c *Chronicle) Open() []*Record {
	open := slices.Collect(maps.Values(c.open))
	slices.SortFunc(open, func(a, b *Record) int { return a.Number - b.Number })
	return open
}

// Position is what the account holds of a symbol.
func (c *Chronicle) Position(symbol domain.Symbol) domain.Net { return c.positions[symbol] }

// ByClientOrderID gives the order with that client order id, nil for none.
func (c *Chronicle) ByClientOrderID(id string) *Record { return c.byClient[id] }

// ByBrokerOrderID gives the order that the account named so, nil for none.
func (c *Chronicle) ByBrokerOrderID(id uuid.UUID) *Record { return c.byBroker[id] }

// Updates gives what happened to orders after the entry of that number, in order.
// It is not to be changed.
func (c *Chronicle) Updates(after int64) []Update {
	i, found := slices.BinarySearchFunc(c.updates, after, func(u Update, seq int64) int { return int(u.Sequence - seq) })
	if found {
		i++
	}
	return c.updates[i:len(c.updates):len(c.updates)]
}

// tell makes an entry part of the story. What the account is worth is the
// Engine's business, so prices tell nothing here.
func (c *Chronicle) tell(ev event, at time.Time) error {
	switch e := ev.(type) {
	case *opened:
		c.opened = at
	case *submitted:
		return c.begin(e, at)
	case *activated:
		return c.change(e.ClientOrderID, at, func(r *Record) { r.Status = domain.StatusNew })
	case *trailed:
		was := c.byClient[e.ClientOrderID]
		if was == nil {
			return fmt.Errorf("order %s was never submitted", e.ClientOrderID)
		}
		r := *was
		r.HighWater, r.StopPrice, r.UpdatedAt = &e.HighWater, &e.StopPrice, at
		c.put(&r)
	case *partlyFilled:
		return c.fill((*filled)(e), at, domain.StatusPartiallyFilled)
	case *filled:
		return c.fill(e, at, domain.StatusFilled)
	case *expired:
		return c.end(e.ClientOrderID, at, domain.StatusExpired, "")
	case *replaced:
		return c.change(e.ClientOrderID, at, func(r *Record) {
			r.Status, r.EndedAt, r.ReplacedBy = domain.StatusReplaced, at, e.By
		})
	case *canceled:
		return c.end(e.ClientOrderID, at, domain.StatusCanceled, "")
	case *rejected:
		return c.end(e.ClientOrderID, at, domain.StatusRejected, e.Reason)
	}
	return nil
}

func (c *Chronicle) begin(e *submitted, at time.Time) error {
	if c.byClient[e.ClientOrderID] != nil || c.byBroker[e.BrokerOrderID] != nil {
		return fmt.Errorf("order %s submitted twice", e.ClientOrderID)
	}
	r := &Record{
		ClientOrderID: e.ClientOrderID, BrokerOrderID: e.BrokerOrderID, Symbol: e.Symbol, Side: e.Side, Type: e.Type,
		TimeInForce: e.TimeInForce, Quantity: e.Quantity, Notional: e.Notional, LimitPrice: e.LimitPrice, StopPrice: e.StopPrice,
		Either: e.Either, Replaces: e.Replaces, ExpiresAt: e.ExpiresAt, ExtendedHours: e.ExtendedHours,
		TrailPrice: e.TrailPrice, TrailPercent: e.TrailPercent, HighWater: e.HighWater,
		Legs: e.Legs, Parent: e.Parent, Before: c.positions[e.Symbol], Status: domain.StatusNew, Number: len(c.records) + 1, SubmittedAt: at, UpdatedAt: at,
	}
	switch {
	case e.Parent != "" && e.Replaces == "":
		r.Status = domain.StatusHeld
	case e.Type == domain.OrderTypeMarket:
		r.Status = domain.StatusAccepted
	}
	c.records = append(c.records, r)
	c.keep(r, nil, at)
	return nil
}

func (c *Chronicle) fill(e *filled, at time.Time, status domain.OrderStatus) error {
	was := c.byClient[e.ClientOrderID]
	if was == nil {
		return errors.New("a fill of an order that was never submitted")
	}
	f := domain.Fill{ExecutionID: e.ExecutionID.String(), Quantity: e.Quantity, Price: e.Price, At: at}
	r := *was
	c.positions[r.Symbol] = c.positions[r.Symbol].After(r.Side, f.Quantity)
	r.Fills = append(slices.Clip(r.Fills), f)
	r.Status, r.UpdatedAt = status, at
	if status == domain.StatusFilled {
		r.EndedAt = at
	}
	c.keep(&r, &f, at)
	return nil
}

func (c *Chronicle) end(id string, at time.Time, status domain.OrderStatus, reason string) error {
	return c.change(id, at, func(r *Record) { r.Status, r.EndedAt, r.Reason = status, at, reason })
}

func (c *Chronicle) change(id string, at time.Time, fn func(r *Record)) error {
	was := c.byClient[id]
	if was == nil {
		return fmt.Errorf("order %s was never submitted", id)
	}
	r := *was
	r.UpdatedAt = at
	fn(&r)
	c.keep(&r, nil, at)
	return nil
}

// keep puts a record in its place and tells that something happened.
func (c *Chronicle) keep(r *Record, f *domain.Fill, at time.Time) {
	c.put(r)
	c.updates = append(c.updates, Update{
		Sequence: c.seq + 1, At: at, Order: r, Fill: f, Position: c.positions[r.Symbol],
	})
}

// put puts a record in place of what was known of its order.
func (c *Chronicle) put(r *Record) {
	c.records[r.Number-1] = r
	if r.Status.IsTerminal() {
		delete(c.open, r.Number)
	} else {
		c.open[r.Number] = r
	}
	c.byClient[r.ClientOrderID], c.byBroker[r.BrokerOrderID] = r, r
}
