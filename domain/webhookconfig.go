package domain

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// AlertFormat names how alerts are read.
type AlertFormat string

// AlertFormatAuto recognises the format by the alert's content.
const AlertFormatAuto AlertFormat = "auto"

// QuantityMeans says what the quantity of an alert is when the alert does not
// carry the position it wants.
type QuantityMeans string

// The meanings of a quantity.
const (
	// QuantityOrderTotal nets: long 10, sell 20 ends short 10. Where netting
	// contradicts the sentiment the quantity came with, it is the new entry.
	QuantityOrderTotal QuantityMeans = "order_total"
	// QuantityEntry is always the new entry after a full exit of the other side.
	QuantityEntry QuantityMeans = "entry"
)

// PositionScope says whose position an alert trades against.
type PositionScope string

// The position scopes.
const (
	// PositionScopeWebhook is what this config's own fills built.
	PositionScopeWebhook PositionScope = "webhook"
	// PositionScopeAccount is all of the account's position in the symbol.
	PositionScopeAccount PositionScope = "account"
)

// WebhookStatus says whether a config's alerts are executed.
type WebhookStatus string

// The statuses of a config. Alerts of a paused one are recorded and refused.
const (
	WebhookActive WebhookStatus = "active"
	WebhookPaused WebhookStatus = "paused"
)

// Route sends a config's signals to one broker account.
type Route struct {
	BrokerAccountID BrokerAccountID
	// Multiplier scales every quantity on this route; above 0.
	Multiplier Quantity
}

// Dedupe says which deliveries are the same alert.
type Dedupe struct {
	// KeyFields name top-level fields of the payload whose values identify an
	// alert. With none, or when the payload lacks one, the body does.
	KeyFields []string
	// WindowSeconds is how long an identity is remembered; 1 to 86400.
	WindowSeconds int
}

// WebhookRules is the versioned part of a config: all that judges, sizes and
// routes an alert.
type WebhookRules struct {
	Routes []Route
	Format AlertFormat
	// Mapping reads alerts of the format custom, and is empty for all others.
	Mapping Mapping
	Symbols []Symbol
	// Sides are those an entry may be on; none listed is both. An exit is never
	// held up by them.
	Sides         []Side
	SymbolMap     map[Symbol]Symbol
	Sizing        Sizing
	QuantityMeans QuantityMeans
	PositionScope PositionScope
	Risk          RiskLimits
	Staleness     Staleness
	Dedupe        Dedupe
	Chain         ChainRule
	Protection    ProtectionRule
	Senders       Senders
	Session       Session
}

// The safe defaults of a config.
const (
	DefaultEntrySeconds  = 60
	DefaultWindowSeconds = 60
	maxWindowSeconds     = 86400
	maxRoutes            = 16
	maxSymbols           = 1000
	maxKeyFields         = 8
)

// DefaultWebhookRules gives the rules of a config that says nothing but its
// name and routes: every symbol, the alert's own quantity, no rails, entries
// expire after 60 s, duplicates by body within 60 s.
func DefaultWebhookRules() WebhookRules {
	entry := DefaultEntrySeconds
	return WebhookRules{
		Format:        AlertFormatAuto,
		Sizing:        Sizing{Type: SizingAlert},
		QuantityMeans: QuantityOrderTotal,
		PositionScope: PositionScopeWebhook,
		Staleness:     Staleness{EntrySeconds: &entry},
		Dedupe:        Dedupe{WindowSeconds: DefaultWindowSeconds},
		Chain:         DefaultChainRule(),
		Protection:    DefaultProtectionRule(),
	}
}

// OperatorRules gives the rules a signal by hand is planned under: the
// quantity as given, against the account's position, no rails.
func OperatorRules(account BrokerAccountID) WebhookRules {
	r := DefaultWebhookRules()
	r.Routes = []Route{{BrokerAccountID: account, Multiplier: MustQuantity("1")}}
	r.PositionScope = PositionScopeAccount
	return r
}

// Mapped gives the symbol that an alert's symbol means to the config.
func (r WebhookRules) Mapped(s Symbol) Symbol {
	if to, ok := r.SymbolMap[s]; ok {
		return to
	}
	return s
}

func (r WebhookRules) check() error {
	var f faults
	r.checkRoutes(&f)
	if r.Format == "" {
		f.add("format_required", "format", "use auto")
	}
	r.Mapping.check(r.Format, &f)
	r.checkSymbols(&f)
	r.checkSides(&f)
	f.addErr("sizing", r.Sizing.check())
	if _, err := parseWord("invalid_quantity_means", string(r.QuantityMeans), []QuantityMeans{QuantityOrderTotal, QuantityEntry}); err != nil {
		f.addErr("quantity_means", err)
	}
	if _, err := parseWord("invalid_position_scope", string(r.PositionScope), []PositionScope{PositionScopeWebhook, PositionScopeAccount}); err != nil {
		f.addErr("position_scope", err)
	}
	f.addErr("risk", r.Risk.check())
	f.addErr("staleness", r.Staleness.check())
	r.Dedupe.check(&f)
	f.addErr("chain", r.Chain.check())
	f.addErr("protection", r.Protection.check())
	r.Senders.check(&f)
	f.addErr("session", r.Session.check())
	return f.err()
}

func (r WebhookRules) checkRoutes(f *faults) {
	if len(r.Routes) == 0 || len(r.Routes) > maxRoutes {
		f.add("routes_required", "routes", "name 1 to 16 broker accounts")
	}
	seen := map[BrokerAccountID]bool{}
	for i, route := range r.Routes {
		field := "routes." + strconv.Itoa(i)
		if route.BrokerAccountID.IsZero() {
			f.add("broker_account_required", field+".broker_account_id", "name the broker account")
		}
		if seen[route.BrokerAccountID] {
			f.add("duplicate_route", field+".broker_account_id", "an account can be routed to only once")
		}
		seen[route.BrokerAccountID] = true
		if route.Multiplier.IsZero() {
			f.add("multiplier_not_positive", field+".multiplier", "must be above 0")
		}
	}
}

func (r WebhookRules) checkSides(f *faults) {
	for i, s := range r.Sides {
		if !s.IsValid() || slices.Contains(r.Sides[:i], s) {
			f.add("invalid_side", "sides."+strconv.Itoa(i), "name buy, sell or both, each once")
		}
	}
}

func (r WebhookRules) checkSymbols(f *faults) {
	if len(r.Symbols) > maxSymbols {
		f.add("too_many_symbols", "symbols", "at most 1000")
	}
	for i, s := range r.Symbols {
		if canonical, err := ParseSymbol(string(s)); err != nil || canonical != s {
			f.add("invalid_symbol", "symbols."+strconv.Itoa(i), "write symbols in canonical form, such as AAPL or BTC/USD")
		}
	}
	if len(r.SymbolMap) > maxSymbols {
		f.add("too_many_symbols", "symbol_map", "at most 1000")
	}
	for _, from := range slices.Sorted(maps.Keys(r.SymbolMap)) {
		for _, s := range []Symbol{from, r.SymbolMap[from]} {
			if canonical, err := ParseSymbol(string(s)); err != nil || canonical != s {
				f.add("invalid_symbol", "symbol_map."+string(from), "write symbols in canonical form, such as AAPL or BTC/USD")
				break
			}
		}
	}
}

func (d Dedupe) check(f *faults) {
	if len(d.KeyFields) > maxKeyFields {
		f.add("too_many_key_fields", "dedupe.key_fields", "at most 8")
	}
	for i, k := range d.KeyFields {
		if !isName(k) {
			f.add("invalid_key_field", "dedupe.key_fields."+strconv.Itoa(i), "name a field of the alert")
		}
	}
	if d.WindowSeconds < 1 || d.WindowSeconds > maxWindowSeconds {
		f.add("invalid_window", "dedupe.window_seconds", "must be 1 to 86400")
	}
}

func (r WebhookRules) clone() WebhookRules {
	r.Routes = slices.Clone(r.Routes)
	r.Symbols = slices.Clone(r.Symbols)
	r.Sides = slices.Clone(r.Sides)
	r.SymbolMap, r.Mapping = maps.Clone(r.SymbolMap), maps.Clone(r.Mapping)
	r.Sizing.Value = copied(r.Sizing.Value)
	r.Risk, r.Staleness = r.Risk.clone(), r.Staleness.clone()
	r.Dedupe.KeyFields = slices.Clone(r.Dedupe.KeyFields)
	r.Senders, r.Session = r.Senders.clone(), r.Session.clone()
	return r
}

// WebhookConfig says how alerts are admitted, judged and sized, and to which
// broker accounts they go. Its rules are versioned: every change makes a new
// version and leaves the old ones as they were.
type WebhookConfig struct{ s WebhookConfigSnapshot }

// WebhookConfigSnapshot is a config as it is stored, with the rules of Version.
type WebhookConfigSnapshot struct {
	ID        WebhookConfigID
	UserID    UserID
	Name      string
	Status    WebhookStatus
	Version   int
	Rules     WebhookRules
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt *time.Time
}

// NewWebhookConfig makes an active config, version 1, from the ID, UserID,
// Name, Rules and CreatedAt of s. Every fault is reported at once, as
// KindInvalid. That the routed accounts exist and are the owner's, the
// repository checks.
func NewWebhookConfig(s WebhookConfigSnapshot) (*WebhookConfig, error) {
	var f faults
	checkName(&f, s.Name)
	f.addErr("", s.Rules.check())
	if err := f.err(); err != nil {
		return nil, err
	}
	s.Rules = s.Rules.clone()
	s.Status, s.Version, s.UpdatedAt, s.DeletedAt = WebhookActive, 1, s.CreatedAt, nil
	return &WebhookConfig{s}, nil
}

// RestoreWebhookConfig rebuilds a stored config.
func RestoreWebhookConfig(s WebhookConfigSnapshot) *WebhookConfig { return &WebhookConfig{s.clone()} }

// Snapshot gives everything there is to store. It shares nothing with c that
// can change.
func (c *WebhookConfig) Snapshot() WebhookConfigSnapshot { return c.s.clone() }

func (s WebhookConfigSnapshot) clone() WebhookConfigSnapshot {
	s.Rules, s.DeletedAt = s.Rules.clone(), copied(s.DeletedAt)
	return s
}

// ID gives the config's id.
func (c *WebhookConfig) ID() WebhookConfigID { return c.s.ID }

// UserID gives the owner.
func (c *WebhookConfig) UserID() UserID { return c.s.UserID }

// Version gives the number of the rules in force, from 1.
func (c *WebhookConfig) Version() int { return c.s.Version }

// Status says whether alerts are executed.
func (c *WebhookConfig) Status() WebhookStatus { return c.s.Status }

// Rename gives the config another name; the rules stay as they are.
func (c *WebhookConfig) Rename(name string, now time.Time) error {
	var f faults
	checkName(&f, name)
	if err := f.err(); err != nil {
		return err
	}
	c.s.Name, c.s.UpdatedAt = name, now
	return nil
}

// Revise puts new rules in force as the next version.
func (c *WebhookConfig) Revise(rules WebhookRules, now time.Time) error {
	if err := rules.check(); err != nil {
		return err
	}
	c.s.Rules, c.s.Version, c.s.UpdatedAt = rules.clone(), c.s.Version+1, now
	return nil
}

// Pause lets alerts be recorded and refused until Resume. Pausing twice is
// harmless.
func (c *WebhookConfig) Pause(now time.Time) { c.s.Status, c.s.UpdatedAt = WebhookPaused, now }

// Resume lets alerts be executed again.
func (c *WebhookConfig) Resume(now time.Time) { c.s.Status, c.s.UpdatedAt = WebhookActive, now }

// Remove ends the config; what it traded stays readable. It is a conflict while
// its orders are open.
func (c *WebhookConfig) Remove(openOrders int, now time.Time) error {
	if openOrders > 0 {
		return Conflict("orders_open", "the webhook has open orders; cancel them first")
	}
	c.s.DeletedAt, c.s.UpdatedAt = &now, now
	return nil
}
