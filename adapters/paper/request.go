package paper

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// quantityPlaces is how finely quantities are traded.
const quantityPlaces = 9

// maxClientOrderID is as long as an id may be.
const maxClientOrderID = 128

func orderTypes() []domain.OrderType {
	return []domain.OrderType{
		domain.OrderTypeMarket, domain.OrderTypeLimit, domain.OrderTypeStop, domain.OrderTypeStopLimit,
	}
}

func timesInForce() []domain.TimeInForce {
	return []domain.TimeInForce{
		domain.TimeInForceDay, domain.TimeInForceGTC, domain.TimeInForceIOC, domain.TimeInForceFOK,
	}
}

// faults collects what is wrong with a request, in the order of its fields.
type faults []domain.Reason

func (f *faults) require(ok bool, code, field, msg string) {
	if !ok {
		*f = append(*f, domain.Reason{Code: code, Field: field, Message: msg})
	}
}

// requirePrice refuses the zero Price, which is none.
func (f *faults) requirePrice(field string, p *domain.Price) {
	if p != nil {
		f.require(!p.IsZero(), "price_not_positive", field, "must be above 0")
		f.requireWidth(field, *p)
	}
}

// requireWidth refuses what the journal could not be read back with. Arithmetic
// makes wider numbers than anyone may send.
func (f *faults) requireWidth(field string, n fmt.Stringer) {
	_, err := domain.ParseMoney(n.String())
	f.require(err == nil, "number_out_of_range", field, "has more than 24 digits before or 18 after the decimal point")
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.KindInvalid, Code: f[0].Code, Field: f[0].Field, Reasons: f}
}

func checkRequest(r ports.OrderRequest) error {
	var f faults
	f.require(isClientOrderID(r.ClientOrderID), "invalid_client_order_id", "client_order_id",
		"must be 1 to 128 printable ASCII characters")
	f.require(isCanonical(r.Symbol), "invalid_symbol", "symbol", "must be a symbol such as AAPL or BTC/USD")
	f.require(r.Side.IsValid(), "invalid_side", "side", "must be buy or sell")
	f.require(slices.Contains(orderTypes(), r.Type), "unsupported_order_type", "type", oneOf(orderTypes()))
	f.require(slices.Contains(timesInForce(), r.TimeInForce), "unsupported_time_in_force", "time_in_force", oneOf(timesInForce()))
	f.require((r.Quantity == nil) != (r.Notional == nil), "quantity_or_notional", "quantity",
		"give either a quantity or a notional")
	if q := r.Quantity; q != nil {
		f.require(!q.IsZero(), "quantity_not_positive", "quantity", "must be above 0")
		f.require(q.Decimal().Equal(q.Decimal().Truncate(quantityPlaces)), "quantity_step", "quantity",
			"must be a whole number of steps of 0.000000001")
		f.requireWidth("quantity", *q)
	}
	if m := r.Notional; m != nil {
		f.require(m.Cmp(domain.Money{}) > 0, "notional_not_positive", "notional", "must be above 0")
		f.requireWidth("notional", *m)
	}
	f.require(r.Type.NeedsLimitPrice() == (r.LimitPrice != nil), "limit_price_mismatch", "limit_price",
		"limit and stop_limit orders have a limit price, others none")
	f.require(r.Type.NeedsStopPrice() == (r.StopPrice != nil), "stop_price_mismatch", "stop_price",
		"stop and stop_limit orders have a stop price, others none")
	f.requirePrice("limit_price", r.LimitPrice)
	f.requirePrice("stop_price", r.StopPrice)
	f.requirePrice("reference_price", r.ReferencePrice)
	checkLegs(&f, r)
	return f.err()
}

func checkQuote(q ports.Quote) error {
	var f faults
	f.require(isCanonical(q.Symbol), "invalid_symbol", "symbol", "must be a symbol such as AAPL or BTC/USD")
	f.require(q.Bid != nil || q.Ask != nil || q.LastPrice != nil, "price_required", "last", "give a bid, an ask or a last price")
	f.requirePrice("bid", q.Bid)
	f.requirePrice("ask", q.Ask)
	f.requirePrice("last", q.LastPrice)
	f.require(q.Bid == nil || q.Ask == nil || q.Bid.Cmp(*q.Ask) <= 0, "crossed_quote", "bid", "must not be above the ask")
	return f.err()
}

func checkCash(cash domain.Money) error {
	var f faults
	f.requireWidth("settings.cash", cash)
	return f.err()
}

func isCanonical(s domain.Symbol) bool {
	parsed, err := domain.ParseSymbol(string(s))
	return err == nil && parsed == s
}

func isClientOrderID(s string) bool {
	return s != "" && len(s) <= maxClientOrderID && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func oneOf[E ~string](words []E) string {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	return "must be one of " + strings.Join(names, ", ")
}

func smallestQuantity() domain.Quantity {
	q, _ := domain.NewQuantity(decimal.New(1, -quantityPlaces))
	return q
}
