package alpaca

import (
	"encoding/json"
	"time"
)

// wireOrder is what is read of an order. Numbers are strings, and read as
// numbers too.
type wireOrder struct {
	ID            string      `json:"id"`
	ClientOrderID string      `json:"client_order_id"`
	Symbol        string      `json:"symbol"`
	AssetClass    string      `json:"asset_class"`
	Side          string      `json:"side"`
	Qty           json.Number `json:"qty"`
	Status        string      `json:"status"`
	FilledQty     json.Number `json:"filled_qty"`
	CreatedAt     time.Time   `json:"created_at"`
	UpdatedAt     *time.Time  `json:"updated_at"`
	SubmittedAt   *time.Time  `json:"submitted_at"`
}

// newOrder is what is sent of one.
type newOrder struct {
	Symbol        string `json:"symbol"`
	Qty           string `json:"qty,omitempty"`
	Notional      string `json:"notional,omitempty"`
	Side          string `json:"side"`
	Type          string `json:"type"`
	TimeInForce   string `json:"time_in_force"`
	LimitPrice    string `json:"limit_price,omitempty"`
	StopPrice     string `json:"stop_price,omitempty"`
	ClientOrderID string `json:"client_order_id"`
}

// wireFill is an account activity of type FILL.
type wireFill struct {
	ID      string      `json:"id"`
	OrderID string      `json:"order_id"`
	Qty     json.Number `json:"qty"`
	Price   json.Number `json:"price"`
	At      time.Time   `json:"transaction_time"`
}

// wireAsset is an asset, and what is read of an option contract too.
type wireAsset struct {
	Class             string      `json:"class"`
	Symbol            string      `json:"symbol"`
	Status            string      `json:"status"`
	Tradable          bool        `json:"tradable"`
	Fractionable      bool        `json:"fractionable"`
	MinOrderSize      json.Number `json:"min_order_size"`
	MinTradeIncrement json.Number `json:"min_trade_increment"`
	PriceIncrement    json.Number `json:"price_increment"`
}

type wireAccount struct {
	Cash        json.Number `json:"cash"`
	Equity      json.Number `json:"equity"`
	BuyingPower json.Number `json:"buying_power"`
}

type wirePosition struct {
	Symbol     string      `json:"symbol"`
	AssetClass string      `json:"asset_class"`
	Qty        json.Number `json:"qty"`
	AvgEntry   json.Number `json:"avg_entry_price"`
}
