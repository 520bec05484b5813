package httpapi

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type brokerAccountJSON struct {
	ID   domain.BrokerAccountID `json:"id"`
	Name string                 `json:"name"`
	Kind domain.BrokerKind      `json:"kind"`
	// Settings are a paper account's, Environment and BaseURL those of one at
	// Alpaca.
	Settings    *paperSettingsJSON       `json:"settings,omitempty"`
	Environment domain.AlpacaEnvironment `json:"environment,omitempty"`
	BaseURL     string                   `json:"base_url,omitempty"`
	// Trouble is why nothing is sent for the account.
	Trouble   *troubleJSON `json:"trouble"`
	CreatedAt string       `json:"created_at"`
	UpdatedAt string       `json:"updated_at"`
}

type paperSettingsJSON struct {
	Cash domain.Money `json:"cash"`
}

type troubleJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Since   string `json:"since"`
	RetryAt string `json:"retry_at"`
}

// brokerAccountOf never shows credentials: a snapshot has none.
func brokerAccountOf(a *domain.BrokerAccount) brokerAccountJSON {
	s := a.Snapshot()
	j := brokerAccountJSON{ID: s.ID, Name: s.Name, Kind: s.Kind, CreatedAt: stamp(s.CreatedAt), UpdatedAt: stamp(s.UpdatedAt)}
	if s.Kind == domain.BrokerKindAlpaca {
		j.Environment, j.BaseURL = s.Alpaca.Environment, s.Alpaca.URL()
	} else {
		j.Settings = &paperSettingsJSON{Cash: s.Paper.Cash}
	}
	if t := s.Trouble; t != nil {
		j.Trouble = &troubleJSON{t.Code, t.Message, stamp(t.Since), stamp(t.RetryAt)}
	}
	return j
}

// newBrokerAccountFrom reads an account to open. What its kind does not have is
// refused by name, and the value of no credential is ever repeated.
func newBrokerAccountFrom(f *form) ports.NewBrokerAccount {
	n := ports.NewBrokerAccount{
		Name: f.textOr("name", ""),
		Kind: domain.BrokerKind(f.textOr("kind", "")),
	}
	f.required("name", "name the account")
	f.required("kind", "say which broker, for example paper")
	if n.Kind != "" && !slices.Contains(domain.BrokerKinds(), n.Kind) {
		f.refuseUnbuilt("kind")
	}
	if n.Kind == domain.BrokerKindAlpaca {
		n.Alpaca.Environment = domain.AlpacaEnvironment(f.textOr("environment", ""))
		n.Alpaca.BaseURL = f.textOr("base_url", "")
		n.Credentials = credentialsFrom(f)
		f.required("environment", "say whose money it is: live or paper")
		f.required("credentials", "give key_id and secret_key, or oauth_token")
		f.notFor(n.Kind, "settings")
		return n
	}
	n.Paper.Cash = domain.DefaultPaperCash()
	f.notFor(n.Kind, "environment", "base_url", "credentials")
	if settings := f.object("settings"); settings != nil {
		if cash := number(settings, "cash", domain.ParseMoney); cash != nil {
			n.Paper.Cash = *cash
		}
		settings.close()
	}
	return n
}

// credentialsFrom reads {"key_id","secret_key"} or {"oauth_token"}.
func credentialsFrom(f *form) domain.BrokerCredentials {
	given := f.object("credentials")
	if given == nil {
		return domain.BrokerCredentials{}
	}
	c := domain.BrokerCredentials{
		KeyID: given.textOr("key_id", ""), SecretKey: given.textOr("secret_key", ""), OAuthToken: given.textOr("oauth_token", ""),
	}
	given.close()
	return c
}

// notFor refuses fields that accounts of the kind do not have.
func (f *form) notFor(kind domain.BrokerKind, fields ...string) {
	for _, name := range fields {
		if n, given := f.take(name); given && !n.isNothing() {
			f.fault("not_for_this_kind", name, "accounts of kind "+string(kind)+" have none")
		}
	}
}

// accountChange is what may be changed about an account: its name or its
// credentials, one of them at a time, so that the change is whole.
type accountChange struct {
	name        string
	credentials *domain.BrokerCredentials
}

func accountChangeFrom(f *form) accountChange {
	change := accountChange{name: f.textOr("name", "")}
	if c := credentialsFrom(f); !c.IsZero() {
		change.credentials = &c
	}
	switch {
	case change.credentials == nil:
		f.required("name", "give the new name, or other credentials; it is all that can be changed")
	case change.name != "":
		f.fault("one_change_at_a_time", "name", "change the name and the credentials one after the other")
	}
	for _, fixed := range []string{"kind", "settings", "environment", "base_url"} {
		if _, given := f.take(fixed); given {
			f.fault("not_changeable", fixed, "this is fixed once the account is opened")
		}
	}
	return change
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
