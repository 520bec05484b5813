package postgres

import (
	"context"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
)

// maxKnownLanes bounds the memory of lane ids.
const maxKnownLanes = 100_000

// laneKey names a lane as a ticket does. The owner is part of it: a lane of
// somebody else's account is not there.
type laneKey struct {
	user    domain.UserID
	account domain.BrokerAccountID
	symbol  domain.Symbol
}

func laneKeyOf(s *domain.SignalSnapshot, t domain.Ticket) laneKey {
	return laneKey{s.UserID, t.BrokerAccountID, t.Symbol}
}

// laneIndex remembers the ids of lanes and makes those nobody has used yet.
// Lanes are made in statements of their own: made inside the transaction that
// fills them they deadlock with executors.
type laneIndex struct {
	db *DB
	mu sync.Mutex
	id map[laneKey]int64
}

func newLaneIndex(db *DB) *laneIndex { return &laneIndex{db: db, id: map[laneKey]int64{}} }

// forget starts over.
func (x *laneIndex) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.id)
}

// find gives a batch the ids of all lanes its tickets name.
func (x *laneIndex) find(ctx context.Context, b *inboxBatch) error {
	missing := x.recall(b)
	// A lane made by somebody else meanwhile shows only in the next statement.
	for range 2 {
		if len(missing) == 0 {
			return nil
		}
		if err := x.create(ctx, b, missing); err != nil {
			return err
		}
		missing = x.recall(b)
	}
	if len(missing) > 0 {
		return domain.Invalid("broker_account_not_found", "broker_account_id", "the broker account is somebody else's")
	}
	return nil
}

// recall fills in what is remembered and gives the rest.
func (x *laneIndex) recall(b *inboxBatch) (missing []laneKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range b.signals {
		s := &b.signals[i].SignalSnapshot
		for _, t := range s.Tickets {
			key := laneKeyOf(s, t)
			if t.Symbol.IsZero() || b.lanes[key] != 0 {
				continue
			}
			if id, ok := x.id[key]; ok {
				b.lanes[key] = id
				continue
			}
			missing = append(missing, key)
		}
	}
	return missing
}

// laneIDRow is a lane and its id.
type laneIDRow struct {
	LaneID          int64
	UserID          uuid.UUID
	BrokerAccountID uuid.UUID
	Symbol          domain.Symbol
}

func (r laneIDRow) key() laneKey {
	return laneKey{domain.UserID{UUID: r.UserID}, domain.BrokerAccountID{UUID: r.BrokerAccountID}, r.Symbol}
}

const makeLanesSQL = `
with wanted as materialized (
  select distinct * from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (user_id, account, symbol)
), made as (
  insert into private.lanes (user_id, broker_account_id, symbol)
  select user_id, account, symbol from wanted order by account, symbol
  on conflict do nothing
  returning lane_id, user_id, broker_account_id, symbol
)
select lane_id, user_id, broker_account_id, symbol from made
union all
select l.lane_id, l.user_id, l.broker_account_id, l.symbol
from private.lanes l
join wanted on l.user_id = wanted.user_id and l.broker_account_id = wanted.account and l.symbol = wanted.symbol`

// create makes the lanes that nobody has made, and gives and remembers all.
func (x *laneIndex) create(ctx context.Context, b *inboxBatch, missing []laneKey) error {
	rows, err := alone(ctx, x.db, pgx.RowToStructByName[laneIDRow], makeLanesSQL,
		uuids(missing, func(k laneKey) uuid.UUID { return k.user.UUID }),
		uuids(missing, func(k laneKey) uuid.UUID { return k.account.UUID }),
		column(missing, func(k laneKey) string { return string(k.symbol) }))
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.id)+len(rows) > maxKnownLanes {
		clear(x.id)
	}
	for _, r := range rows {
		key := r.key()
		x.id[key], b.lanes[key] = r.LaneID, r.LaneID
	}
	return nil
}

const lanesOfSQL = `
select lane_id, user_id, broker_account_id, '' as symbol
from private.lanes
where broker_account_id = any($1)
order by lane_id`

// ofAccounts gives the ids of every lane the accounts have now, by a key without
// symbol.
func (x *laneIndex) ofAccounts(ctx context.Context, accounts []uuid.UUID) (map[laneKey][]int64, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	rows, err := alone(ctx, x.db, pgx.RowToStructByName[laneIDRow], lanesOfSQL,
		uuids(accounts, func(id uuid.UUID) uuid.UUID { return id }))
	lanes := map[laneKey][]int64{}
	for _, r := range rows {
		lanes[r.key()] = append(lanes[r.key()], r.LaneID)
	}
	return lanes, err
}
