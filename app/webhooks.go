package app

import (
	"context"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Webhooks makes and keeps webhook configs.
type Webhooks struct {
	work    ports.UnitOfWork
	parser  ports.AlertParser
	brokers ports.Brokers
	vault   *SenderVault
	clock   ports.Clock
	ids     ports.IDs
}

var _ ports.WebhookAdmin = (*Webhooks)(nil)

// NewWebhooks makes the use cases of webhook configs.
func NewWebhooks(
	work ports.UnitOfWork, parser ports.AlertParser, brokers ports.Brokers, vault *SenderVault, clock ports.Clock, ids ports.IDs,
) *Webhooks {
	return &Webhooks{work: work, parser: parser, brokers: brokers, vault: vault, clock: clock, ids: ids}
}

// MaxOverlapSeconds bounds how long a rotated token keeps working: 366 days, for
// senders keep alerts for months and longer.
const MaxOverlapSeconds = 31622400

// CreateWebhook implements ports.WebhookAdmin.
func (w *Webhooks) CreateWebhook(
	ctx context.Context, caller domain.Principal, n ports.NewWebhookConfig, i ports.Idempotency,
) (ports.IssuedWebhook, error) {
	if err := w.checkFormat(n.Rules); err != nil {
		return ports.IssuedWebhook{}, err
	}
	config, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
		ID: domain.WebhookConfigID{UUID: w.ids.New()}, UserID: caller.UserID,
		Name: n.Name, Rules: n.Rules, CreatedAt: w.clock.Now(),
	})
	if err != nil {
		return ports.IssuedWebhook{}, err
	}
	token, hash := newToken()
	return w.issue(ctx, caller, i, func(ctx context.Context, r ports.Repositories) (ports.IssuedWebhook, error) {
		if err := r.WebhookConfigs.Add(ctx, config, hash); err != nil {
			return ports.IssuedWebhook{}, err
		}
		secret, err := w.share(ctx, r, domain.Senders{}, config, n.Passphrase)
		return ports.IssuedWebhook{Config: config, Token: token, SigningSecret: secret}, err
	})
}

// RotateToken implements ports.WebhookAdmin.
func (w *Webhooks) RotateToken(
	ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, overlapSeconds int, i ports.Idempotency,
) (ports.IssuedWebhook, error) {
	if err := checkOverlap(overlapSeconds); err != nil {
		return ports.IssuedWebhook{}, err
	}
	token, hash := newToken()
	return w.issue(ctx, caller, i, func(ctx context.Context, r ports.Repositories) (ports.IssuedWebhook, error) {
		config, err := r.WebhookConfigs.ByID(ctx, id)
		if err != nil {
			return ports.IssuedWebhook{}, err
		}
		return ports.IssuedWebhook{Config: config, Token: token}, r.WebhookConfigs.AddToken(ctx, id, hash, overlapSeconds)
	})
}

// EndFormerTokens implements ports.WebhookAdmin.
func (w *Webhooks) EndFormerTokens(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID) error {
	return w.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return r.WebhookConfigs.EndFormerTokens(ctx, id)
	})
}

func checkOverlap(seconds int) error {
	if seconds < 0 || seconds > MaxOverlapSeconds {
		return domain.Invalid("invalid_overlap", "overlap_seconds", "must be 0 to 31622400")
	}
	return nil
}

// issue runs a write that gives out something of a config. That leaves only with the
// first run of a request.
func (w *Webhooks) issue(
	ctx context.Context, caller domain.Principal, i ports.Idempotency,
	write func(context.Context, ports.Repositories) (ports.IssuedWebhook, error),
) (issued ports.IssuedWebhook, err error) {
	err = w.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return once(ctx, r, i, func() (string, error) {
			issued, err = write(ctx, r)
			if err != nil {
				return "", err
			}
			return issued.Config.ID().String(), nil
		}, func(made string) error {
			id, err := madeEarlier[domain.WebhookConfig](made)
			if err != nil {
				return err
			}
			config, err := r.WebhookConfigs.ByID(ctx, id)
			issued = ports.IssuedWebhook{Config: config}
			return err
		})
	})
	if err != nil {
		return ports.IssuedWebhook{}, err
	}
	return issued, nil
}

// ChangeWebhook implements ports.WebhookAdmin.
func (w *Webhooks) ChangeWebhook(
	ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, c ports.WebhookChange, i ports.Idempotency,
) (ports.IssuedWebhook, error) {
	return w.issue(ctx, caller, i, func(ctx context.Context, r ports.Repositories) (ports.IssuedWebhook, error) {
		var before domain.Senders
		changed, err := r.WebhookConfigs.Update(ctx, id, func(config *domain.WebhookConfig) error {
			before = config.Snapshot().Rules.Senders
			return w.apply(config, c)
		})
		if err != nil {
			return ports.IssuedWebhook{}, err
		}
		secret, err := w.share(ctx, r, before, changed, c.Passphrase)
		return ports.IssuedWebhook{Config: changed, SigningSecret: secret}, err
	})
}

func (w *Webhooks) apply(config *domain.WebhookConfig, c ports.WebhookChange) error {
	now := w.clock.Now()
	if c.Revise != nil {
		rules, err := c.Revise(config.Snapshot().Rules)
		if err != nil {
			return err
		}
		if err := w.checkFormat(rules); err != nil {
			return err
		}
		if err := config.Revise(rules, now); err != nil {
			return err
		}
	}
	if c.Status != nil {
		switch *c.Status {
		case domain.WebhookActive:
			config.Resume(now)
		case domain.WebhookPaused:
			config.Pause(now)
		default:
			return domain.Invalid("invalid_status", "status", "must be active or paused")
		}
	}
	if c.Name != nil {
		return config.Rename(*c.Name, now)
	}
	return nil
}

func (w *Webhooks) checkFormat(rules domain.WebhookRules) error {
	f := rules.Format
	if f == domain.AlertFormatCustom {
		return w.parser.CheckMapping(rules.Mapping)
	}
	if slices.Contains(w.parser.Formats(), f) {
		return nil
	}
	return domain.Invalid("not_built_yet", "format", "the format "+string(f)+" is not built yet; use auto")
}

// RemoveWebhook implements ports.WebhookAdmin.
func (w *Webhooks) RemoveWebhook(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID) error {
	return w.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		_, err := r.WebhookConfigs.Update(ctx, id, func(config *domain.WebhookConfig) error {
			open, err := r.WebhookConfigs.OpenOrders(ctx, id)
			if err != nil {
				return err
			}
			return config.Remove(open, w.clock.Now())
		})
		return err
	})
}
