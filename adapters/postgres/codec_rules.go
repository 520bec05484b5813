package postgres

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// rulesJSON is webhook_config_versions.rules: everything but the routes, which
// are rows of their own. Absent and empty lists stay apart. A rule that came
// later is left out where it is not set, so that a program from before it goes
// on reading rules that do without.
type rulesJSON struct {
	Format        domain.AlertFormat              `json:"format"`
	Mapping       domain.Mapping                  `json:"mapping,omitempty"`
	Symbols       []domain.Symbol                 `json:"symbols"`
	Sides         []domain.Side                   `json:"sides,omitzero"`
	SymbolMap     map[domain.Symbol]domain.Symbol `json:"symbol_map"`
	Sizing        sizingJSON                      `json:"sizing"`
	QuantityMeans domain.QuantityMeans            `json:"quantity_means"`
	PositionScope domain.PositionScope            `json:"position_scope"`
	Risk          riskJSON                        `json:"risk"`
	Staleness     stalenessJSON                   `json:"staleness"`
	Dedupe        dedupeJSON                      `json:"dedupe"`
	Chain         *chainJSON                      `json:"chain,omitempty"`
	Protection    *protectionJSON                 `json:"protection,omitempty"`
	Senders       sendersJSON                     `json:"senders,omitzero"`
	Session       sessionJSON                     `json:"session,omitzero"`
}

type sizingJSON struct {
	Type  domain.SizingType `json:"type"`
	Value *domain.Quantity  `json:"value"`
}

type riskJSON struct {
	MaxOrderQuantity    *domain.Quantity `json:"max_order_quantity"`
	MaxOrderNotional    *domain.Money    `json:"max_order_notional"`
	MaxPositionQuantity *domain.Quantity `json:"max_position_quantity"`
	MaxOpenOrders       *int             `json:"max_open_orders,omitempty"`
	MaxOrdersPerMinute  *int             `json:"max_orders_per_minute,omitempty"`
	MaxDailyLoss        *domain.Money    `json:"max_daily_loss,omitempty"`
}

type stalenessJSON struct {
	EntrySeconds         *int             `json:"entry_seconds"`
	ExitSeconds          *int             `json:"exit_seconds,omitempty"`
	MaxPriceDriftPercent *domain.Quantity `json:"max_price_drift_percent,omitempty"`
	BySender             bool             `json:"by_sender,omitempty"`
	Collapse             bool             `json:"collapse,omitempty"`
	Ask                  bool             `json:"ask,omitempty"`
}

type dedupeJSON struct {
	KeyFields     []string `json:"key_fields"`
	WindowSeconds int      `json:"window_seconds"`
}

type chainJSON struct {
	OnBreak     domain.ChainBreak `json:"on_break"`
	HoldSeconds int               `json:"hold_seconds"`
}

// chainOf leaves the default out, which is what rules from before mean.
func chainOf(r domain.ChainRule) *chainJSON {
	if r == domain.DefaultChainRule() {
		return nil
	}
	return new(chainJSON(r))
}

func (c *chainJSON) rule() domain.ChainRule {
	if c == nil {
		return domain.DefaultChainRule()
	}
	return domain.ChainRule(*c)
}

type protectionJSON struct {
	OnRefusedLeg domain.LegRefusal `json:"on_refused_leg"`
}

// protectionOf leaves the default out, which is what rules from before mean.
func protectionOf(r domain.ProtectionRule) *protectionJSON {
	if r == domain.DefaultProtectionRule() {
		return nil
	}
	return new(protectionJSON(r))
}

func (p *protectionJSON) rule() domain.ProtectionRule {
	if p == nil {
		return domain.DefaultProtectionRule()
	}
	return domain.ProtectionRule(*p)
}

type sendersJSON struct {
	AllowCIDRs []netip.Prefix      `json:"allow_cidrs,omitempty"`
	Preset     domain.SenderPreset `json:"preset,omitempty"`
	Signing    bool                `json:"signing,omitempty"`
	Passphrase bool                `json:"passphrase,omitempty"`
}

// IsZero leaves out rules that ask senders for nothing.
func (s sendersJSON) IsZero() bool { return domain.Senders(s).IsZero() }

type sessionJSON struct {
	Windows    []windowJSON  `json:"windows,omitempty"`
	Zone       domain.Zone   `json:"zone,omitzero"`
	Market     domain.Market `json:"market,omitempty"`
	BindsExits bool          `json:"binds_exits,omitempty"`
	Waits      bool          `json:"waits,omitempty"`
}

// IsZero leaves out rules that trade at any time.
func (s sessionJSON) IsZero() bool { return s.session().IsZero() }

type windowJSON struct {
	Days  []time.Weekday   `json:"days,omitempty"`
	From  domain.TimeOfDay `json:"from"`
	Until domain.TimeOfDay `json:"until"`
}

func (w windowJSON) hasNoSuchDay() bool {
	return slices.ContainsFunc(w.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday })
}

func sessionOf(s domain.Session) sessionJSON {
	out := sessionJSON{Zone: s.Zone, Market: s.Market, BindsExits: s.BindsExits, Waits: s.Waits}
	for _, w := range s.Windows {
		out.Windows = append(out.Windows, windowJSON(w))
	}
	return out
}

func (s sessionJSON) session() domain.Session {
	out := domain.Session{Zone: s.Zone, Market: s.Market, BindsExits: s.BindsExits, Waits: s.Waits}
	for _, w := range s.Windows {
		out.Windows = append(out.Windows, domain.TradingWindow(w))
	}
	return out
}

func encodeRules(r domain.WebhookRules) string {
	return encodeJSON(rulesJSON{
		Format:        r.Format,
		Mapping:       r.Mapping,
		Symbols:       r.Symbols,
		Sides:         r.Sides,
		SymbolMap:     r.SymbolMap,
		Sizing:        sizingJSON(r.Sizing),
		QuantityMeans: r.QuantityMeans,
		PositionScope: r.PositionScope,
		Risk:          riskJSON(r.Risk),
		Staleness:     stalenessJSON(r.Staleness),
		Dedupe:        dedupeJSON(r.Dedupe),
		Chain:         chainOf(r.Chain),
		Protection:    protectionOf(r.Protection),
		Senders:       sendersJSON(r.Senders),
		Session:       sessionOf(r.Session),
	})
}

// decodeRules reads stored rules and puts the routes to them. It trusts them no
// further than it must: an owner can insert versions past the API, and the
// worker that plans by them serves everybody.
func decodeRules(text string, routes []domain.Route) (domain.WebhookRules, error) {
	r, err := decodeJSON[rulesJSON]("rules", text)
	if err != nil {
		return domain.WebhookRules{}, err
	}
	if err := r.check(); err != nil {
		return domain.WebhookRules{}, corrupt("rules", err)
	}
	return domain.WebhookRules{
		Routes:        routes,
		Format:        r.Format,
		Mapping:       r.Mapping,
		Symbols:       r.Symbols,
		Sides:         r.Sides,
		SymbolMap:     r.SymbolMap,
		Sizing:        domain.Sizing(r.Sizing),
		QuantityMeans: r.QuantityMeans,
		PositionScope: r.PositionScope,
		Risk:          domain.RiskLimits(r.Risk),
		Staleness:     domain.Staleness(r.Staleness),
		Dedupe:        domain.Dedupe(r.Dedupe),
		Chain:         r.Chain.rule(),
		Protection:    r.Protection.rule(),
		Senders:       domain.Senders(r.Senders),
		Session:       r.Session.session(),
	}, nil
}

// check admits what the domain can calculate with, and no less: limits that
// were valid once may have become narrower since.
func (r rulesJSON) check() error {
	switch {
	case !slices.Contains(domain.SizingTypes(), r.Sizing.Type):
		return errors.New("unknown sizing")
	case r.Sizing.Type != domain.SizingAlert && r.Sizing.Value == nil:
		return errors.New("the sizing has no value")
	case r.Dedupe.WindowSeconds < 1:
		return errors.New("no window for duplicates")
	case slices.ContainsFunc(r.Session.Windows, windowJSON.hasNoSuchDay):
		return errors.New("a day that no week has")
	}
	return nil
}
