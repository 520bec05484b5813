package postgres

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var errLaneGone = errors.New("a lane is gone")

// maxKnownLanes bounds the memory of lane ids.
const maxKnownLanes = 100_000

// laneKey names a lane as a ticket does.
type laneKey struct {
	account domain.BrokerAccountID
	symbol  domain.Symbol
}

// laneRef names a lane as the database does.
type laneRef struct {
	ID     int64         `bun:"lane_id"`
	Symbol domain.Symbol `bun:"symbol"`
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

func (x *laneIndex) idOf(account domain.BrokerAccountID, symbol domain.Symbol) int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.id[laneKey{account, symbol}]
}

func (x *laneIndex) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.id)
}

type newLaneRow struct {
	UserID  uuid.UUID     `json:"user_id"`
	Account uuid.UUID     `json:"account"`
	Symbol  domain.Symbol `json:"symbol"`
}

const makeLanesSQL = `
with wanted as materialized (
  select distinct * from json_to_recordset(?) as w (user_id uuid, account uuid, symbol text)
), made as (
  insert into private.lanes (user_id, broker_account_id, symbol)
  select user_id, account, symbol from wanted order by account, symbol
  on conflict do nothing
  returning lane_id, broker_account_id, symbol
)
select lane_id, broker_account_id, symbol from made
union all
select l.lane_id, l.broker_account_id, l.symbol
from private.lanes l
join wanted on l.broker_account_id = wanted.account and l.symbol = wanted.symbol`

// ensure makes sure that the id of every lane the arrivals need is known.
func (x *laneIndex) ensure(ctx context.Context, arrivals []ports.Arrival) error {
	for range 2 {
		missing := x.missing(arrivals)
		if len(missing) == 0 {
			return nil
		}
		var rows []struct {
			LaneID          int64
			BrokerAccountID uuid.UUID
			Symbol          domain.Symbol
		}
		if err := x.db.worker.NewRaw(makeLanesSQL, encodeJSON(missing)).Scan(ctx, &rows); err != nil {
			return translate(err)
		}
		x.mu.Lock()
		if len(x.id)+len(rows) > maxKnownLanes {
			clear(x.id)
		}
		for _, r := range rows {
			x.id[laneKey{domain.BrokerAccountID{UUID: r.BrokerAccountID}, r.Symbol}] = r.LaneID
		}
		x.mu.Unlock()
		// One made by somebody else meanwhile shows only in the next statement.
	}
	if len(x.missing(arrivals)) > 0 {
		return unavailable(errLaneGone)
	}
	return nil
}

func (x *laneIndex) missing(arrivals []ports.Arrival) []newLaneRow {
	x.mu.Lock()
	defer x.mu.Unlock()
	var rows []newLaneRow
	for _, a := range arrivals {
		for _, s := range a.Signals {
			snap := s.Snapshot()
			for _, t := range snap.Tickets {
				if _, known := x.id[laneKey{t.BrokerAccountID, t.Symbol}]; !known && !t.Symbol.IsZero() {
					rows = append(rows, newLaneRow{snap.UserID.UUID, t.BrokerAccountID.UUID, t.Symbol})
				}
			}
		}
	}
	return rows
}

// lanesOf gives every lane an account has now.
func lanesOf(ctx context.Context, tx bun.Tx, account domain.BrokerAccountID) ([]laneRef, error) {
	var lanes []laneRef
	err := tx.NewRaw(`select lane_id, symbol from private.lanes where broker_account_id = ? order by lane_id`, account.UUID).Scan(ctx, &lanes)
	return lanes, err
}
