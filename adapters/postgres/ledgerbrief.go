package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Everything but the orders and their events comes in one row.
const briefSQL = `
select
  ticket.id, ticket.user_id, ticket.signal_id, ticket.position, ticket.broker_account_id, ticket.symbol,
  ticket.multiplier::text, ticket.lane_id, ticket.lane_seq, ticket.state, ticket.target::text, ticket.waits_until, ticket.resumes,
  ticket.reasons, ticket.decisions, ticket.created_at, ticket.updated_at,
  signal.source as signal_source, signal.webhook_config_id, signal.webhook_config_version, signal.delivery_id,
  signal.action as signal_action, signal.symbol as signal_symbol, signal.state as signal_state, signal.intent, signal.payload,
  signal.reasons as signal_reasons, signal.decisions as signal_decisions,
  signal.received_at, signal.sender_time, signal.updated_at as signal_updated_at,
  broker.name as broker_name, broker.kind as broker_kind, broker.settings as broker_settings, broker.version as broker_version,
  broker.created_at as broker_created_at, broker.updated_at as broker_updated_at, broker.deleted_at as broker_deleted_at,
  broker.credentials_version as broker_credentials_version, broker.trouble::text as broker_trouble,
  version.rules,
  (select behind.signal_id
   from (
     (select later.signal_id, later.lane_seq from public.tickets later
      where later.lane_id = ticket.lane_id and later.lane_seq > ticket.lane_seq
        and later.supersedes = '00000000-0000-0000-0000-000000000000'
      order by later.lane_seq limit 1)
     union all
     (select later.signal_id, later.lane_seq from public.tickets later
      where later.lane_id = ticket.lane_id and later.lane_seq > ticket.lane_seq and later.supersedes = signal.webhook_config_id
      order by later.lane_seq limit 1)
   ) as behind
   order by behind.lane_seq limit 1) as superseded_by,
` + replacedSQL + `,
  (select json_agg(json_build_object('account', route.broker_account_id, 'multiplier', route.multiplier::text) order by route.position)
   from public.webhook_routes route
   where route.webhook_config_id = signal.webhook_config_id and route.version = signal.webhook_config_version)::text as routes,
  config.quantity::text as config_quantity, config.average_price::text as config_price,
  config.realized_profit::text as config_profit,
  account.quantity::text as account_quantity, account.average_price::text as account_price,
  account.realized_profit::text as account_profit,
` + chainSQL + `,
` + usageWhereLimitedSQL + `,
` + backlogWhereCollapsedSQL + `
from public.tickets ticket
join public.signals signal on signal.id = ticket.signal_id
join public.broker_accounts broker on broker.id = ticket.broker_account_id
left join public.webhook_config_versions version
  on version.webhook_config_id = signal.webhook_config_id and version.version = signal.webhook_config_version
left join public.positions config
  on config.broker_account_id = ticket.broker_account_id and config.symbol = ticket.symbol and config.scope = 'webhook'
  and config.webhook_config_id is not distinct from signal.webhook_config_id
left join public.positions account
  on account.broker_account_id = ticket.broker_account_id and account.symbol = ticket.symbol and account.scope = 'account'
  and account.webhook_config_id is null
left join private.chains chain
  on chain.lane_id = ticket.lane_id and chain.webhook_config_id = signal.webhook_config_id
where ticket.id = $1`

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
	WaitsUntil      *time.Time
	Resumes         *int64
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

	BrokerName      string
	BrokerKind      domain.BrokerKind
	BrokerSettings  string
	BrokerVersion   int
	BrokerCreatedAt time.Time
	BrokerUpdatedAt time.Time
	BrokerDeletedAt *time.Time

	BrokerCredentialsVersion int
	BrokerTrouble            *string

	Rules        *string
	SupersededBy *uuid.UUID
	ReplacedBy   *uuid.UUID
	Routes       *string

	ConfigQuantity  *string
	ConfigPrice     *string
	ConfigProfit    *string
	AccountQuantity *string
	AccountPrice    *string
	AccountProfit   *string

	chainRow
	usageRow
	backlogRow
}

// The ticket's own orders, and the open ones in the lane, whosever they are. The
// second half stands on the index orders_unsettled.
const (
	briefOrderIDsSQL = `
  select o.id from public.orders o where o.ticket_id = $1
  union
  select o.id
  from public.tickets ticket
  join public.orders o on o.broker_account_id = ticket.broker_account_id and o.symbol = ticket.symbol
  where ticket.id = $1 and ` + orderIsUnsettled
	briefOrdersSQL = `
select ` + orderColumns + `
from public.orders o
where o.id in (` + briefOrderIDsSQL + `)
order by o.lane_seq, o.step, o.revision`
	briefEventsSQL = `
select ` + eventColumns + `
from public.order_events event
where event.order_id in (` + briefOrderIDsSQL + `)
order by event.order_id, event.position`
)

// Brief implements ports.Ledger. Everything is of one moment: a fill recorded
// between reading a position and reading its orders would count twice or not at
// all.
func (l *Ledger) Brief(ctx context.Context, id domain.TicketID) (*ports.TicketBrief, error) {
	var (
		rows   []briefRow
		models []*orderModel
		events []*orderEventModel
		halts  []haltRow
	)
	err := l.db.bundled(ctx, beginSnapshot, func(ctx context.Context, t *bundledTx) error {
		ask(ctx, t, &rows, pgx.RowToStructByName[briefRow], briefSQL, id.UUID)
		ask(ctx, t, &models, pgx.RowToAddrOfStructByName[orderModel], briefOrdersSQL, id.UUID)
		ask(ctx, t, &events, pgx.RowToAddrOfStructByName[orderEventModel], briefEventsSQL, id.UUID)
		ask(ctx, t, &halts, pgx.RowToStructByName[haltRow], haltsOnTicketSQL, id.UUID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, domain.NotFound("ticket")
	}
	brief, err := rows[0].brief()
	if err != nil {
		return nil, err
	}
	brief.Halts = toHalts(halts)
	orders, err := toOrders(models, events)
	if err != nil {
		return nil, err
	}
	signal := brief.Signal.Snapshot()
	for _, o := range orders {
		switch terms := o.Terms(); {
		case terms.TicketID == id && o.IsLeg():
			brief.Legs = append(brief.Legs, o)
		case terms.TicketID == id:
			brief.Orders = append(brief.Orders, o)
		case signal.Source == domain.SourceHalt && signal.WebhookConfigID == nil || sameConfig(terms.WebhookConfigID, signal.WebhookConfigID):
			brief.Working = append(brief.Working, o)
		default:
			brief.Others = append(brief.Others, o)
		}
	}
	return brief, nil
}

func sameConfig(a, b *domain.WebhookConfigID) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

func (r briefRow) brief() (*ports.TicketBrief, error) {
	ticket, err := (&ticketModel{
		ID: r.ID, UserID: r.UserID, SignalID: r.SignalID, Position: r.Position, BrokerAccountID: r.BrokerAccountID,
		Symbol: r.Symbol, Multiplier: r.Multiplier, LaneID: r.LaneID, LaneSeq: r.LaneSeq, State: r.State, Target: r.Target, WaitsUntil: r.WaitsUntil, Resumes: r.Resumes,
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
	account, err := (&brokerAccountModel{
		ID: r.BrokerAccountID, UserID: r.UserID, Name: r.BrokerName, Kind: r.BrokerKind, Settings: r.BrokerSettings,
		Version: r.BrokerVersion, CreatedAt: r.BrokerCreatedAt, UpdatedAt: r.BrokerUpdatedAt, DeletedAt: r.BrokerDeletedAt,
		CredentialsVersion: r.BrokerCredentialsVersion, Trouble: r.BrokerTrouble,
	}).toDomain()
	if err != nil {
		return nil, err
	}
	brief := &ports.TicketBrief{Ticket: ticket, Signal: signal, Account: account}
	if brief.Usage, err = r.usage(); err != nil {
		return nil, err
	}
	if brief.Stood, brief.Behind, err = r.chain(); err != nil {
		return nil, err
	}
	if brief.Next, brief.Carried, err = r.backlog(); err != nil {
		return nil, err
	}
	if r.SupersededBy != nil {
		brief.SupersededBy = &domain.SignalID{UUID: *r.SupersededBy}
	}
	if r.ReplacedBy != nil {
		brief.ReplacedBy = &domain.SignalID{UUID: *r.ReplacedBy}
	}
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
