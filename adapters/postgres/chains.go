package postgres

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// chainSQL gives what a ticket's alert hangs together with: where the one before
// left the sender, and, where a break is held, what waits behind it.
const chainSQL = `
  chain.position::text as stood,
  case when version.rules #>> '{chain,on_break}' = 'hold' and signal.intent ? 'previous_position' then (
    select json_agg(json_build_object(
        'ticket', waits.id, 'signal', waits.signal_id, 'intent', waits.intent::text,
        'same_config', coalesce(waits.webhook_config_id = signal.webhook_config_id, false)) order by waits.lane_seq)
    from (
      select behind.id, behind.signal_id, behind.lane_seq, later.intent, later.webhook_config_id
      from public.tickets behind
      join public.signals later on later.id = behind.signal_id
      where behind.lane_id = ticket.lane_id and behind.lane_seq > ticket.lane_seq
      order by behind.lane_seq
      limit 16
    ) as waits)::text
  end as behind`

type chainRow struct {
	Stood  *string
	Behind *string
}

func (r chainRow) chain() (*domain.Net, []ports.QueuedSignal, error) {
	var in amounts
	stood := amountOrNil(&in, "position", r.Stood, domain.RestoreNet)
	if r.Behind == nil || in.err != nil {
		return stood, nil, in.err
	}
	list, err := decodeJSON[[]struct {
		Ticket     uuid.UUID `json:"ticket"`
		Signal     uuid.UUID `json:"signal"`
		Intent     string    `json:"intent"`
		SameConfig bool      `json:"same_config"`
	}]("signals behind", *r.Behind)
	if err != nil {
		return nil, nil, err
	}
	queued := make([]ports.QueuedSignal, len(list))
	for i, a := range list {
		intent, err := decodeIntent(a.Intent)
		if err != nil {
			return nil, nil, err
		}
		queued[i] = ports.QueuedSignal{
			TicketID: domain.TicketID{UUID: a.Ticket}, SignalID: domain.SignalID{UUID: a.Signal}, SameConfig: a.SameConfig, Intent: intent,
		}
	}
	return stood, queued, nil
}

// Stood implements ports.WebhookConfigRepository.
func (r *webhookConfigs) Stood(
	ctx context.Context, id domain.WebhookConfigID, account domain.BrokerAccountID, symbol domain.Symbol,
) (*domain.Net, error) {
	var positions []string
	err := r.asAPI(ctx, func(tx bun.Tx) error {
		return tx.NewRaw(`
			select chain.position::text
			from private.lanes lane
			join private.chains chain using (lane_id)
			where lane.user_id = ? and lane.broker_account_id = ? and lane.symbol = ? and chain.webhook_config_id = ?`,
			r.user.UUID, account.UUID, string(symbol), id.UUID).Scan(ctx, &positions)
	})
	if err != nil || len(positions) == 0 {
		return nil, err
	}
	var in amounts
	stood := amountOrNil(&in, "position", &positions[0], domain.RestoreNet)
	return stood, in.err
}

const (
	linkChainSQL = `
insert into private.chains (lane_id, webhook_config_id, position)
select $1, webhook_config_id, $3::numeric from public.signals where id = $2 and webhook_config_id is not null
on conflict (lane_id, webhook_config_id) do update set position = excluded.position`
	unlinkChainSQL = `
delete from private.chains
where lane_id = $1 and webhook_config_id = (select webhook_config_id from public.signals where id = $2)`
)

// link keeps where the ticket's alert leaves its sender.
func (h *heldTicket) link(ctx context.Context, t *bundledTx, l *ports.ChainLink) {
	switch {
	case l == nil:
	case l.Stands == nil:
		t.tell(ctx, unlinkChainSQL, h.LaneID, h.SignalID)
	default:
		t.tell(ctx, linkChainSQL, h.LaneID, h.SignalID, l.Stands.String())
	}
}

// Places are unique at every moment, so those that change are first lifted out of
// the way, beyond any place that is ever given out.
const (
	waitsBeforeSQL = `
select state
from public.tickets
where lane_id = $1 and lane_seq between $2 and $3
order by lane_seq
for no key update`
	liftPlacesSQL = `
update public.tickets set lane_seq = lane_seq + (1::bigint << 48)
where lane_id = $1 and lane_seq between $2 and $3`
	overtakeSQL = `
update public.tickets
set lane_seq = case when id = $2 then $3 else lane_seq - (1::bigint << 48) + 1 end,
  decisions = case when id = $2 then decisions || $4::jsonb else decisions end,
  updated_at = case when id = $2 then now() else updated_at end
where lane_id = $1 and lane_seq > (1::bigint << 48)`
)

// Overtake implements ports.Ledger.
func (l *Ledger) Overtake(ctx context.Context, lease ports.Lease, id domain.TicketID, why domain.Decision) error {
	return l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		var rows []heldTicket
		askToHold(ctx, t, &rows, holdLaneToMoveSQL, lease, id)
		if err := t.send(ctx); err != nil {
			return err
		}
		held, err := onlyHeld(rows)
		if err != nil {
			return err
		}
		head := held.DoneSeq + 1
		var states []domain.State
		ask(ctx, t, &states, pgx.RowTo[domain.State], waitsBeforeSQL, held.LaneID, head, held.LaneSeq)
		if err := t.send(ctx); err != nil {
			return err
		}
		started := func(s domain.State) bool { return s != domain.StateQueued }
		if held.LaneSeq <= head || slices.ContainsFunc(states, started) {
			return domain.Conflict("not_waiting", "only what waits in a lane can change its place")
		}
		t.tell(ctx, liftPlacesSQL, held.LaneID, head, held.LaneSeq)
		t.tell(ctx, overtakeSQL, held.LaneID, held.ID, head, encodeDecisions([]domain.Decision{why}))
		return nil
	})
}
