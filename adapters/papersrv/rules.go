package papersrv

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/domain/nyse"
)

// rules are what the venue asks of an order before it looks at the account.
type rules struct{ sessions, pricesFromOrders bool }

// venue is what the rules ask of the account's engine.
func (r rules) venue(partialFills *uint64) paper.Venue {
	v := paper.Venue{PartialFills: partialFills}
	if r.sessions {
		v.IsOpen = isOpen
	}
	return v
}

// isOpen reports whether a symbol trades at a moment: pairs always do.
func isOpen(symbol domain.Symbol, at time.Time, extended bool) bool {
	return isPair(symbol) || nyse.IsOpen(at, extended)
}

func isPair(symbol domain.Symbol) bool { return strings.Contains(string(symbol), "/") }

// expiry is when an order ends by itself, nil for never: one for the day with its
// session, one that is good till canceled after 90 days at 16:15.
func (r rules) expiry(w wish, now time.Time) *time.Time {
	switch {
	case !r.sessions || w.asset.isCrypto():
		return nil
	case w.timeInForce == domain.TimeInForceDay && w.extendedHours:
		return new(nyse.NextSessionClose(now).UTC())
	case w.timeInForce == domain.TimeInForceDay, w.isForAuction():
		return new(nyse.NextClose(now).UTC())
	case w.timeInForce == domain.TimeInForceGTC:
		last := now.In(nyse.Zone(now)).AddDate(0, 0, 90)
		return new(time.Date(last.Year(), last.Month(), last.Day(), 16, 15, 0, 0, nyse.Zone(last)).UTC())
	}
	return nil
}

// check finds the first thing that is wrong with a wish by itself.
func (w *wish) check() error {
	if !w.asset.Tradable {
		return invalid("asset %q is not tradable", w.asset.Symbol)
	}
	for _, find := range []func() error{
		w.checkTrail, w.checkPrices, w.checkIncrements, w.checkClass, w.checkTimeInForce, w.checkFractions, w.checkExtendedHours, w.checkMinimum,
	} {
		if err := find(); err != nil {
			return err
		}
	}
	return nil
}

// checkTrail asks a stop that follows the market for one distance, and no order
// else for any.
func (w *wish) checkTrail() error {
	given := w.trailPrice != nil || w.trailPercent != nil
	switch {
	case !w.trails && given:
		return invalid("only trailing_stop orders have a trail_price or trail_percent")
	case !w.trails:
		return nil
	case !given || w.trailPrice != nil && w.trailPercent != nil:
		return invalid("trailing stop orders must specify one of trail_price or trail_percent")
	case w.stop != nil || w.limit != nil:
		return invalid("trailing stop orders must not have a limit price or a stop price")
	case w.class != classSimple:
		return invalid("trailing stop orders must be simple orders")
	case w.timeInForce != domain.TimeInForceDay && w.timeInForce != domain.TimeInForceGTC:
		return invalid("trailing stop orders must be DAY or GTC orders")
	case w.trailPercent != nil && w.trailPercent.Decimal().GreaterThanOrEqual(decimal.New(100, 0)):
		return invalid("trail_percent must be less than 100")
	}
	return nil
}

// checkPrices asks for the prices of the type, and no others.
func (w *wish) checkPrices() error {
	switch {
	case w.orderType.NeedsLimitPrice() && w.limit == nil:
		return invalid("%s orders require a limit price", w.orderType)
	case !w.orderType.NeedsLimitPrice() && w.limit != nil:
		return invalid("%s orders must not have a limit price", w.orderType)
	case w.trails:
	case w.orderType.NeedsStopPrice() && w.stop == nil:
		return invalid("%s orders require a stop price", w.orderType)
	case !w.orderType.NeedsStopPrice() && w.stop != nil:
		return invalid("%s orders must not have a stop price", w.orderType)
	}
	return nil
}

// checkIncrements refuses prices of shares between the cents: from 1 up two
// decimal places, below it four.
func (w *wish) checkIncrements() error {
	if w.asset.isCrypto() {
		return nil
	}
	for _, p := range []struct {
		field string
		price *domain.Price
	}{
		{"limit_price", w.limit},
		{"stop_price", w.stop},
		{"take_profit.limit_price", w.takeProfit},
		{"stop_loss.stop_price", w.stopLoss},
		{"stop_loss.limit_price", w.stopLossLimit},
	} {
		if p.price != nil && places(p.price.Decimal()) > pricePlaces(*p.price) {
			return invalid("invalid %s %s. sub-penny increment does not fulfill minimum pricing criteria", p.field, p.price)
		}
	}
	return nil
}

func pricePlaces(p domain.Price) int32 {
	if p.Decimal().LessThan(decimal.New(1, 0)) {
		return 4
	}
	return 2
}

// checkTimeInForce holds the time in force against the type and the asset.
func (w *wish) checkTimeInForce() error {
	immediate := []domain.TimeInForce{domain.TimeInForceIOC, domain.TimeInForceFOK}
	switch {
	case w.asset.isCrypto() && !slices.Contains([]domain.TimeInForce{domain.TimeInForceGTC, domain.TimeInForceIOC}, w.timeInForce):
		return invalid("invalid crypto time_in_force")
	case w.asset.isCrypto() && w.orderType == domain.OrderTypeStop:
		return unprocessable("invalid order type for crypto order")
	case (w.isForAuction() || slices.Contains(immediate, w.timeInForce)) && w.orderType.NeedsStopPrice():
		return invalid("%s orders must be market or limit orders", w.timeInForce)
	}
	return nil
}

func (w *wish) isForAuction() bool {
	return w.timeInForce == domain.TimeInForceOPG || w.timeInForce == domain.TimeInForceCLS
}

// checkAuction keeps to the hours in which the exchange takes orders for its
// opening and its close.
func (r rules) checkAuction(w wish, now time.Time) error {
	if !r.sessions || !w.isForAuction() {
		return nil
	}
	clock := now.In(nyse.Zone(now))
	minute, again := clock.Hour()*60+clock.Minute(), 19*60
	switch {
	case w.timeInForce == domain.TimeInForceOPG && minute >= 9*60+28 && minute < again:
		return invalid("opg orders are not accepted between 9:28am and 7:00pm ET")
	case w.timeInForce == domain.TimeInForceCLS && minute >= 15*60+50 && minute < again:
		return invalid("cls orders are not accepted between 3:50pm and 7:00pm ET")
	}
	return nil
}

// checkFractions lets parts of shares trade in simple orders for the day.
func (w *wish) checkFractions() error {
	if w.asset.isCrypto() || isWhole(w.quantity) {
		return nil
	}
	switch {
	case !w.asset.Fractionable:
		return forbidden(`asset "` + w.asset.Symbol + `" is not fractionable`)
	case w.class != classSimple:
		return invalid("fractional orders must be simple orders")
	case w.timeInForce != domain.TimeInForceDay:
		return invalid("fractional orders must be DAY orders")
	}
	return nil
}

func (w *wish) checkExtendedHours() error {
	day := w.timeInForce == domain.TimeInForceDay || w.timeInForce == domain.TimeInForceGTC
	if w.extendedHours && (w.orderType != domain.OrderTypeLimit || !day) {
		return invalid("extended hours order must be DAY or GTC limit orders")
	}
	return nil
}

// checkMinimum asks for a dollar's worth of shares by notional, and ten of
// crypto.
func (w *wish) checkMinimum() error {
	switch {
	case w.asset.isCrypto():
		if worth, known := w.worth(); known && worth.LessThan(decimal.New(10, 0)) {
			return forbidden("cost basis must be >= minimal amount of order 10")
		}
	case w.notional != nil && w.notional.Decimal().LessThan(decimal.New(1, 0)):
		return forbidden("cost basis must be >= minimal amount of order 1")
	}
	return nil
}

// worth is what the order says by itself that it is worth.
func (w *wish) worth() (decimal.Decimal, bool) {
	switch {
	case w.notional != nil:
		return w.notional.Decimal(), true
	case w.limit != nil:
		return w.quantity.Decimal().Mul(w.limit.Decimal()), true
	}
	return decimal.Decimal{}, false
}
