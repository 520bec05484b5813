package postgres_test

import (
	"context"
	"encoding/json"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
)

var _ = Describe("The cost of a claim", func() {
	It("stays where it is when 100,000 tickets wait instead of 1,000", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		queueManyTickets(ctx, conn, 1, 1_000)
		few := explainClaim(ctx, conn)
		queueManyTickets(ctx, conn, 1_001, 100_000)
		many := explainClaim(ctx, conn)

		Expect(few.indexes()).To(ContainElements("lanes_due", "lanes_turns", "tickets_lane_id_lane_seq_key"))
		Expect(many.indexes()).To(ContainElements("lanes_due", "lanes_turns", "tickets_lane_id_lane_seq_key"))
		Expect(few.RowsGiven).To(BeEquivalentTo(16 * 8))
		Expect(many.RowsGiven).To(BeEquivalentTo(16 * 8))
		Expect(many.buffers()).To(BeNumerically("<=", 2*few.buffers()))
	})
})

// queueManyTickets makes the places from first to last of a queue that is spread
// over 50 of 5,000 lanes, past the checks of keys, which would be most of the work.
func queueManyTickets(ctx context.Context, conn *pgx.Conn, first, last int) {
	GinkgoHelper()
	sqlExec(ctx, conn, "set session_replication_role = replica")
	if first == 1 {
		sqlExec(ctx, conn, `
			insert into private.lanes (user_id, broker_account_id, symbol)
			select gen_random_uuid(), gen_random_uuid(), 'SYM' || n from generate_series(1, 5000) as n`)
	}
	sqlExec(ctx, conn, `
		insert into public.tickets (
		  user_id, signal_id, position, broker_account_id, symbol, multiplier, lane_id, lane_seq, created_at, updated_at)
		select l.user_id, gen_random_uuid(), 0, l.broker_account_id, l.symbol, 1, l.lane_id, (n - 1) / 50 + 1, now(), now()
		from generate_series($1::integer, $2) as n
		join private.lanes l on l.lane_id = n % 50 + 1`, first, last)
	sqlExec(ctx, conn, `
		update private.lanes
		set next_seq = $1 / 50 + 1, ready_at = coalesce(ready_at, now() - make_interval(secs => lane_id))
		where lane_id <= 50`, last)
	sqlExec(ctx, conn, "reset session_replication_role; analyze private.lanes; analyze public.tickets")
}

// planNode is a node of EXPLAIN's tree.
type planNode struct {
	IndexName  string     `json:"Index Name"`
	RowsGiven  float64    `json:"Actual Rows"`
	SharedHit  int        `json:"Shared Hit Blocks"`
	SharedRead int        `json:"Shared Read Blocks"`
	Plans      []planNode `json:"Plans"`
}

func (n planNode) buffers() int { return n.SharedHit + n.SharedRead }

func (n planNode) indexes() []string {
	names := []string{n.IndexName}
	for _, below := range n.Plans {
		names = append(names, below.indexes()...)
	}
	return names
}

// explainClaim runs a claim of 16 lanes with 8 tickets each as the worker and
// takes it back.
func explainClaim(ctx context.Context, conn *pgx.Conn) planNode {
	GinkgoHelper()
	tx, err := conn.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, "set local role hookfill_worker")
	Expect(err).NotTo(HaveOccurred())
	var text []byte
	err = tx.QueryRow(ctx, "explain (analyze, buffers, format json) "+postgres.ClaimSQL,
		16, 8, 15.0, "spec", []uuid.UUID{}, []int{}, math.MaxInt32, uuid.Nil).Scan(&text)
	Expect(err).NotTo(HaveOccurred())
	var plans []struct{ Plan planNode }
	Expect(json.Unmarshal(text, &plans)).To(Succeed())
	return plans[0].Plan
}
