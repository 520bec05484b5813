package paper

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
)

// account is the state of an Engine. A trial is an account on top of another:
// it takes a copy of what it changes and leaves the one below as it is, so that
// deciding costs what a command touches, however long the journal is.
type account struct {
	below *account

	id     domain.BrokerAccountID
	seq    int64
	opened bool
	// at is the time of the latest entry: the account's time never goes back.
	at          time.Time
	start, cash decimal.Decimal
	// realized is of all symbols, value, exposure and reserved of all books.
	realized decimal.Decimal
	worth
	books  map[domain.Symbol]*book
	orders map[string]*order
	// expiring counts the open orders that end by themselves.
	expiring int
	venue    Venue
}

// order is what is remembered of an order for ever, so it is kept small: the
// terms live only as long as it is open.
type order struct {
	brokerOrderID uuid.UUID
	symbol        domain.Symbol
	side          domain.Side
	quantity      *domain.Quantity
	status        domain.OrderStatus
	at            time.Time
	fills         []fill
	rejection     *rejection
	// resting is nil once the order is over.
	resting *resting
}

// fill is an execution of an order.
type fill struct {
	executionID uuid.UUID
	quantity    domain.Quantity
	price       domain.Price
	at          time.Time
}

type rejection struct{ code, reason string }

func (r *rejection) error() *domain.Error {
	return &domain.Error{Kind: domain.KindRejected, Code: r.code, Msg: r.reason}
}

func newAccount(id domain.BrokerAccountID, cash domain.Money) *account {
	return &account{
		id: id, start: cash.Decimal(), cash: cash.Decimal(),
		books: map[domain.Symbol]*book{}, orders: map[string]*order{},
	}
}

func (a *account) trial() *account {
	t := *a
	t.below, t.books, t.orders = a, map[domain.Symbol]*book{}, map[string]*order{}
	return &t
}

// order finds an order by its client order id; it is not to be changed.
func (a *account) order(clientOrderID string) (*order, bool) {
	for layer := a; layer != nil; layer = layer.below {
		if o, ok := layer.orders[clientOrderID]; ok {
			return o, true
		}
	}
	return nil, false
}

// book finds a symbol's book, an empty one where nothing is known; it is not to
// be changed.
func (a *account) book(symbol domain.Symbol) *book {
	for layer := a; layer != nil; layer = layer.below {
		if b, ok := layer.books[symbol]; ok {
			return b
		}
	}
	return &book{}
}

// symbols lists the symbols that have a book, in order.
func (a *account) symbols() []domain.Symbol {
	known := map[domain.Symbol]bool{}
	for layer := a; layer != nil; layer = layer.below {
		for symbol := range layer.books {
			known[symbol] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// change lets fn change a symbol's book and keeps the totals true.
func (a *account) change(symbol domain.Symbol, fn func(b *book)) {
	b, ok := a.books[symbol]
	if !ok {
		b = a.book(symbol).clone()
		a.books[symbol] = b
	}
	before := b.worth
	fn(b)
	b.worth = b.weigh()
	a.value = a.value.Add(b.worth.value.Sub(before.value))
	a.exposure = a.exposure.Add(b.worth.exposure.Sub(before.exposure))
	a.reserved = a.reserved.Add(b.worth.reserved.Sub(before.reserved))
}

func (a *account) equity() decimal.Decimal { return a.cash.Add(a.value) }

// buyingPower is the bare figure, which losses can bring below 0.
func (a *account) buyingPower() decimal.Decimal {
	return a.equity().Mul(decimal.New(2, 0)).Sub(a.exposure).Sub(a.reserved)
}

func (o *order) report(clientOrderID string) domain.OrderReport {
	r := domain.OrderReport{
		ClientOrderID: clientOrderID, BrokerOrderID: o.brokerOrderID.String(), Side: o.side, Quantity: o.quantity,
		Status: o.status, At: o.at,
	}
	for _, f := range o.fills {
		r.Fills = append(r.Fills, domain.Fill{ExecutionID: f.executionID.String(), Quantity: f.quantity, Price: f.price, At: f.at})
	}
	if o.rejection != nil {
		r.Reason = o.rejection.reason
	}
	return r
}
