package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
)

var _ = Describe("The cost of a claim", func() {
	It("stays where it is when 100,000 tickets wait instead of 1,000", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		Expect(queueManyTickets(ctx, conn, 1, 1_000)).To(Succeed())
		few := explainClaim(ctx, conn, 16)
		Expect(queueManyTickets(ctx, conn, 1_001, 100_000)).To(Succeed())
		many := explainClaim(ctx, conn, 16)

		Expect(few.indexes()).To(ContainElements("lanes_due", "lanes_turns", "tickets_lane_id_lane_seq_key"))
		Expect(many.indexes()).To(ContainElements("lanes_due", "lanes_turns", "tickets_lane_id_lane_seq_key"))
		Expect(few.RowsGiven).To(BeEquivalentTo(16 * 8))
		Expect(many.RowsGiven).To(BeEquivalentTo(16 * 8))
		Expect(many.buffers()).To(BeNumerically("<=", 2*few.buffers()))
	})

	DescribeTable("stays where it is when 100,000 lanes wait instead of 1,000", func(ctx SpecContext, users int) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		Expect(queueManyLanes(ctx, conn, users, 1_000)).To(Succeed())
		few := explainClaim(ctx, conn, 1)
		Expect(queueManyLanes(ctx, conn, users, 100_000)).To(Succeed())
		many := explainClaim(ctx, conn, 1)

		Expect(many.indexes()).To(ContainElements("lanes_due", "lanes_turns", "lanes_pkey", "tickets_lane_id_lane_seq_key"))
		Expect(many.kinds()).NotTo(ContainElement("Seq Scan"))
		Expect(many.mostRows()).To(BeNumerically("<=", 2*64), "nothing is gone through or sorted but two lanes of each who has a turn")
		Expect(many.buffers()).To(BeNumerically("<=", 2*few.buffers()))
	},
		Entry("of one user", 1),
		Entry("nearly all of them of one of ten, who was there first", 10),
	)
})

// planNode is a node of EXPLAIN's tree.
type planNode struct {
	Kind       string     `json:"Node Type"`
	IndexName  string     `json:"Index Name"`
	RowsGiven  float64    `json:"Actual Rows"`
	Loops      float64    `json:"Actual Loops"`
	SharedHit  int        `json:"Shared Hit Blocks"`
	SharedRead int        `json:"Shared Read Blocks"`
	Plans      []planNode `json:"Plans"`
}

func (n planNode) buffers() int { return n.SharedHit + n.SharedRead }

func (n planNode) indexes() []string {
	return n.each(func(n planNode) string { return n.IndexName })
}

func (n planNode) kinds() []string { return n.each(func(n planNode) string { return n.Kind }) }

func (n planNode) each(of func(planNode) string) []string {
	all := []string{of(n)}
	for _, below := range n.Plans {
		all = append(all, below.each(of)...)
	}
	return all
}

// mostRows is what the node that gives most rows gives, all its runs together.
func (n planNode) mostRows() float64 {
	most := n.RowsGiven * n.Loops
	for _, below := range n.Plans {
		most = max(most, below.mostRows())
	}
	return most
}

// explainClaim runs a claim of lanes with 8 tickets each as the worker and takes
// it back.
func explainClaim(ctx context.Context, conn *pgx.Conn, lanes int) planNode {
	GinkgoHelper()
	tx, err := conn.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	defer func() {
		_ = tx.Rollback(ctx)
		sqlExec(ctx, conn, "deallocate claim")
	}()
	_, err = tx.Exec(ctx, "set local role hookfill_worker; "+postgres.FewRowsByIndex+"; prepare claim as "+postgres.ClaimSQL)
	Expect(err).NotTo(HaveOccurred())
	var text []byte
	err = tx.QueryRow(ctx, fmt.Sprintf(`
		explain (analyze, buffers, format json)
		execute claim (%d, 8, 15, 'spec', '{}', '{}', 2147483647, '00000000-0000-0000-0000-000000000000')`, lanes)).Scan(&text)
	Expect(err).NotTo(HaveOccurred())
	var plans []struct{ Plan planNode }
	Expect(json.Unmarshal(text, &plans)).To(Succeed())
	return plans[0].Plan
}
