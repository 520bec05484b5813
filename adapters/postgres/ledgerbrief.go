package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Everything but the orders comes in one row.
const briefSQL = `
select
  ticket.id, ticket.user_id, ticket.signal_id, ticket.position, ticket.broker_account_id, ticket.symbol,
  ticket.multiplier, ticket.lane_id, ticket.lane_seq, ticket.state, ticket.target,
  ticket.reasons, ticket.decisions, ticket.created_at, ticket.updated_at,
  signal.source as signal_source, signal.webhook_config_id, signal.webhook_config_version, signal.delivery_id,
  signal.action as signal_action, signal.symbol as signal_symbol, signal.state as signal_state, signal.intent, signal.payload,
  signal.reasons as signal_reasons, signal.decisions as signal_decisions,
  signal.received_at, signal.sender_time, signal.updated_at as signal_updated_at,
  version.rules,
  (select json_agg(json_build_object('account', route.broker_account_id, 'multiplier', route.multiplier::text) order by route.position)
   from public.webhook_routes route
   where route.webhook_config_id = signal.webhook_config_id and route.version = signal.webhook_config_version)::text as routes,
  config.quantity as config_quantity, config.average_price as config_price, config.realized_profit as config_profit,
  account.quantity as account_quantity, account.average_price as account_price, account.realized_profit as account_profit
from public.tickets ticket
join public.signals signal on signal.id = ticket.signal_id
left join public.webhook_config_versions version
  on version.webhook_config_id = signal.webhook_config_id and version.version = signal.webhook_config_version
left join public.positions config
  on config.broker_account_id = ticket.broker_account_id and config.symbol = ticket.symbol and config.scope = 'webhook'
  and config.webhook_config_id is not distinct from signal.webhook_config_id
left join public.positions account
  on account.broker_account_id = ticket.broker_account_id and account.symbol = ticket.symbol and account.scope = 'account'
  and account.webhook_config_id is null
where ticket.id = ?`

type briefRow struct {
	ID              uuid.UUID
	UserID          uuid.UUID
	SignalID        uuid.UUID
	Position        int
	BrokerAccountID uuid.UUID
	Symbol          domain.Symbol
	Multiplier      string
	LaneID          int64
	LaneSeq         int64
	State           domain.State
	Target          *string
	Reasons         string
	Decisions       string
	CreatedAt       time.Time
	UpdatedAt       time.Time

	SignalSource         domain.Source
	WebhookConfigID      *uuid.UUID
	WebhookConfigVersion *int
	DeliveryID           *uuid.UUID
	SignalAction         domain.Action
	SignalSymbol         domain.Symbol
	SignalState          domain.State
	Intent               string
	Payload              string
	SignalReasons        string
	SignalDecisions      string
	ReceivedAt           time.Time
	SenderTime           *time.Time
	SignalUpdatedAt      time.Time

	Rules  *string
	Routes *string

	ConfigQuantity  *string
	ConfigPrice     *string
	ConfigProfit    *string
	AccountQuantity *string
	AccountPrice    *string
	AccountProfit   *string
}

// Brief implements ports.Ledger. Everything is of one moment: a fill recorded
// between reading a position and reading its orders would count twice or not at
// all.
func (l *Ledger) Brief(ctx context.Context, id domain.TicketID) (brief *ports.TicketBrief, err error) {
	tx, err := l.db.worker.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, translate(err)
	}
	defer func() { _ = tx.Rollback() }()
	var rows []briefRow
	if err := tx.NewRaw(briefSQL, id.UUID).Scan(ctx, &rows); err != nil {
		return nil, translate(err)
	}
	if len(rows) == 0 {
		return nil, domain.NotFound("ticket")
	}
	if brief, err = rows[0].brief(); err != nil {
		return nil, err
	}
	return brief, addOrders(ctx, tx, rows[0], brief)
}

// The first half is an index of its own, the second the index orders_unsettled.
const briefOrdersSQL = `
select * from public.orders o where o.ticket_id = ?0
union
select * from public.orders o
where o.broker_account_id = ?1 and o.symbol = ?2 and ` + orderIsUnsettled + `
  and o.webhook_config_id is not distinct from ?3
order by lane_seq, step, revision`

// addOrders adds the ticket's own orders, and the open ones of the same config
// in the lane.
func addOrders(ctx context.Context, tx bun.Tx, row briefRow, brief *ports.TicketBrief) error {
	var models []*orderModel
	err := tx.NewRaw(briefOrdersSQL, row.ID, row.BrokerAccountID, row.Symbol, row.WebhookConfigID).Scan(ctx, &models)
	if err != nil {
		return translate(err)
	}
	orders, err := withEvents(ctx, tx, models)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.Terms().TicketID == brief.Ticket.ID {
			brief.Orders = append(brief.Orders, o)
		} else {
			brief.Working = append(brief.Working, o)
		}
	}
	return nil
}

func (r briefRow) brief() (*ports.TicketBrief, error) {
	ticket, err := (&ticketModel{
		ID: r.ID, UserID: r.UserID, SignalID: r.SignalID, Position: r.Position, BrokerAccountID: r.BrokerAccountID,
		Symbol: r.Symbol, Multiplier: r.Multiplier, LaneID: r.LaneID, LaneSeq: r.LaneSeq, State: r.State, Target: r.Target,
		Reasons: r.Reasons, Decisions: r.Decisions, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}).toDomain()
	if err != nil {
		return nil, err
	}
	signal, err := (&signalModel{
		ID: r.SignalID, UserID: r.UserID, Source: r.SignalSource, WebhookConfigID: r.WebhookConfigID,
		WebhookConfigVersion: r.WebhookConfigVersion, DeliveryID: r.DeliveryID, Action: r.SignalAction, Symbol: r.SignalSymbol,
		State: r.SignalState, Intent: r.Intent, Payload: r.Payload, Reasons: r.SignalReasons, Decisions: r.SignalDecisions,
		ReceivedAt: r.ReceivedAt, SenderTime: r.SenderTime, UpdatedAt: r.SignalUpdatedAt,
	}).toDomain([]domain.Ticket{ticket})
	if err != nil {
		return nil, err
	}
	brief := &ports.TicketBrief{Ticket: ticket, Signal: signal}
	if brief.Rules, err = r.rules(); err != nil {
		return nil, err
	}
	if brief.ConfigPosition, err = heldPosition(r.ConfigQuantity, r.ConfigPrice, r.ConfigProfit); err != nil {
		return nil, err
	}
	brief.AccountPosition, err = heldPosition(r.AccountQuantity, r.AccountPrice, r.AccountProfit)
	return brief, err
}

func (r briefRow) rules() (*domain.WebhookRules, error) {
	if r.Rules == nil {
		return nil, nil //nolint:nilnil // a signal by hand has no rules
	}
	var routes []domain.Route
	if r.Routes != nil {
		list, err := decodeJSON[[]struct {
			Account    uuid.UUID       `json:"account"`
			Multiplier domain.Quantity `json:"multiplier"`
		}]("routes", *r.Routes)
		if err != nil {
			return nil, err
		}
		for _, route := range list {
			routes = append(routes, domain.Route{BrokerAccountID: domain.BrokerAccountID{UUID: route.Account}, Multiplier: route.Multiplier})
		}
	}
	rules, err := decodeRules(*r.Rules, routes)
	return &rules, err
}

func heldPosition(quantity, price, profit *string) (domain.Position, error) {
	if quantity == nil {
		return domain.Position{}, nil
	}
	m := positionModel{Quantity: *quantity, AveragePrice: price, RealizedProfit: *profit}
	return m.position()
}
