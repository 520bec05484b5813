package postgres_test

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
)

var _ = Describe("The cost of counting a config's orders", func() {
	It("stays where it is when it has made 50,000 instead of 1,000", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		config, account := uuid.New(), uuid.New()
		sqlExec(ctx, conn, "set session_replication_role = replica")
		sqlExec(ctx, conn, `
			insert into public.webhook_routes (webhook_config_id, version, position, user_id, broker_account_id, multiplier)
			values ($1, 1, 0, gen_random_uuid(), $2, 1)`, config, account)
		fillManyOrders(ctx, conn, config, account, 1, 1_000)
		few := explainUsage(ctx, conn, config)
		fillManyOrders(ctx, conn, config, account, 1_001, 50_000)
		many := explainUsage(ctx, conn, config)

		Expect(few.indexes()).To(ContainElements("orders_intended", "orders_unsettled"))
		Expect(many.indexes()).To(ContainElements("orders_intended", "orders_unsettled"))
		Expect(many.buffers()).To(BeNumerically("<=", 2*few.buffers()))
	})
})

// fillManyOrders makes a config's orders from first to last, all over and older
// than a minute, past the checks of keys.
func fillManyOrders(ctx context.Context, conn *pgx.Conn, config, account uuid.UUID, first, last int) {
	GinkgoHelper()
	sqlExec(ctx, conn, `
		insert into public.orders (
		  user_id, signal_id, ticket_id, broker_account_id, webhook_config_id, lane_seq, step, client_order_id, symbol, side, type,
		  time_in_force, order_class, quantity, submission, status, created_at, updated_at, intended_at)
		select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $2, $1, n, 1, 'order' || n, 'AAPL', 'buy', 'market',
		  'day', 'simple', 1, 'acknowledged', 'filled', now(), now(), now() - interval '1 minute' - make_interval(secs => n)
		from generate_series($3::integer, $4) as n`, config, account, first, last)
	sqlExec(ctx, conn, "analyze public.orders")
}

// explainUsage counts as the worker does.
func explainUsage(ctx context.Context, conn *pgx.Conn, config uuid.UUID) planNode {
	GinkgoHelper()
	tx, err := conn.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, "set local role hookfill_worker")
	Expect(err).NotTo(HaveOccurred())
	var text []byte
	Expect(tx.QueryRow(ctx, "explain (analyze, buffers, format json) "+postgres.CountUsageSQL, config).Scan(&text)).To(Succeed())
	var plans []struct{ Plan planNode }
	Expect(json.Unmarshal(text, &plans)).To(Succeed())
	return plans[0].Plan
}
