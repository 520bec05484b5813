package httpapi

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// rulesEdit is what a request says of a config's rules: one step a field it
// names. A field is set as a whole, to its default where it is null.
type rulesEdit []func(*domain.WebhookRules)

func (e rulesEdit) apply(r domain.WebhookRules) domain.WebhookRules {
	for _, set := range e {
		set(&r)
	}
	return r
}

func newWebhookFrom(f *form) ports.NewWebhookConfig {
	name := f.textOr("name", "")
	f.required("name", "name the webhook")
	edit, passphrase := rulesEditFrom(f)
	f.required("routes", "name 1 to 16 broker accounts")
	return ports.NewWebhookConfig{Name: name, Rules: edit.apply(domain.DefaultWebhookRules()), Passphrase: passphrase}
}

// webhookChangeFrom reads a merge patch: a field that is absent stays as it is.
func webhookChangeFrom(f *form) ports.WebhookChange {
	if f.isEmpty() {
		f.fault("nothing_to_change", "", "name the fields to change")
	}
	change := ports.WebhookChange{Name: f.text("name"), Status: word(f, "status", parseWebhookStatus)}
	for _, name := range []string{"name", "status"} {
		if n, given := f.take(name); given && n.kind == nodeNull {
			f.fault("required", name, "cannot be null; leave it out to keep it")
		}
	}
	edit, passphrase := rulesEditFrom(f)
	if change.Passphrase = passphrase; len(edit) > 0 {
		change.Revise = func(r domain.WebhookRules) (domain.WebhookRules, error) { return edit.apply(r), nil }
	}
	return change
}

func parseWebhookStatus(s string) (domain.WebhookStatus, error) {
	status := domain.WebhookStatus(s)
	if status != domain.WebhookActive && status != domain.WebhookPaused {
		return "", domain.Invalid("invalid_status", "status", "must be one of active, paused")
	}
	return status, nil
}

// rulesEditFrom reads the fields of the rules that are there, in the contract's
// order, and the passphrase that senders are to show.
func rulesEditFrom(f *form) (edit rulesEdit, passphrase string) {
	field := func(name string, read func() func(*domain.WebhookRules)) {
		if _, given := f.take(name); given {
			edit = append(edit, read())
		}
	}
	defaults := domain.DefaultWebhookRules()
	field("routes", func() func(*domain.WebhookRules) {
		routes := routesFrom(f)
		return func(r *domain.WebhookRules) { r.Routes = routes }
	})
	field("format", func() func(*domain.WebhookRules) {
		format := domain.AlertFormat(f.textOr("format", string(defaults.Format)))
		return func(r *domain.WebhookRules) { r.Format = format }
	})
	field("mapping", func() func(*domain.WebhookRules) {
		mapping := mappingFrom(f)
		return func(r *domain.WebhookRules) { r.Mapping = mapping }
	})
	field("symbols", func() func(*domain.WebhookRules) {
		symbols := symbolsFrom(f)
		return func(r *domain.WebhookRules) { r.Symbols = symbols }
	})
	field("sides", func() func(*domain.WebhookRules) {
		sides := sidesFrom(f)
		return func(r *domain.WebhookRules) { r.Sides = sides }
	})
	field("symbol_map", func() func(*domain.WebhookRules) {
		symbolMap := symbolMapFrom(f)
		return func(r *domain.WebhookRules) { r.SymbolMap = symbolMap }
	})
	field("sizing", func() func(*domain.WebhookRules) {
		sizing := sizingFrom(f)
		return func(r *domain.WebhookRules) { r.Sizing = sizing }
	})
	field("quantity_means", func() func(*domain.WebhookRules) {
		means := domain.QuantityMeans(f.textOr("quantity_means", string(defaults.QuantityMeans)))
		return func(r *domain.WebhookRules) { r.QuantityMeans = means }
	})
	field("position_scope", func() func(*domain.WebhookRules) {
		scope := domain.PositionScope(f.textOr("position_scope", string(defaults.PositionScope)))
		return func(r *domain.WebhookRules) { r.PositionScope = scope }
	})
	field("risk", func() func(*domain.WebhookRules) {
		risk := riskFrom(f)
		return func(r *domain.WebhookRules) { r.Risk = risk }
	})
	field("staleness", func() func(*domain.WebhookRules) {
		staleness := stalenessFrom(f, defaults.Staleness)
		return func(r *domain.WebhookRules) { r.Staleness = staleness }
	})
	field("dedupe", func() func(*domain.WebhookRules) {
		dedupe := dedupeFrom(f, defaults.Dedupe)
		return func(r *domain.WebhookRules) { r.Dedupe = dedupe }
	})
	field("chain", func() func(*domain.WebhookRules) {
		chain := chainFrom(f, defaults.Chain)
		return func(r *domain.WebhookRules) { r.Chain = chain }
	})
	field("protection", func() func(*domain.WebhookRules) {
		protection := protectionFrom(f, defaults.Protection)
		return func(r *domain.WebhookRules) { r.Protection = protection }
	})
	field("senders", func() func(*domain.WebhookRules) {
		var senders domain.Senders
		senders, passphrase = sendersFrom(f)
		return func(r *domain.WebhookRules) { r.Senders = senders }
	})
	field("session", func() func(*domain.WebhookRules) {
		session := sessionFrom(f)
		return func(r *domain.WebhookRules) { r.Session = session }
	})
	return edit, passphrase
}

func routesFrom(f *form) []domain.Route {
	var routes []domain.Route
	for i, item := range f.list("routes") {
		at := fmt.Sprintf("routes.%d", i)
		if item.kind != nodeObject {
			f.fault("wrong_type", at, "must be an object")
			continue
		}
		sub := f.sub(at, item)
		route := domain.Route{
			BrokerAccountID: orZero(word(sub, "broker_account_id", domain.ParseID[domain.BrokerAccount])),
			Multiplier:      domain.MustQuantity("1"),
		}
		sub.required("broker_account_id", "name the broker account")
		if m := number(sub, "multiplier", domain.ParseQuantity); m != nil {
			route.Multiplier = *m
		}
		sub.close()
		routes = append(routes, route)
	}
	return routes
}

func symbolsFrom(f *form) []domain.Symbol {
	var symbols []domain.Symbol
	for _, s := range f.texts("symbols") {
		symbols = append(symbols, domain.Symbol(s))
	}
	return symbols
}

func sidesFrom(f *form) []domain.Side {
	var sides []domain.Side
	for _, s := range f.texts("sides") {
		sides = append(sides, domain.Side(s))
	}
	return sides
}

func symbolMapFrom(f *form) map[domain.Symbol]domain.Symbol {
	sub := f.object("symbol_map")
	if sub == nil {
		return nil
	}
	out := make(map[domain.Symbol]domain.Symbol, len(sub.members))
	for _, m := range sub.members {
		to := sub.text(m.name)
		if to == nil {
			sub.required(m.name, "say which symbol is meant")
			continue
		}
		out[domain.Symbol(m.name)] = domain.Symbol(*to)
	}
	return out
}

func mappingFrom(f *form) domain.Mapping {
	sub := f.object("mapping")
	if sub == nil {
		return nil
	}
	out := make(domain.Mapping, len(sub.members))
	for _, m := range sub.members {
		expression := sub.text(m.name)
		if expression == nil {
			sub.required(m.name, "say how it is found in the alert")
			continue
		}
		out[m.name] = *expression
	}
	return out
}

func sizingFrom(f *form) domain.Sizing {
	sub := f.object("sizing")
	if sub == nil {
		return domain.DefaultWebhookRules().Sizing
	}
	s := domain.Sizing{
		Type:  domain.SizingType(sub.textOr("type", "")),
		Value: number(sub, "value", domain.ParseQuantity),
	}
	sub.required("type", "say where the quantity comes from, for example alert or fixed_quantity")
	if s.Type != "" && !slices.Contains(domain.SizingTypes(), s.Type) {
		sub.refuseUnbuilt("type")
	}
	sub.close()
	return s
}

func riskFrom(f *form) domain.RiskLimits {
	sub := f.object("risk")
	if sub == nil {
		return domain.RiskLimits{}
	}
	limits := domain.RiskLimits{
		MaxOrderQuantity:    number(sub, "max_order_quantity", domain.ParseQuantity),
		MaxOrderNotional:    number(sub, "max_order_notional", domain.ParseMoney),
		MaxPositionQuantity: number(sub, "max_position_quantity", domain.ParseQuantity),
		MaxOpenOrders:       sub.integer("max_open_orders"),
		MaxOrdersPerMinute:  sub.integer("max_orders_per_minute"),
		MaxDailyLoss:        number(sub, "max_daily_loss", domain.ParseMoney),
	}
	sub.close()
	return limits
}

func stalenessFrom(f *form, otherwise domain.Staleness) domain.Staleness {
	sub := f.object("staleness")
	if sub == nil {
		return otherwise
	}
	s := otherwise
	if _, given := sub.take("entry_seconds"); given {
		s.EntrySeconds = sub.integer("entry_seconds") // null is for ever
	}
	if _, given := sub.take("exit_seconds"); given {
		s.ExitSeconds = sub.integer("exit_seconds") // null is for ever
	}
	s.MaxPriceDriftPercent = number(sub, "max_price_drift_percent", domain.ParseQuantity)
	if clock := word(sub, "clock", parseClock); clock != nil {
		s.BySender = *clock == clockSender
	}
	if rule := word(sub, "backlog", parseBacklog); rule != nil {
		s.Collapse, s.Ask = *rule == backlogCollapse, *rule == backlogAsk
	}
	sub.close()
	return s
}

func parseClock(s string) (string, error) {
	if s != clockReceived && s != clockSender {
		return "", domain.Invalid("invalid_clock", "", "must be one of received, sender")
	}
	return s, nil
}

func parseBacklog(s string) (string, error) {
	if s != backlogExpire && s != backlogCollapse && s != backlogAsk {
		return "", domain.Invalid("invalid_backlog", "", "must be one of expire, collapse, ask")
	}
	return s, nil
}

func dedupeFrom(f *form, otherwise domain.Dedupe) domain.Dedupe {
	sub := f.object("dedupe")
	if sub == nil {
		return otherwise
	}
	d := domain.Dedupe{KeyFields: sub.texts("key_fields"), WindowSeconds: otherwise.WindowSeconds}
	if window := sub.integer("window_seconds"); window != nil {
		d.WindowSeconds = *window
	}
	sub.close()
	return d
}

func chainFrom(f *form, otherwise domain.ChainRule) domain.ChainRule {
	sub := f.object("chain")
	if sub == nil {
		return otherwise
	}
	c := domain.ChainRule{OnBreak: domain.ChainBreak(sub.textOr("on_break", string(otherwise.OnBreak))), HoldSeconds: otherwise.HoldSeconds}
	if seconds := sub.integer("hold_seconds"); seconds != nil {
		c.HoldSeconds = *seconds
	}
	sub.close()
	return c
}

func protectionFrom(f *form, otherwise domain.ProtectionRule) domain.ProtectionRule {
	sub := f.object("protection")
	if sub == nil {
		return otherwise
	}
	p := domain.ProtectionRule{OnRefusedLeg: domain.LegRefusal(sub.textOr("on_refused_leg", string(otherwise.OnRefusedLeg)))}
	sub.close()
	return p
}

// sendersFrom reads what is asked of senders. A passphrase is written as text once,
// and kept by true, which is how it is shown.
func sendersFrom(f *form) (s domain.Senders, passphrase string) {
	sub := f.object("senders")
	if sub == nil {
		return s, ""
	}
	for i, text := range sub.texts("allow_cidrs") {
		network, err := networkIn(text)
		if err != nil {
			sub.fault("invalid_cidr", fmt.Sprintf("allow_cidrs.%d", i), "name a network such as 203.0.113.0/24, or an address")
			continue
		}
		s.AllowCIDRs = append(s.AllowCIDRs, network)
	}
	s.Preset = domain.SenderPreset(sub.textOr("preset", ""))
	s.Signing = sub.yes("signing")
	if n, given := sub.take("passphrase"); given && n.kind == nodeString {
		passphrase = sub.textOr("passphrase", "")
		s.Passphrase = true
		if err := domain.CheckPassphrase(passphrase); err != nil {
			sub.faultErr("passphrase", err)
		}
	} else {
		s.Passphrase = sub.yes("passphrase")
	}
	sub.close()
	return s, passphrase
}

// networkIn reads a network, or an address for the network of it alone.
func networkIn(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	return network.Masked(), err
}
