package app

import (
	"context"
	"errors"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// PreviewAlert implements ports.WebhookAdmin.
func (w *Webhooks) PreviewAlert(
	ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, body []byte,
) (ports.Preview, error) {
	var (
		config    *domain.WebhookConfig
		accounts  = map[domain.BrokerAccountID]*domain.BrokerAccount{}
		positions []ports.HeldPosition
		usage     domain.Usage
		halts     []domain.Halt
	)
	err := w.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		if config, err = r.WebhookConfigs.ByID(ctx, id); err != nil {
			return err
		}
		for _, route := range config.Snapshot().Rules.Routes {
			if accounts[route.BrokerAccountID], err = r.BrokerAccounts.ByID(ctx, route.BrokerAccountID); err != nil {
				return err
			}
		}
		if usage, err = r.WebhookConfigs.Usage(ctx, id); err != nil {
			return err
		}
		if halts, err = r.Halts.List(ctx); err != nil {
			return err
		}
		ofConfigs, err := r.Positions.List(ctx, ports.PositionsByWebhook)
		if err != nil {
			return err
		}
		ofAccounts, err := r.Positions.List(ctx, ports.PositionsByAccount)
		positions = append(ofConfigs, ofAccounts...)
		return err
	})
	if err != nil {
		return ports.Preview{}, err
	}
	parsed, err := understand(w.parser, config.Snapshot().Rules, body)
	if err != nil {
		return ports.Preview{}, err
	}
	preview := ports.Preview{Format: parsed.Format}
	for _, intent := range parsed.Intents {
		admission := config.Admit(intent)
		p := ports.IntentPreview{Intent: admission.Intent, Decisions: admission.Decisions, Reasons: admission.Reasons}
		if len(admission.Reasons) == 0 {
			for _, route := range config.Snapshot().Rules.Routes {
				routed, err := w.previewRoute(ctx, config, accounts[route.BrokerAccountID], route, admission.Intent, positions, usage)
				if err != nil {
					return ports.Preview{}, err
				}
				routed.Plan = routed.Plan.Under(reaching(halts, config, route.BrokerAccountID, admission.Intent.Symbol))
				p.Routes = append(p.Routes, routed)
			}
		}
		preview.Intents = append(preview.Intents, p)
	}
	return preview, nil
}

func (w *Webhooks) previewRoute(
	ctx context.Context, config *domain.WebhookConfig, account *domain.BrokerAccount, route domain.Route,
	intent domain.Intent, positions []ports.HeldPosition, usage domain.Usage,
) (ports.RoutePreview, error) {
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
	whole := held(positions, account.ID(), nil, intent.Symbol)
	p.Position = whole
	if rules.PositionScope == domain.PositionScopeWebhook {
		id := config.ID()
		p.Position = held(positions, account.ID(), &id, intent.Symbol)
	}
	now := w.clock.Now()
	situation := domain.Situation{
		Position: p.Position, Account: whole, Instrument: instrument, Multiplier: route.Multiplier,
		Age: ageOf(now, intent.SenderTime, now), Usage: usage,
		Brackets: broker.Capabilities().Brackets, Stops: takesStops(broker.Capabilities()),
	}
	if rules.AsksEquity(intent) {
		situation.Equity = equityOf(ctx, broker, account)
	}
	if rules.Staleness.MaxPriceDriftPercent != nil {
		situation.Market = pricesAt(ctx, broker, account, intent.Symbol)
	}
	p.Plan = domain.PlanOrders(intent, rules, situation)
	return p, nil
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
