package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type webhookConfigs struct{ session }

var _ ports.WebhookConfigRepository = (*webhookConfigs)(nil)

const webhookConfigsTable = "public.webhook_configs"

type webhookConfigModel struct {
	bun.BaseModel `bun:"table:public.webhook_configs,alias:config"`

	ID        uuid.UUID            `bun:"id,pk"`
	UserID    uuid.UUID            `bun:"user_id"`
	Name      string               `bun:"name"`
	Status    domain.WebhookStatus `bun:"status"`
	Version   int                  `bun:"version"`
	CreatedAt time.Time            `bun:"created_at"`
	UpdatedAt time.Time            `bun:"updated_at"`
	DeletedAt *time.Time           `bun:"deleted_at"`

	// Of the version at hand.
	Revision int    `bun:"revision,scanonly"`
	Rules    string `bun:"rules,scanonly"`
	Routes   string `bun:"routes,scanonly"`
	// Former is of the token that reached it.
	Former bool `bun:"former,scanonly"`
}

func (m *webhookConfigModel) listID() uuid.UUID { return m.ID }

func toWebhookConfigModel(c domain.WebhookConfigSnapshot) *webhookConfigModel {
	return &webhookConfigModel{
		ID:        c.ID.UUID,
		UserID:    c.UserID.UUID,
		Name:      c.Name,
		Status:    c.Status,
		Version:   c.Version,
		CreatedAt: c.CreatedAt,
		UpdatedAt: c.UpdatedAt,
		DeletedAt: c.DeletedAt,
	}
}

func (m *webhookConfigModel) toDomain() (*domain.WebhookConfig, error) {
	routes, err := decodeRoutes(m.Routes)
	if err != nil {
		return nil, err
	}
	rules, err := decodeRules(m.Rules, routes)
	if err != nil {
		return nil, err
	}
	return domain.RestoreWebhookConfig(domain.WebhookConfigSnapshot{
		ID:        domain.WebhookConfigID{UUID: m.ID},
		UserID:    domain.UserID{UUID: m.UserID},
		Name:      m.Name,
		Status:    m.Status,
		Version:   m.Revision,
		Rules:     rules,
		CreatedAt: m.CreatedAt.UTC(),
		UpdatedAt: m.UpdatedAt.UTC(),
		DeletedAt: utc(m.DeletedAt),
	}), nil
}

// selectWebhookConfigs reads configs that are not removed, with the versions
// that the given condition picks.
func selectWebhookConfigs(db bun.IDB, into any, versions string) *bun.SelectQuery {
	return db.NewSelect().Model(into).
		ColumnExpr("?TableColumns").
		ColumnExpr("revision.version as revision").
		ColumnExpr("revision.rules").
		ColumnExpr(routesJSON + " as routes").
		Join("join public.webhook_config_versions as revision on revision.webhook_config_id = config.id").
		Where("config.deleted_at is null").
		Where(versions)
}

const (
	presentVersion = "revision.version = config.version"
	everyVersion   = "revision.version <= config.version"
)

// Add implements ports.WebhookConfigRepository.
func (r *webhookConfigs) Add(ctx context.Context, c *domain.WebhookConfig, token ports.TokenHash) error {
	s := c.Snapshot()
	return r.atomically(ctx, func(at session) error {
		added, err := at.tx.NewInsert().Model(toWebhookConfigModel(s)).On("conflict (id) do nothing").Exec(ctx)
		if err := oneRow(added, err, domain.Conflict("already_exists", "there is a webhook of this id")); err != nil {
			return err
		}
		if err := addVersion(ctx, at.tx, s); err != nil {
			return err
		}
		return at.addToken(ctx, s.ID, token)
	})
}

// ByID implements ports.WebhookConfigRepository.
func (r *webhookConfigs) ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	var m webhookConfigModel
	if err := selectWebhookConfigs(r.tx, &m, presentVersion).Where("config.id = ?", id.UUID).Scan(ctx); err != nil {
		return nil, missing("webhook", err)
	}
	return m.toDomain()
}

// List implements ports.WebhookConfigRepository.
func (r *webhookConfigs) List(ctx context.Context, req ports.PageRequest) (ports.Page[*domain.WebhookConfig], error) {
	var (
		none ports.Page[*domain.WebhookConfig]
		rows []*webhookConfigModel
	)
	q := selectWebhookConfigs(r.tx, &rows, presentVersion)
	limit, err := page(q, req)
	if err != nil {
		return none, err
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	items, err := mapAll(rows, (*webhookConfigModel).toDomain)
	return ports.Page[*domain.WebhookConfig]{Items: items, Next: next}, err
}

// Versions implements ports.WebhookConfigRepository.
func (r *webhookConfigs) Versions(ctx context.Context, id domain.WebhookConfigID) ([]*domain.WebhookConfig, error) {
	var rows []*webhookConfigModel
	err := selectWebhookConfigs(r.tx, &rows, everyVersion).
		Where("config.id = ?", id.UUID).
		OrderExpr("revision.version desc").
		Scan(ctx)
	if err != nil {
		return nil, translate(err)
	}
	if len(rows) == 0 {
		return nil, domain.NotFound("webhook")
	}
	return mapAll(rows, (*webhookConfigModel).toDomain)
}

// Update implements ports.WebhookConfigRepository. Only other rules make a
// version.
func (r *webhookConfigs) Update(ctx context.Context, id domain.WebhookConfigID, fn func(*domain.WebhookConfig) error) (*domain.WebhookConfig, error) {
	if err := lockRow(ctx, r.tx, webhookConfigsTable, "webhook", id.UUID); err != nil {
		return nil, err
	}
	c, err := r.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	before := c.Version()
	if err := fn(c); err != nil {
		return nil, err
	}
	s := c.Snapshot()
	err = r.atomically(ctx, func(at session) error {
		if s.Version != before {
			if err := addVersion(ctx, at.tx, s); err != nil {
				return err
			}
		}
		_, err := at.tx.NewUpdate().Model(toWebhookConfigModel(s)).
			Column("name", "status", "version", "updated_at", "deleted_at").
			WherePK().
			Exec(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return domain.RestoreWebhookConfig(s), nil
}

// OpenOrders implements ports.WebhookConfigRepository.
func (r *webhookConfigs) OpenOrders(ctx context.Context, id domain.WebhookConfigID) (int, error) {
	var open int
	err := r.tx.NewRaw(`
		select
		  (select count(*)
		     from public.orders as o
		    where o.webhook_config_id = config.id
		      and `+orderIsUnsettled+`)
		from public.webhook_configs as config
		where config.id = ? and config.deleted_at is null`, id.UUID).
		Scan(ctx, &open)
	return open, missing("webhook", err)
}
