package postgres

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

type webhookVersionModel struct {
	bun.BaseModel `bun:"table:public.webhook_config_versions,alias:revision"`

	UserID          uuid.UUID `bun:"user_id"`
	WebhookConfigID uuid.UUID `bun:"webhook_config_id"`
	Version         int       `bun:"version"`
	Rules           string    `bun:"rules"`
	CreatedAt       time.Time `bun:"created_at"`
}

type webhookRouteModel struct {
	bun.BaseModel `bun:"table:public.webhook_routes,alias:route"`

	UserID          uuid.UUID `bun:"user_id"`
	WebhookConfigID uuid.UUID `bun:"webhook_config_id"`
	Version         int       `bun:"version"`
	Position        int       `bun:"position"`
	BrokerAccountID uuid.UUID `bun:"broker_account_id"`
	Multiplier      string    `bun:"multiplier"`
}

// addVersion stores the rules of a config's present version.
func addVersion(ctx context.Context, tx bun.Tx, c domain.WebhookConfigSnapshot) error {
	if err := checkRoutes(ctx, tx, c.Rules.Routes); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(&webhookVersionModel{
		UserID: c.UserID.UUID, WebhookConfigID: c.ID.UUID, Version: c.Version,
		Rules: encodeRules(c.Rules), CreatedAt: c.UpdatedAt,
	}).Exec(ctx)
	if err != nil {
		return err
	}
	routes := make([]*webhookRouteModel, len(c.Rules.Routes))
	for i, route := range c.Rules.Routes {
		routes[i] = &webhookRouteModel{
			UserID: c.UserID.UUID, WebhookConfigID: c.ID.UUID, Version: c.Version, Position: i,
			BrokerAccountID: route.BrokerAccountID.UUID, Multiplier: route.Multiplier.String(),
		}
	}
	if len(routes) == 0 {
		return nil
	}
	_, err = tx.NewInsert().Model(&routes).Exec(ctx)
	return err
}

// checkRoutes refuses, all at once, routes to accounts the caller does not have.
// The others it locks, so that none is removed before the transaction ends.
func checkRoutes(ctx context.Context, tx bun.Tx, routes []domain.Route) error {
	wanted := make([]uuid.UUID, len(routes))
	for i, route := range routes {
		wanted[i] = route.BrokerAccountID.UUID
	}
	var there []uuid.UUID
	// In one order, so that two transactions never wait for each other.
	err := tx.NewRaw(`
		select id
		from public.broker_accounts
		where id in (?) and deleted_at is null
		order by id
		for share`, bun.List(wanted)).
		Scan(ctx, &there)
	if err != nil {
		return err
	}
	var faults []domain.Reason
	for i, id := range wanted {
		if !slices.Contains(there, id) {
			faults = append(faults, domain.Reason{
				Code:    "broker_account_not_found",
				Field:   "routes." + strconv.Itoa(i) + ".broker_account_id",
				Message: "there is no such broker account",
			})
		}
	}
	if len(faults) > 0 {
		return &domain.Error{Kind: domain.KindInvalid, Code: faults[0].Code, Field: faults[0].Field, Reasons: faults}
	}
	return nil
}

// routesJSON gives the routes of the version at hand as one column, so that a
// config is read by one statement.
const routesJSON = `(
	select coalesce(
		json_agg(
			json_build_object('broker_account_id', route.broker_account_id, 'multiplier', route.multiplier::text)
			order by route.position),
		'[]')
	from public.webhook_routes as route
	where route.webhook_config_id = revision.webhook_config_id
	  and route.version = revision.version)`

type routeJSON struct {
	BrokerAccountID uuid.UUID `json:"broker_account_id"`
	Multiplier      string    `json:"multiplier"`
}

func decodeRoutes(text string) ([]domain.Route, error) {
	list, err := decodeJSON[[]routeJSON]("routes", text)
	if err != nil {
		return nil, err
	}
	return mapAll(list, func(r routeJSON) (domain.Route, error) {
		multiplier, err := domain.RestoreQuantity(r.Multiplier)
		if err != nil {
			return domain.Route{}, corrupt("multiplier", err)
		}
		return domain.Route{BrokerAccountID: domain.BrokerAccountID{UUID: r.BrokerAccountID}, Multiplier: multiplier}, nil
	})
}
