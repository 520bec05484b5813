package postgres_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("a page that talks to the tables itself", func() {
	var (
		conn *pgx.Conn
		ada  *domain.UserID
	)
	BeforeEach(func(ctx SpecContext) {
		conn = sqlConn(ctx, databases.URL())
		ada = putOwnedRows(ctx, conn)
	})

	// through runs fn as a signed-in user who came through a login.
	through := func(ctx context.Context, login string, claims string, fn func(tx pgx.Tx)) {
		GinkgoHelper()
		sqlExec(ctx, conn, "set session authorization "+login)
		defer sqlExec(ctx, conn, "reset session authorization")
		sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
			_, err := tx.Exec(ctx, "select set_config('request.jwt.claims', $1, true)", claims)
			Expect(err).NotTo(HaveOccurred())
			fn(tx)
		})
	}
	signedIn := func() string { return fmt.Sprintf(`{"sub": %q, "role": "authenticated", "is_anonymous": false}`, ada) }

	It("adds nothing, where the API, as the same user, does", func(ctx SpecContext) {
		through(ctx, "authenticator", signedIn(), func(tx pgx.Tx) {
			for table, statement := range another() {
				_, err := sqlTry(ctx, tx, statement, pgx.QueryExecModeSimpleProtocol, ada.String())
				Expect(err).To(beSQLState(insufficientPrivilege), table)
			}
		})
		through(ctx, "hookfill_api", signedIn(), func(tx pgx.Tx) {
			for table, statement := range another() {
				_, err := sqlTry(ctx, tx, statement, pgx.QueryExecModeSimpleProtocol, ada.String())
				Expect(err).NotTo(HaveOccurred(), table)
			}
		})
	})

	It("lists, renames, pauses and resumes", func(ctx SpecContext) {
		through(ctx, "authenticator", signedIn(), func(tx pgx.Tx) {
			for _, statement := range []string{
				"select from public.webhook_configs where user_id = $1::uuid",
				"update public.webhook_configs set name = 'renamed', updated_at = now() where user_id = $1::uuid",
				"update public.webhook_configs set status = 'paused' where user_id = $1::uuid",
				"update public.webhook_configs set status = 'active' where user_id = $1::uuid",
				"update public.broker_accounts set name = 'renamed' where user_id = $1::uuid",
			} {
				rows, err := sqlTry(ctx, tx, statement, ada.String())
				Expect(err).NotTo(HaveOccurred(), statement)
				Expect(rows).To(BeEquivalentTo(1), statement)
			}
		})
	})

	It("puts no version in force and removes nothing, where the API may", func(ctx SpecContext) {
		changes := []string{
			"update public.webhook_configs set version = 2 where user_id = $1::uuid",
			"update public.webhook_configs set deleted_at = now(), name = 'x' where user_id = $1::uuid",
			"update public.broker_accounts set version = 2 where user_id = $1::uuid",
			"update public.broker_accounts set deleted_at = now() where user_id = $1::uuid",
		}
		for _, statement := range changes {
			through(ctx, "authenticator", signedIn(), func(tx pgx.Tx) {
				_, err := sqlTry(ctx, tx, statement, ada.String())
				Expect(err).To(And(beSQLState(insufficientPrivilege), MatchError(ContainSubstring("changed through the API"))), statement)
			})
			through(ctx, "hookfill_api", signedIn(), func(tx pgx.Tx) {
				rows, err := sqlTry(ctx, tx, statement, ada.String())
				Expect(err).NotTo(HaveOccurred(), statement)
				Expect(rows).To(BeEquivalentTo(1), statement)
			})
		}
	})

	It("adds nothing for an anonymous user, by whatever login", func(ctx SpecContext) {
		anonymous := strings.Replace(signedIn(), "false", "true", 1)
		for _, login := range []string{"authenticator", "hookfill_api"} {
			through(ctx, login, anonymous, func(tx pgx.Tx) {
				for table, statement := range another() {
					_, err := sqlTry(ctx, tx, statement, pgx.QueryExecModeSimpleProtocol, ada.String())
					Expect(err).To(beSQLState(insufficientPrivilege), table)
				}
			})
		}
	})

	It("is kept to this in every table that a signed-in user may add to", func(ctx SpecContext) {
		var guarded []string
		for table := range another() {
			guarded = append(guarded, table)
		}
		Expect(sqlRows(ctx, conn, `
			select table_schema || '.' || table_name from information_schema.table_privileges
			where grantee = 'authenticated' and privilege_type = 'INSERT'
			  and table_schema in ('public', 'private')`)).To(ConsistOf(guarded))
		Expect(sqlRows(ctx, conn, `
			select schemaname || '.' || tablename from pg_policies
			where permissive = 'RESTRICTIVE' and cmd = 'INSERT' and with_check like '%authenticator%' and with_check like '%is_anonymous%'`)).
			To(ConsistOf(guarded))
	})
})

// another is the row each table would get from its owner.
func another() map[string]string {
	return map[string]string{
		"public.broker_accounts": "insert into public.broker_accounts (user_id, name, kind) values ($1::uuid, 'x', 'paper')",
		"public.webhook_configs": "insert into public.webhook_configs (user_id, name) values ($1::uuid, 'x')",
		"public.webhook_config_versions": `insert into public.webhook_config_versions (user_id, webhook_config_id, version, rules)
			values ($1::uuid, md5($1 || 'config')::uuid, 2, '{}')`,
		"public.webhook_routes": `insert into public.webhook_routes (user_id, webhook_config_id, version, position, broker_account_id, multiplier)
			select $1::uuid, md5($1 || 'config')::uuid, 1, 1, md5($1 || 'account')::uuid, 1 where $1 <> ''
			on conflict do nothing`,
	}
}
