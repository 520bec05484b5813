package app

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// PreviewAlert implements ports.WebhookAdmin.
func (w *Webhooks) PreviewAlert(
	ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, body []byte,
) (ports.Preview, error) {
	now, err := w.present(ctx, caller, id, body)
	if err != nil {
		return ports.Preview{}, err
	}
	preview := ports.Preview{Format: now.parsed.Format}
	for _, intent := range now.parsed.Intents {
		admission := now.config.Admit(intent, w.clock.Now())
		p := ports.IntentPreview{Intent: admission.Intent, Decisions: admission.Decisions, Reasons: admission.Reasons}
		if len(admission.Reasons) == 0 {
			for _, route := range now.config.Snapshot().Rules.Routes {
				routed, err := w.previewRoute(ctx, now, route, admission.Intent)
				if err != nil {
					return ports.Preview{}, err
				}
				routed.Plan = routed.Plan.Under(reaching(now.halts, now.config, route.BrokerAccountID, admission.Intent.Symbol))
				p.Routes = append(p.Routes, routed)
			}
		}
		preview.Intents = append(preview.Intents, p)
	}
	return preview, nil
}

// present is what an alert would meet now.
type present struct {
	config    *domain.WebhookConfig
	accounts  map[domain.BrokerAccountID]*domain.BrokerAccount
	positions []ports.HeldPosition
	usage     domain.Usage
	halts     []domain.Halt
	parsed    ports.ParsedAlert
	stood     map[laneOf]*domain.Net
}

func (w *Webhooks) present(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, body []byte) (now present, err error) {
	err = w.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		now = present{accounts: map[domain.BrokerAccountID]*domain.BrokerAccount{}}
		if now.config, err = r.WebhookConfigs.ByID(ctx, id); err != nil {
			return err
		}
		for _, route := range now.config.Snapshot().Rules.Routes {
			if now.accounts[route.BrokerAccountID], err = r.BrokerAccounts.ByID(ctx, route.BrokerAccountID); err != nil {
				return err
			}
		}
		if now.usage, err = r.WebhookConfigs.Usage(ctx, id); err != nil {
			return err
		}
		if now.halts, err = r.Halts.List(ctx); err != nil {
			return err
		}
		for _, scope := range []ports.PositionScope{ports.PositionsByWebhook, ports.PositionsByAccount} {
			held, err := r.Positions.List(ctx, scope)
			if err != nil {
				return err
			}
			now.positions = append(now.positions, held...)
		}
		if now.parsed, err = understand(w.parser, now.config.Snapshot().Rules, body); err != nil {
			return err
		}
		now.stood, err = standing(ctx, r, now.config, now.parsed.Intents)
		return err
	})
	return now, err
}

func (w *Webhooks) previewRoute(ctx context.Context, now present, route domain.Route, intent domain.Intent) (ports.RoutePreview, error) {
	config, account, stood := now.config, now.accounts[route.BrokerAccountID], now.stood[laneOf{route.BrokerAccountID, intent.Symbol}]
	p := ports.RoutePreview{BrokerAccountID: account.ID()}
	if intent.Action == domain.ActionCancel || intent.Symbol.IsZero() {
		p.Plan.Decisions = []domain.Decision{{Rule: "every_order", Verdict: domain.VerdictNote, Detail: "acts on what is open when it is executed"}}
		return p, nil
	}
	broker, err := w.brokers.For(account.Kind())
	if err != nil {
		return p, err
	}
	instrument, err := broker.Instrument(ctx, account, intent.Symbol)
	if errors.Is(err, domain.KindNotFound) {
		instrument, err = domain.Instrument{Symbol: intent.Symbol}, nil
	}
	if err != nil {
		return p, err
	}
	rules := config.Snapshot().Rules
	whole := held(now.positions, account.ID(), nil, intent.Symbol)
	p.Position = whole
	if rules.PositionScope == domain.PositionScopeWebhook {
		id := config.ID()
		p.Position = held(now.positions, account.ID(), &id, intent.Symbol)
	}
	at := w.clock.Now()
	situation := domain.Situation{
		Position: p.Position, Account: whole, Instrument: instrument, Multiplier: route.Multiplier,
		Age: ageOf(at, intent.SenderTime, at), Now: at, Usage: now.usage, Stood: stood,
		Brackets: broker.Capabilities().Brackets, Stops: takesStops(broker.Capabilities()), Quotes: canBeWatched(broker),
	}
	if rules.AsksEquity(intent) {
		situation.Equity = equityOf(ctx, broker, account)
	}
	if rules.Staleness.MaxPriceDriftPercent != nil {
		situation.Market = pricesAt(ctx, broker, account, intent.Symbol)
	}
	p.Plan = domain.PlanOrders(intent, rules, situation)
	if seconds := rules.Chain.HoldFor(intent, stood, situation.Age); seconds > 0 {
		p.Plan.Decisions = append([]domain.Decision{{
			Rule: "chain_hold", Verdict: domain.VerdictNote,
			Detail: "waits up to " + strconv.Itoa(seconds) + " s for the alert that leads there; this is what it does if that does not come",
		}}, p.Plan.Decisions...)
	}
	return p, nil
}

// laneOf names a lane.
type laneOf struct {
	account domain.BrokerAccountID
	symbol  domain.Symbol
}

// standing gives where the config's alerts before left their sender in the lanes
// that intents are routed to.
func standing(ctx context.Context, r ports.Repositories, config *domain.WebhookConfig, intents []domain.Intent) (map[laneOf]*domain.Net, error) {
	stood := map[laneOf]*domain.Net{}
	for _, intent := range intents {
		if intent.PreviousPosition == nil {
			continue
		}
		symbol := config.Snapshot().Rules.Mapped(intent.Symbol)
		for _, route := range config.Snapshot().Rules.Routes {
			at, err := r.WebhookConfigs.Stood(ctx, config.ID(), route.BrokerAccountID, symbol)
			if err != nil {
				return nil, err
			}
			stood[laneOf{route.BrokerAccountID, symbol}] = at
		}
	}
	return stood, nil
}

// reaching gives the halts that a ticket of the config would be under.
func reaching(halts []domain.Halt, config *domain.WebhookConfig, account domain.BrokerAccountID, symbol domain.Symbol) []domain.Halt {
	return slices.DeleteFunc(slices.Clone(halts), func(h domain.Halt) bool {
		return !h.Target.Stops(config.Snapshot().UserID, account, new(config.ID()), symbol)
	})
}

func held(positions []ports.HeldPosition, account domain.BrokerAccountID, config *domain.WebhookConfigID, symbol domain.Symbol) domain.Net {
	for _, p := range positions {
		sameConfig := (config == nil) == (p.WebhookConfigID == nil) && (config == nil || *config == *p.WebhookConfigID)
		if p.BrokerAccountID == account && p.Symbol == symbol && sameConfig && p.Scope == scopeOf(config) {
			return p.Position.Quantity
		}
	}
	return domain.Net{}
}

func scopeOf(config *domain.WebhookConfigID) ports.PositionScope {
	if config == nil {
		return ports.PositionsByAccount
	}
	return ports.PositionsByWebhook
}
