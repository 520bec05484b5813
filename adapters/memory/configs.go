package memory

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.WebhookConfigRepository = configs{}

type configs struct{ as }

func (r configs) Add(ctx context.Context, c *domain.WebhookConfig, token ports.TokenHash) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	s := copyConfig(c.Snapshot())
	if err := r.own(s.UserID); err != nil {
		return err
	}
	if err := r.check(s); err != nil {
		return err
	}
	if _, taken := r.configs[s.ID]; taken {
		return domain.Conflict("already_exists", "a webhook config of that id exists")
	}
	if err := r.addToken(s.ID, token); err != nil {
		return err
	}
	put(r.tx, r.configs, s.ID, configRow{config: s, versions: []rulesVersion{{s.Version, s.Rules}}})
	return nil
}

// check refuses rules that cannot be stored.
func (r configs) check(s domain.WebhookConfigSnapshot) error {
	if err := storable(append(slices.Clone(s.Rules.Dedupe.KeyFields), s.Name, string(s.Rules.Format))...); err != nil {
		return err
	}
	for i, route := range s.Rules.Routes {
		if _, err := accounts(r).find(route.BrokerAccountID); err != nil {
			return domain.Invalid("broker_account_not_found", "routes."+strconv.Itoa(i)+".broker_account_id", "no such broker account; add it first")
		}
	}
	return nil
}

func (r configs) addToken(id domain.WebhookConfigID, token ports.TokenHash) error {
	if _, taken := r.tokens[token]; taken {
		return domain.Conflict("already_exists", "the token is in use")
	}
	put(r.tx, r.tokens, token, tokenRow{config: id, turn: len(r.tokens)}) // none is ever removed
	return nil
}

// find gives the row of a config that is the caller's and not removed.
func (r configs) find(id domain.WebhookConfigID) (configRow, error) {
	row, ok := r.configs[id]
	if !ok || row.config.UserID != r.user || row.config.DeletedAt != nil {
		return configRow{}, domain.NotFound("webhook config")
	}
	return row, nil
}

func (r configs) ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	row, err := r.find(id)
	if err != nil {
		return nil, err
	}
	return restoreConfig(row.config), nil
}

func restoreConfig(s domain.WebhookConfigSnapshot) *domain.WebhookConfig {
	return domain.RestoreWebhookConfig(copyConfig(s))
}

func (r configs) List(ctx context.Context, q ports.PageRequest) (ports.Page[*domain.WebhookConfig], error) {
	if err := r.begin(ctx); err != nil {
		return ports.Page[*domain.WebhookConfig]{}, err
	}
	var mine []domain.WebhookConfigSnapshot
	for _, row := range r.configs {
		if row.config.UserID == r.user && row.config.DeletedAt == nil {
			mine = append(mine, row.config)
		}
	}
	p, err := page(mine, func(s domain.WebhookConfigSnapshot) uuid.UUID { return s.ID.UUID }, q)
	return mapPage(p, err, restoreConfig)
}

func (r configs) Versions(ctx context.Context, id domain.WebhookConfigID) ([]*domain.WebhookConfig, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	row, err := r.find(id)
	if err != nil {
		return nil, err
	}
	versions := make([]*domain.WebhookConfig, 0, len(row.versions))
	for _, v := range slices.Backward(row.versions) {
		s := row.config
		s.Version, s.Rules = v.number, v.rules
		versions = append(versions, restoreConfig(s))
	}
	return versions, nil
}

func (r configs) Update(ctx context.Context, id domain.WebhookConfigID, fn func(*domain.WebhookConfig) error) (*domain.WebhookConfig, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	row, err := r.find(id)
	if err != nil {
		return nil, err
	}
	c := restoreConfig(row.config)
	if err := fn(c); err != nil {
		return nil, err
	}
	next := copyConfig(c.Snapshot())
	if next.Version == row.config.Version {
		// The rules did not change, so nothing is asked of their routes.
		if err := storable(next.Name); err != nil {
			return nil, err
		}
	} else {
		if err := r.check(next); err != nil {
			return nil, err
		}
		row.versions = append(slices.Clip(row.versions), rulesVersion{next.Version, next.Rules})
	}
	row.config = next
	put(r.tx, r.configs, id, row)
	return restoreConfig(next), nil
}

func (r configs) AddToken(ctx context.Context, id domain.WebhookConfigID, token ports.TokenHash, overlapSeconds int) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if _, err := r.find(id); err != nil {
		return err
	}
	r.endTokens(id, r.now.Add(time.Duration(overlapSeconds)*time.Second), func(tokenRow) bool { return true })
	return r.addToken(id, token)
}

// endTokens never puts an end off that was set before.
func (r configs) endTokens(id domain.WebhookConfigID, ends time.Time, which func(tokenRow) bool) {
	for hash, row := range r.tokens {
		if row.config == id && which(row) && (row.ends == nil || row.ends.After(ends)) {
			row.ends = &ends
			put(r.tx, r.tokens, hash, row)
		}
	}
}

func (r configs) EndFormerTokens(ctx context.Context, id domain.WebhookConfigID) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if _, err := r.find(id); err != nil {
		return err
	}
	r.endTokens(id, r.now, r.isFormer)
	return nil
}

// isFormer reports whether another token of the config was added after one.
func (t *tx) isFormer(token tokenRow) bool {
	for _, other := range t.tokens {
		if other.config == token.config && other.turn > token.turn {
			return true
		}
	}
	return false
}

func (r configs) FormerURLUses(ctx context.Context, id domain.WebhookConfigID, q ports.PageRequest) (none ports.Page[ports.FormerURLUse], err error) {
	if err := r.begin(ctx); err != nil {
		return none, err
	}
	if _, err := r.find(id); err != nil {
		return none, err
	}
	var last []domain.SignalSnapshot
	for _, row := range r.signals {
		if c := row.signal.WebhookConfigID; c != nil && *c == id {
			last = append(last, row.signal)
		}
	}
	slices.SortFunc(last, func(a, b domain.SignalSnapshot) int { return bytes.Compare(b.ID.UUID[:], a.ID.UUID[:]) })
	type alert struct {
		symbol domain.Symbol
		action domain.Action
	}
	var uses []ports.FormerURLUse
	met := map[alert]bool{}
	for _, s := range last[:min(len(last), ports.FormerURLReach)] {
		a := alert{s.Intent.Symbol, s.Intent.Action}
		if !met[a] && slices.ContainsFunc(s.Decisions, func(d domain.Decision) bool { return d.Rule == domain.RuleFormerURL }) {
			uses = append(uses, ports.FormerURLUse{Symbol: a.symbol, Action: a.action, SignalID: s.ID, ReceivedAt: s.ReceivedAt})
		}
		met[a] = true
	}
	return page(uses, func(u ports.FormerURLUse) uuid.UUID { return u.SignalID.UUID }, q)
}

func (r configs) OpenOrders(ctx context.Context, id domain.WebhookConfigID) (int, error) {
	if err := r.begin(ctx); err != nil {
		return 0, err
	}
	if _, err := r.find(id); err != nil {
		return 0, err
	}
	n := 0
	for order := range r.live {
		if c := r.orders[order].order.Terms.WebhookConfigID; c != nil && *c == id {
			n++
		}
	}
	return n, nil
}

func (r configs) Usage(ctx context.Context, id domain.WebhookConfigID) (domain.Usage, error) {
	if err := r.begin(ctx); err != nil {
		return domain.Usage{}, err
	}
	if _, err := r.find(id); err != nil {
		return domain.Usage{}, err
	}
	return r.usage(id), nil
}

func (r configs) Refusals(ctx context.Context, id domain.WebhookConfigID, q ports.PageRequest) (ports.Page[ports.Refusal], error) {
	if err := r.begin(ctx); err != nil {
		return ports.Page[ports.Refusal]{}, err
	}
	if _, err := r.find(id); err != nil {
		return ports.Page[ports.Refusal]{}, err
	}
	var refusals []ports.Refusal
	for _, row := range r.deliveries {
		if row.delivery.WebhookConfigID == id && len(row.reasons) > 0 {
			refusals = append(refusals, ports.Refusal{
				DeliveryID: row.delivery.ID, ReceivedAt: row.delivery.ReceivedAt, Reasons: slices.Clone(row.reasons),
			})
		}
	}
	return page(refusals, func(r ports.Refusal) uuid.UUID { return r.DeliveryID.UUID }, q)
}

// ByToken gives the config a token reaches, whoever it belongs to.
func (s *Store) ByToken(ctx context.Context, token ports.TokenHash) (ports.ReachedWebhook, error) {
	var c ports.ReachedWebhook
	err := s.transact(ctx, func(t *tx) error {
		row, ok := t.tokens[token]
		config := t.configs[row.config].config
		if !ok || row.ends != nil && !t.now.Before(*row.ends) || config.DeletedAt != nil {
			return domain.NotFound("webhook")
		}
		c = ports.ReachedWebhook{WebhookConfig: restoreConfig(config), Former: t.isFormer(row)}
		return nil
	})
	return c, err
}

// ByID gives a config, whoever it belongs to.
func (s *Store) ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	var c *domain.WebhookConfig
	err := s.transact(ctx, func(t *tx) error {
		config, ok := t.configs[id]
		if !ok || config.config.DeletedAt != nil {
			return domain.NotFound("webhook")
		}
		c = restoreConfig(config.config)
		return nil
	})
	return c, err
}
