package papersrv

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// accountJSON is an account as Alpaca tells it since July 2026: nothing of day
// traders any more.
type accountJSON struct {
	ID                    string    `json:"id"`
	AccountNumber         string    `json:"account_number"`
	Status                string    `json:"status"`
	CryptoStatus          string    `json:"crypto_status"`
	Currency              string    `json:"currency"`
	Cash                  string    `json:"cash"`
	Equity                string    `json:"equity"`
	LastEquity            string    `json:"last_equity"`
	PortfolioValue        string    `json:"portfolio_value"`
	BuyingPower           string    `json:"buying_power"`
	RegTBuyingPower       string    `json:"regt_buying_power"`
	NonMarginBuyingPower  string    `json:"non_marginable_buying_power"`
	OptionsBuyingPower    string    `json:"options_buying_power"`
	EffectiveBuyingPower  string    `json:"effective_buying_power"`
	LongMarketValue       string    `json:"long_market_value"`
	ShortMarketValue      string    `json:"short_market_value"`
	PositionMarketValue   string    `json:"position_market_value"`
	InitialMargin         string    `json:"initial_margin"`
	MaintenanceMargin     string    `json:"maintenance_margin"`
	LastMaintenanceMargin string    `json:"last_maintenance_margin"`
	SMA                   string    `json:"sma"`
	Multiplier            string    `json:"multiplier"`
	AccruedFees           string    `json:"accrued_fees"`
	PendingTransferIn     string    `json:"pending_transfer_in"`
	PendingTransferOut    string    `json:"pending_transfer_out"`
	PendingRegTAFFees     string    `json:"pending_reg_taf_fees"`
	IntradayAdjustments   string    `json:"intraday_adjustments"`
	BalanceAsOf           string    `json:"balance_asof"`
	CreatedAt             time.Time `json:"created_at"`
	AccountBlocked        bool      `json:"account_blocked"`
	TradingBlocked        bool      `json:"trading_blocked"`
	TransfersBlocked      bool      `json:"transfers_blocked"`
	TradeSuspendedByUser  bool      `json:"trade_suspended_by_user"`
	ShortingEnabled       bool      `json:"shorting_enabled"`
	CryptoTier            int       `json:"crypto_tier"`
	OptionsApprovedLevel  int       `json:"options_approved_level"`
	OptionsTradingLevel   int       `json:"options_trading_level"`
	AdminConfigurations   struct{}  `json:"admin_configurations"`
	UserConfigurations    *struct{} `json:"user_configurations"`
}

func getAccount(_ context.Context, c *call) (answer, error) {
	s := c.desk.engine.Summary()
	var long, short decimal.Decimal
	for _, p := range s.Positions {
		mark := c.desk.mark(p.Symbol)
		if mark == nil {
			continue
		}
		value := p.Position.Quantity.Decimal().Mul(mark.Decimal())
		if value.IsNegative() {
			short = short.Add(value)
		} else {
			long = long.Add(value)
		}
	}
	exposure := long.Sub(short)
	now := c.desk.clock.Now()
	created := c.desk.chronicle.OpenedAt()
	if created.IsZero() {
		created = now
	}
	free := decimal.Max(decimal.Decimal{}, decimal.Min(s.Cash.Decimal(), s.BuyingPower.Decimal()))
	start := c.desk.engine.StartingCash().String()
	return ok(accountJSON{
		ID: c.desk.id.String(), AccountNumber: "PA" + accountNumber(c.desk.id.UUID[:]), Status: "ACTIVE", CryptoStatus: "ACTIVE",
		Currency: "USD", Cash: s.Cash.String(), Equity: s.Equity.String(), LastEquity: start, PortfolioValue: s.Equity.String(),
		BuyingPower: s.BuyingPower.String(), RegTBuyingPower: s.BuyingPower.String(), EffectiveBuyingPower: s.BuyingPower.String(),
		NonMarginBuyingPower: free.String(), OptionsBuyingPower: "0", LongMarketValue: long.String(), ShortMarketValue: short.String(),
		PositionMarketValue: exposure.String(), InitialMargin: exposure.Mul(half()).String(),
		MaintenanceMargin: exposure.Mul(decimal.New(3, -1)).String(), LastMaintenanceMargin: "0", SMA: s.Equity.String(), Multiplier: "2",
		AccruedFees: "0", PendingTransferIn: "0", PendingTransferOut: "0", PendingRegTAFFees: "0", IntradayAdjustments: "0",
		BalanceAsOf: now.AddDate(0, 0, -1).Format(time.DateOnly), CreatedAt: created, ShortingEnabled: true, CryptoTier: 1,
	}), nil
}

// accountNumber makes ten digits and capitals of an id.
func accountNumber(id []byte) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
	number := make([]byte, 10)
	for i := range number {
		number[i] = alphabet[int(id[i])%len(alphabet)]
	}
	return string(number)
}

// configurationsJSON is what may be set for an account. Nothing may be here.
type configurationsJSON struct {
	DTBPCheck             string `json:"dtbp_check"`
	FractionalTrading     bool   `json:"fractional_trading"`
	MaxMarginMultiplier   string `json:"max_margin_multiplier"`
	MaxOptionsLevel       int    `json:"max_options_trading_level"`
	NoShorting            bool   `json:"no_shorting"`
	SuspendTrade          bool   `json:"suspend_trade"`
	TradeConfirmEmail     string `json:"trade_confirm_email"`
	PTPNoExceptionEntry   bool   `json:"ptp_no_exception_entry"`
	DisableOvernightTrade bool   `json:"disable_overnight_trading"`
}

func getConfigurations(context.Context, *call) (answer, error) {
	return ok(configurationsJSON{
		DTBPCheck: "entry", FractionalTrading: true, MaxMarginMultiplier: "2", TradeConfirmEmail: "none",
	}), nil
}
