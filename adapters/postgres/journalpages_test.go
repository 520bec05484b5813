package postgres_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("a journal of many entries", func() {
	It("is read in pages, in order and without a gap", func(ctx SpecContext) {
		const many = 4500
		conn := sqlConn(ctx, databases.URL())
		emptyTables(ctx, conn)
		putOwnedRows(ctx, conn)
		sqlExec(ctx, conn, "delete from private.paper_entries; update private.paper_journals set last_seq = 0")
		var account string
		Expect(conn.QueryRow(ctx, "select broker_account_id::text from private.paper_journals").Scan(&account)).To(Succeed())
		id, err := domain.ParseID[domain.BrokerAccount](account)
		Expect(err).NotTo(HaveOccurred())
		journal := postgres.NewJournal(openStore(ctx, databases.URL()))
		last, err := journal.Append(ctx, id, 0, func([][]byte) ([][]byte, error) {
			added := make([][]byte, many)
			for n := range added {
				added[n] = fmt.Appendf(nil, `{"n": %d}`, n)
			}
			return added, nil
		})
		Expect(err).NotTo(HaveOccurred())

		at, pages, next := last-many, 0, 0
		for {
			page, err := journal.Read(ctx, id, at)
			Expect(err).NotTo(HaveOccurred())
			if len(page) == 0 {
				break
			}
			for _, entry := range page {
				Expect(string(entry)).To(Equal(fmt.Sprintf(`{"n": %d}`, next)))
				next++
			}
			at, pages = at+int64(len(page)), pages+1
		}
		Expect(next).To(Equal(many))
		Expect(pages).To(BeNumerically(">", 1))
	})
})
