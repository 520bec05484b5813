package httpapi

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// webhookJSON is a config as it is shown: what a request left out appears with
// its default, what is not built yet as null, false or empty.
type webhookJSON struct {
	ID            domain.WebhookConfigID `json:"id"`
	Name          string                 `json:"name"`
	Version       int                    `json:"version"`
	Status        domain.WebhookStatus   `json:"status"`
	URL           string                 `json:"url,omitempty"`
	SigningSecret string                 `json:"signing_secret,omitempty"`
	Routes        []routeJSON            `json:"routes"`
	Format        domain.AlertFormat     `json:"format"`
	Mapping       domain.Mapping         `json:"mapping,omitempty"`
	Symbols       []domain.Symbol        `json:"symbols"`
	Sides         []domain.Side          `json:"sides"`
	SymbolMap     map[string]string      `json:"symbol_map"`
	Sizing        sizingJSON             `json:"sizing"`
	QuantityMeans domain.QuantityMeans   `json:"quantity_means"`
	PositionScope domain.PositionScope   `json:"position_scope"`
	Risk          riskJSON               `json:"risk"`
	Staleness     stalenessJSON          `json:"staleness"`
	Dedupe        dedupeJSON             `json:"dedupe"`
	Chain         chainJSON              `json:"chain"`
	Protection    protectionJSON         `json:"protection"`
	Senders       sendersJSON            `json:"senders"`
	Session       sessionJSON            `json:"session"`
	CreatedAt     string                 `json:"created_at"`
	UpdatedAt     string                 `json:"updated_at"`
}

type routeJSON struct {
	BrokerAccountID domain.BrokerAccountID `json:"broker_account_id"`
	Multiplier      domain.Quantity        `json:"multiplier"`
}

type sizingJSON struct {
	Type  domain.SizingType `json:"type"`
	Value *domain.Quantity  `json:"value,omitempty"`
}

type riskJSON struct {
	MaxOrderQuantity    *domain.Quantity `json:"max_order_quantity"`
	MaxOrderNotional    *domain.Money    `json:"max_order_notional"`
	MaxPositionQuantity *domain.Quantity `json:"max_position_quantity"`
	MaxOpenOrders       *int             `json:"max_open_orders"`
	MaxOrdersPerMinute  *int             `json:"max_orders_per_minute"`
	MaxDailyLoss        *domain.Money    `json:"max_daily_loss"`
}

type stalenessJSON struct {
	EntrySeconds         *int             `json:"entry_seconds"`
	ExitSeconds          *int             `json:"exit_seconds"`
	MaxPriceDriftPercent *domain.Quantity `json:"max_price_drift_percent"`
	Clock                string           `json:"clock"`
	Backlog              string           `json:"backlog"`
}

type dedupeJSON struct {
	KeyFields     []string `json:"key_fields"`
	WindowSeconds int      `json:"window_seconds"`
}

type chainJSON struct {
	OnBreak     domain.ChainBreak `json:"on_break"`
	HoldSeconds int               `json:"hold_seconds"`
}

type protectionJSON struct {
	OnRefusedLeg domain.LegRefusal `json:"on_refused_leg"`
}

type sendersJSON struct {
	AllowCIDRs []string `json:"allow_cidrs"`
	Preset     *string  `json:"preset"`
	Signing    bool     `json:"signing"`
	// Passphrase says that there is one, which is never shown.
	Passphrase bool `json:"passphrase"`
}

// The clocks an alert's age is measured by.
const (
	clockReceived = "received"
	clockSender   = "sender"
)

// The rules for what waited out an outage.
const (
	backlogExpire   = "expire"
	backlogCollapse = "collapse"
	backlogAsk      = "ask"
)

func stalenessOf(s domain.Staleness) stalenessJSON {
	clock := clockReceived
	if s.BySender {
		clock = clockSender
	}
	backlog := backlogExpire
	switch {
	case s.Collapse:
		backlog = backlogCollapse
	case s.Ask:
		backlog = backlogAsk
	}
	return stalenessJSON{
		EntrySeconds: s.EntrySeconds, ExitSeconds: s.ExitSeconds, MaxPriceDriftPercent: s.MaxPriceDriftPercent,
		Clock: clock, Backlog: backlog,
	}
}

func sendersOf(s domain.Senders) sendersJSON {
	out := sendersJSON{AllowCIDRs: []string{}, Signing: s.Signing, Passphrase: s.Passphrase}
	for _, network := range s.AllowCIDRs {
		out.AllowCIDRs = append(out.AllowCIDRs, network.String())
	}
	if s.Preset != "" {
		out.Preset = new(string(s.Preset))
	}
	return out
}

func webhookOf(c *domain.WebhookConfig) webhookJSON {
	s := c.Snapshot()
	r := s.Rules
	routes := make([]routeJSON, 0, len(r.Routes))
	for _, route := range r.Routes {
		routes = append(routes, routeJSON(route))
	}
	symbolMap := make(map[string]string, len(r.SymbolMap))
	for from, to := range r.SymbolMap {
		symbolMap[string(from)] = string(to)
	}
	return webhookJSON{
		ID: s.ID, Name: s.Name, Version: s.Version, Status: s.Status,
		Routes: routes, Format: r.Format, Mapping: r.Mapping, Symbols: orEmpty(r.Symbols), Sides: orEmpty(r.Sides), SymbolMap: symbolMap,
		Sizing: sizingJSON(r.Sizing), QuantityMeans: r.QuantityMeans, PositionScope: r.PositionScope,
		Risk: riskJSON(r.Risk), Staleness: stalenessOf(r.Staleness),
		Dedupe:     dedupeJSON{KeyFields: orEmpty(r.Dedupe.KeyFields), WindowSeconds: r.Dedupe.WindowSeconds},
		Chain:      chainJSON(r.Chain),
		Protection: protectionJSON(r.Protection),
		Senders:    sendersOf(r.Senders),
		Session:    sessionOf(r.Session),
		CreatedAt:  stamp(s.CreatedAt), UpdatedAt: stamp(s.UpdatedAt),
	}
}

// issuedWebhookOf shows the URL too, where there is a token to show: only in the
// answer to the request that issued it.
func (a *API) issuedWebhookOf(issued ports.IssuedWebhook) webhookJSON {
	w := webhookOf(issued.Config)
	if issued.Token != "" {
		w.URL = a.publicURL + "/hooks/" + issued.Token
	}
	w.SigningSecret = issued.SigningSecret
	return w
}

type refusalJSON struct {
	DeliveryID domain.DeliveryID `json:"delivery_id"`
	ReceivedAt string            `json:"received_at"`
	Reasons    []reasonJSON      `json:"reasons"`
}

func refusalOf(r ports.Refusal) refusalJSON {
	return refusalJSON{DeliveryID: r.DeliveryID, ReceivedAt: stamp(r.ReceivedAt), Reasons: reasonsOf(r.Reasons)}
}
