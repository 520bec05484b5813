package postgres_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// queueManyLanes makes users' lanes, so many all together, each with one ticket
// that waits. Beyond the first 1,000 they are one user's and wait longest.
func queueManyLanes(ctx context.Context, conn *pgx.Conn, users, lanes int) error {
	return fill(ctx, conn,
		fmt.Sprintf(`
			insert into private.lanes (user_id, broker_account_id, symbol, next_seq, ready_at)
			select lpad(case when n > 1000 then '0' else (n %% %d)::text end, 32, '0')::uuid,
			  gen_random_uuid(), 'SYM' || n, 2, now() - make_interval(secs => n)
			from generate_series((select count(*) from private.lanes) + 1, %d) as n`, users, lanes),
		`
			insert into public.tickets (
			  user_id, signal_id, position, broker_account_id, symbol, multiplier, lane_id, lane_seq, created_at, updated_at)
			select user_id, gen_random_uuid(), 0, broker_account_id, symbol, 1, lane_id, 1, now(), now()
			from private.lanes
			on conflict do nothing`)
}

// queueManyTickets makes the places from first to last of a queue that is spread
// over 50 of 5,000 lanes.
func queueManyTickets(ctx context.Context, conn *pgx.Conn, first, last int) error {
	lanes := `
		insert into private.lanes (user_id, broker_account_id, symbol)
		select gen_random_uuid(), gen_random_uuid(), 'SYM' || n from generate_series(1, 5000) as n
		where not exists (select from private.lanes)`
	tickets := fmt.Sprintf(`
		insert into public.tickets (
		  user_id, signal_id, position, broker_account_id, symbol, multiplier, lane_id, lane_seq, created_at, updated_at)
		select l.user_id, gen_random_uuid(), 0, l.broker_account_id, l.symbol, 1, l.lane_id, (n - 1) / 50 + 1, now(), now()
		from generate_series(%d, %d) as n
		join private.lanes l on l.lane_id = n %% 50 + 1`, first, last)
	wake := fmt.Sprintf(`
		update private.lanes
		set next_seq = %d / 50 + 1, ready_at = coalesce(ready_at, now() - make_interval(secs => lane_id))
		where lane_id <= 50`, last)
	return fill(ctx, conn, lanes, tickets, wake)
}

// fill runs statements past the checks of keys, which would be most of the work.
func fill(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	var failed error
	run := func(statement string) {
		if failed == nil {
			_, failed = conn.Exec(ctx, statement)
		}
	}
	run("set session_replication_role = replica")
	for _, statement := range statements {
		run(statement)
	}
	_, err := conn.Exec(ctx, "reset session_replication_role; analyze private.lanes; analyze public.tickets")
	return errors.Join(failed, err)
}
