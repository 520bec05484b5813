package alpaca

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	maxClientOrderID = 128
	quantityPlaces   = 9
)

// faults collects what is wrong with an order, in the order of its fields.
type faults []domain.Reason

func (f *faults) require(ok bool, code, field, msg string) {
	if !ok {
		*f = append(*f, domain.Reason{Code: code, Field: field, Message: msg})
	}
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.KindInvalid, Code: f[0].Code, Field: f[0].Field, Reasons: f}
}

// check refuses what Alpaca's rules do not allow, in its words where it has any.
// What is known of the symbol is nil where nobody has asked yet; then Alpaca
// judges it.
func check(r ports.OrderRequest, known *domain.Instrument) error {
	var f faults
	class := classOf(r.Symbol)
	f.require(isClientOrderID(r.ClientOrderID), "invalid_client_order_id", "client_order_id", "must be 1 to 128 printable ASCII characters")
	parsed, err := domain.ParseSymbol(string(r.Symbol))
	f.require(err == nil && parsed == r.Symbol, "invalid_symbol", "symbol", "must be a symbol such as AAPL or BTC/USD")
	f.require(known == nil || known.Tradable, "not_tradable", "symbol", fmt.Sprintf("asset %q is not tradable", r.Symbol))
	f.require(r.Side.IsValid(), "invalid_side", "side", "must be buy or sell")
	f.require(len(r.Legs) == 0, "unsupported_legs", "legs", "orders with legs are not sent to Alpaca: it names legs itself")
	checkTerms(&f, r, class)
	checkSize(&f, r, class, known)
	f.require(r.Type.NeedsLimitPrice() == (r.LimitPrice != nil), "limit_price_mismatch", "limit_price",
		"limit and stop_limit orders have a limit price, others none")
	f.require(r.Type.NeedsStopPrice() == (r.StopPrice != nil), "stop_price_mismatch", "stop_price",
		"stop and stop_limit orders have a stop price, others none")
	checkPrice(&f, "limit_price", r.LimitPrice, class, known)
	checkPrice(&f, "stop_price", r.StopPrice, class, known)
	return f.err()
}

// checkTerms judges type and time in force together.
func checkTerms(f *faults, r ports.OrderRequest, class domain.AssetClass) {
	f.require(r.Type.IsValid(), "unsupported_order_type", "type", "must be one of market, limit, stop, stop_limit")
	f.require(r.TimeInForce.IsValid(), "unsupported_time_in_force", "time_in_force", "must be one of day, gtc, opg, ioc, fok, cls")
	if !r.Type.IsValid() || !r.TimeInForce.IsValid() {
		return
	}
	types, times, word := domain.OrderTypes(), domain.TimesInForce(), "order"
	switch class {
	case domain.AssetClassCrypto:
		word = "crypto"
		types = []domain.OrderType{domain.OrderTypeMarket, domain.OrderTypeLimit, domain.OrderTypeStopLimit}
		times = []domain.TimeInForce{domain.TimeInForceGTC}
		if r.Type != domain.OrderTypeStopLimit {
			times = append(times, domain.TimeInForceIOC)
		}
	case domain.AssetClassUSOption:
		word = "option"
		types = []domain.OrderType{domain.OrderTypeMarket, domain.OrderTypeLimit}
		times = []domain.TimeInForce{domain.TimeInForceDay}
	default:
		if r.Type.NeedsStopPrice() {
			times = []domain.TimeInForce{domain.TimeInForceDay, domain.TimeInForceGTC}
		}
	}
	f.require(slices.Contains(types, r.Type), "unsupported_order_type", "type", "invalid order type for "+word+" order: "+string(r.Type))
	f.require(slices.Contains(times, r.TimeInForce), "unsupported_time_in_force", "time_in_force",
		"invalid "+word+" time_in_force for a "+string(r.Type)+" order: "+string(r.TimeInForce))
}

// checkSize judges how much is traded. Nobody may trade a fraction of what is not
// fractionable, and a fraction of a share is for the day.
func checkSize(f *faults, r ports.OrderRequest, class domain.AssetClass, known *domain.Instrument) {
	f.require((r.Quantity == nil) != (r.Notional == nil), "quantity_or_notional", "quantity", "give either a quantity or a notional")
	if m := r.Notional; m != nil {
		f.require(places(m.Decimal()) <= quantityPlaces, "notional_places", "notional", "has more than 9 decimals")
		f.require(m.Decimal().GreaterThanOrEqual(decimal.New(1, 0)), "notional_too_small", "notional", "must be 1 or more")
		f.require(class != domain.AssetClassUSOption, "notional_unsupported", "notional", "options trade by contract")
	}
	whole := r.Quantity != nil && r.Quantity.Decimal().IsInteger()
	if q := r.Quantity; q != nil {
		f.require(!q.IsZero(), "quantity_not_positive", "quantity", "must be above 0")
		f.require(places(q.Decimal()) <= quantityPlaces, "quantity_step", "quantity", "has more than 9 decimals")
		f.require(whole || class != domain.AssetClassUSOption, "quantity_step", "quantity", "options trade by whole contract")
		if known != nil && class == domain.AssetClassCrypto {
			f.require(q.Cmp(known.MinimumQuantity) >= 0, "quantity_too_small", "quantity", "must be "+known.MinimumQuantity.String()+" or more")
		}
	}
	if class != domain.AssetClassUSEquity || whole || (r.Quantity == nil) == (r.Notional == nil) {
		return
	}
	f.require(r.TimeInForce == domain.TimeInForceDay, "fractional_time_in_force", "time_in_force", "fractional orders must be DAY orders")
	f.require(known == nil || !known.QuantityStep.Decimal().IsInteger(), "not_fractionable", "quantity",
		fmt.Sprintf("asset %q is not fractionable", r.Symbol))
}

// checkPrice knows the increments: 2 decimals from 1 on, 4 below, 2 for options,
// for crypto what the asset says.
func checkPrice(f *faults, field string, p *domain.Price, class domain.AssetClass, known *domain.Instrument) {
	if p == nil {
		return
	}
	f.require(!p.IsZero(), "price_not_positive", field, "must be above 0")
	d, most := p.Decimal(), int32(2)
	switch {
	case class == domain.AssetClassCrypto:
		if known != nil && !known.PriceIncrement.IsZero() {
			f.require(d.Mod(known.PriceIncrement.Decimal()).IsZero(), "price_increment", field,
				"invalid "+field+" "+p.String()+". must be a multiple of "+known.PriceIncrement.String())
		}
		return
	case class == domain.AssetClassUSEquity && d.LessThan(decimal.New(1, 0)):
		most = 4
	}
	f.require(places(d) <= most, "sub_penny", field,
		"invalid "+field+" "+p.String()+". sub-penny increment does not fulfill minimum pricing criteria")
}

// places counts the decimals of a number in its shortest form.
func places(d decimal.Decimal) int32 { return max(0, -d.Normalize().Exponent()) }

func isClientOrderID(s string) bool {
	return s != "" && len(s) <= maxClientOrderID && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
