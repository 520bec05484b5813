package postgres_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("the second door, public.ingest_delivery", func() {
	const token = "hf_a-token-of-ada"
	var (
		conn *pgx.Conn
		ada  *domain.UserID
	)
	BeforeEach(func(ctx SpecContext) {
		conn = sqlConn(ctx, databases.URL())
		emptyTables(ctx, conn)
		ada = putOwnedRows(ctx, conn)
		sqlExec(ctx, conn, "delete from private.waiting_deliveries")
		digest := sha256.Sum256([]byte(token))
		_, err := conn.Exec(ctx, "update private.webhook_tokens set token_hash = $1 where user_id = $2", digest[:], ada.UUID)
		Expect(err).NotTo(HaveOccurred())
	})

	// calls is what the edge function asks the Data API to call, as a role.
	calls := func(ctx context.Context, role, token, body string) (id string, err error) {
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = tx.Rollback(ctx) }()
		_, err = tx.Exec(ctx, "set local role "+role)
		Expect(err).NotTo(HaveOccurred())
		if err := tx.QueryRow(ctx, "select public.ingest_delivery($1, $2, $3)", token, body, "192.0.2.7").Scan(&id); err != nil {
			return "", err
		}
		return id, tx.Commit(ctx)
	}
	encoded := func(body []byte) string { return base64.StdEncoding.EncodeToString(body) }

	It("keeps what was posted to wait, as it was posted", func(ctx SpecContext) {
		body := []byte("\x00\xff BUY 10 AAPL")
		id, err := calls(ctx, "service_role", token, encoded(body))
		Expect(err).NotTo(HaveOccurred())
		waiting, err := postgres.NewWaitingDeliveries(openStore(ctx, databases.URL())).Waiting(ctx, 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(waiting).To(HaveExactElements(And(
			HaveField("ID.String()", id), HaveField("UserID", *ada), HaveField("Body", body), HaveField("Source", "192.0.2.7"))))
	})

	DescribeTable("answers with a status of its own, and keeps nothing, for", func(ctx SpecContext, before, token, body, state string) {
		if before != "" {
			sqlExec(ctx, conn, before)
		}
		_, err := calls(ctx, "service_role", token, body)
		Expect(err).To(beSQLState(state))
		Expect(sqlRows(ctx, conn, "select id::text from private.waiting_deliveries")).To(BeEmpty())
	},
		Entry("a token nobody has", "", "hf_unheard-of", "", "PT404"),
		Entry("an ended token", "update private.webhook_tokens set ends_at = now()", token, "", "PT404"),
		Entry("the token of a removed webhook", "update public.webhook_configs set deleted_at = now()", token, "", "PT404"),
		Entry("a body that is not base64", "", token, "*", "PT400"),
		Entry("a body of more than 64 KiB", "", token, base64.StdEncoding.EncodeToString(make([]byte, 64<<10+1)), "PT413"),
	)

	It("takes a body of 64 KiB, and one for a webhook that is paused", func(ctx SpecContext) {
		sqlExec(ctx, conn, "update public.webhook_configs set status = 'paused'")
		_, err := calls(ctx, "service_role", token, encoded(make([]byte, 64<<10)))
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("is open to the service role alone, not to", func(ctx SpecContext, role string) {
		_, err := calls(ctx, role, token, "")
		Expect(err).To(beSQLState(insufficientPrivilege))
	},
		Entry(nil, "anon"), Entry(nil, "authenticated"), Entry(nil, "hookfill_api"), Entry(nil, "hookfill_worker"),
	)
})
