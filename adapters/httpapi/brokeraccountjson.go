package httpapi

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type brokerAccountJSON struct {
	ID        domain.BrokerAccountID `json:"id"`
	Name      string                 `json:"name"`
	Kind      domain.BrokerKind      `json:"kind"`
	Settings  paperSettingsJSON      `json:"settings"`
	CreatedAt string                 `json:"created_at"`
	UpdatedAt string                 `json:"updated_at"`
}

type paperSettingsJSON struct {
	Cash domain.Money `json:"cash"`
}

func brokerAccountOf(a *domain.BrokerAccount) brokerAccountJSON {
	s := a.Snapshot()
	return brokerAccountJSON{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Settings: paperSettingsJSON{Cash: s.Paper.Cash},
		CreatedAt: stamp(s.CreatedAt), UpdatedAt: stamp(s.UpdatedAt),
	}
}

// newBrokerAccountFrom reads an account to open. Only paper accounts are built:
// what another kind would need is refused by name, and its value never repeated.
func newBrokerAccountFrom(f *form) ports.NewBrokerAccount {
	n := ports.NewBrokerAccount{
		Name:  f.textOr("name", ""),
		Kind:  domain.BrokerKind(f.textOr("kind", "")),
		Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()},
	}
	f.required("name", "name the account")
	f.required("kind", "say which broker, for example paper")
	if n.Kind != "" && !slices.Contains(domain.BrokerKinds(), n.Kind) {
		f.refuseUnbuilt("kind")
	}
	f.notBuilt("environment")
	f.notBuilt("base_url")
	f.notBuilt("credentials")
	if settings := f.object("settings"); settings != nil {
		if cash := number(settings, "cash", domain.ParseMoney); cash != nil {
			n.Paper.Cash = *cash
		}
		settings.close()
	}
	return n
}

// newNameFrom reads what may be changed about an account: its name.
func newNameFrom(f *form) string {
	name := f.textOr("name", "")
	f.required("name", "give the new name; it is all that can be changed")
	for _, fixed := range []string{"kind", "settings", "environment", "base_url", "credentials"} {
		if _, given := f.take(fixed); given {
			f.fault("not_changeable", fixed, "this is fixed once the account is opened")
		}
	}
	return name
}

type summaryJSON struct {
	BrokerAccountID domain.BrokerAccountID `json:"broker_account_id"`
	Cash            domain.Money           `json:"cash"`
	Equity          domain.Money           `json:"equity"`
	BuyingPower     domain.Money           `json:"buying_power"`
	Positions       []holdingJSON          `json:"positions"`
}

type holdingJSON struct {
	Symbol         domain.Symbol `json:"symbol"`
	Quantity       domain.Net    `json:"quantity"`
	AveragePrice   *domain.Price `json:"average_price"`
	RealizedProfit domain.Money  `json:"realized_profit"`
}

func summaryOf(id domain.BrokerAccountID, s ports.AccountSummary) summaryJSON {
	positions := make([]holdingJSON, 0, len(s.Positions))
	for _, p := range s.Positions {
		positions = append(positions, holdingJSON{p.Symbol, p.Position.Quantity, p.Position.AveragePrice, p.Position.RealizedProfit})
	}
	return summaryJSON{BrokerAccountID: id, Cash: s.Cash, Equity: s.Equity, BuyingPower: s.BuyingPower, Positions: positions}
}

// quoteFrom reads {"symbol","bid","ask","last"}.
func quoteFrom(f *form) ports.Quote {
	q := ports.Quote{
		Symbol:    orZero(word(f, "symbol", domain.ParseSymbol)),
		Bid:       number(f, "bid", domain.ParsePrice),
		Ask:       number(f, "ask", domain.ParsePrice),
		LastPrice: number(f, "last", domain.ParsePrice),
	}
	f.required("symbol", "name the instrument, for example AAPL or BTC/USD")
	return q
}
