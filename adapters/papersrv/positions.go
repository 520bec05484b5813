package papersrv

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// positionJSON is a holding as Alpaca tells it.
type positionJSON struct {
	AssetID                uuid.UUID `json:"asset_id"`
	Symbol                 string    `json:"symbol"`
	Exchange               string    `json:"exchange"`
	AssetClass             string    `json:"asset_class"`
	AssetMarginable        bool      `json:"asset_marginable"`
	Qty                    string    `json:"qty"`
	QtyAvailable           string    `json:"qty_available"`
	AvgEntryPrice          string    `json:"avg_entry_price"`
	Side                   string    `json:"side"`
	MarketValue            string    `json:"market_value"`
	CostBasis              string    `json:"cost_basis"`
	UnrealizedPL           string    `json:"unrealized_pl"`
	UnrealizedPLPC         string    `json:"unrealized_plpc"`
	UnrealizedIntradayPL   string    `json:"unrealized_intraday_pl"`
	UnrealizedIntradayPLPC string    `json:"unrealized_intraday_plpc"`
	CurrentPrice           string    `json:"current_price"`
	LastdayPrice           string    `json:"lastday_price"`
	ChangeToday            string    `json:"change_today"`
}

// The places that Alpaca rounds positions to.
const (
	moneyPlaces = 6
	sharePlaces = 8
)

// positionJSON puts a holding in Alpaca's words. Yesterday's prices are not known
// here: a holding is told as if it began today.
func (d *desk) positionJSON(p ports.BrokerPosition) positionJSON {
	a, _ := assetBySymbol(string(p.Symbol))
	price, entry := *p.Position.AveragePrice, *p.Position.AveragePrice
	if mark := d.mark(p.Symbol); mark != nil {
		price = *mark
	}
	quantity := p.Position.Quantity.Decimal()
	value, cost := quantity.Mul(price.Decimal()), quantity.Mul(entry.Decimal())
	gain := value.Sub(cost)
	share := gain.DivRound(cost.Abs(), sharePlaces).Normalize().String()
	available, _ := d.available(p.Symbol)
	side := "long"
	if p.Position.Quantity.IsShort() {
		side, available = "short", available.Neg()
	}
	return positionJSON{
		AssetID: a.ID, Symbol: undivided(a.Symbol), Exchange: a.Exchange, AssetClass: a.Class, AssetMarginable: a.Marginable,
		Qty: p.Position.Quantity.String(), QtyAvailable: available.String(), AvgEntryPrice: rounded(entry.Decimal()), Side: side,
		MarketValue: rounded(value), CostBasis: rounded(cost), UnrealizedPL: rounded(gain), UnrealizedPLPC: share,
		UnrealizedIntradayPL: rounded(gain), UnrealizedIntradayPLPC: share,
		CurrentPrice: price.String(), LastdayPrice: price.String(), ChangeToday: "0",
	}
}

func rounded(d decimal.Decimal) string { return d.Round(moneyPlaces).Normalize().String() }

func listPositions(_ context.Context, c *call) (answer, error) {
	found := []positionJSON{}
	for _, p := range c.desk.engine.Summary().Positions {
		found = append(found, c.desk.positionJSON(p))
	}
	return ok(found), nil
}

func getPosition(_ context.Context, c *call) (answer, error) {
	p, err := c.position()
	if err != nil {
		return answer{}, err
	}
	return ok(c.desk.positionJSON(p)), nil
}

// position finds the holding in the path.
func (c *call) position() (ports.BrokerPosition, error) {
	if a, known := c.desk.assetOf(strings.ToUpper(c.variable("symbol"))); known {
		for _, p := range c.desk.engine.Summary().Positions {
			if p.Symbol == a.symbol() {
				return p, nil
			}
		}
	}
	return ports.BrokerPosition{}, notFound("position does not exist")
}

func closePosition(ctx context.Context, c *call) (answer, error) {
	p, err := c.position()
	if err != nil {
		return answer{}, err
	}
	quantity, err := c.quantityToClose(p.Position.Quantity.Size())
	if err != nil {
		return answer{}, err
	}
	o, err := c.desk.close(ctx, p, quantity)
	if err != nil {
		return answer{}, err
	}
	return ok(o), nil
}

// quantityToClose reads how much of a holding is to go; all of it where nothing is
// said. A share of whole units gives whole units.
func (c *call) quantityToClose(held domain.Quantity) (domain.Quantity, error) {
	quantity, err := number{c.query("qty")}.quantity("qty")
	if err != nil {
		return domain.Quantity{}, err
	}
	percentage, err := number{c.query("percentage")}.quantity("percentage")
	switch {
	case err != nil:
		return domain.Quantity{}, err
	case quantity != nil && percentage != nil:
		return domain.Quantity{}, malformed("only one of qty or percentage is accepted")
	case quantity != nil:
		return *quantity, nil
	case percentage == nil:
		return held, nil
	case percentage.Decimal().GreaterThan(decimal.New(100, 0)):
		return domain.Quantity{}, invalid("percentage must be between 0 and 100")
	}
	to := int32(quantityPlaces)
	if isWhole(&held) {
		to = 0
	}
	part, err := domain.NewQuantity(held.Decimal().Mul(percentage.Decimal()).Shift(-2).Truncate(to))
	if err != nil || part.IsZero() {
		return domain.Quantity{}, invalid("percentage of the position is less than can be traded")
	}
	return part, nil
}

// close sends the market order that ends a holding or a part of it.
func (d *desk) close(ctx context.Context, p ports.BrokerPosition, quantity domain.Quantity) (orderJSON, error) {
	a, _ := assetBySymbol(string(p.Symbol))
	w := wish{
		asset: a, clientOrderID: d.ids.New().String(), side: p.Position.Quantity.ExitSide(),
		orderType: domain.OrderTypeMarket, timeInForce: domain.TimeInForceDay, quantity: &quantity,
	}
	if a.isCrypto() {
		w.timeInForce = domain.TimeInForceGTC
	}
	r, err := d.place(ctx, w)
	if err != nil {
		return orderJSON{}, err
	}
	return d.taken(r), nil
}

// closedJSON is one holding of a close of all: the order, or why there is none.
type closedJSON struct {
	Symbol string `json:"symbol"`
	Status int    `json:"status"`
	Body   any    `json:"body"`
}

func closeAllPositions(ctx context.Context, c *call) (answer, error) {
	if c.query("cancel_orders") == "true" {
		if _, err := c.desk.cancelAll(ctx); err != nil {
			return answer{}, err
		}
	}
	done := []closedJSON{}
	for _, p := range slices.Clone(c.desk.engine.Summary().Positions) {
		one := closedJSON{Symbol: undivided(string(p.Symbol)), Status: http.StatusOK}
		o, err := c.desk.close(ctx, p, p.Position.Quantity.Size())
		one.Body = o
		if err != nil {
			f := faultFor(err)
			one.Status, one.Body = f.status, f
		}
		done = append(done, one)
	}
	return answer{http.StatusMultiStatus, done}, nil
}

func splitPair(symbol string) (base, quote string) {
	base, quote, _ = strings.Cut(symbol, "/")
	return base, quote
}
