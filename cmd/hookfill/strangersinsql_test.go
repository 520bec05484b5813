package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The refusals of PostgreSQL that specs tell apart.
const (
	insufficientPrivilege = "42501" // grants, and row-level security
	foreignKeyViolation   = "23503"
)

var _ = Describe("A stranger with SQL, as authenticated", func() {
	var (
		db  *pgx.Conn
		e   estate
		bob *user
	)

	BeforeEach(func(ctx SpecContext) {
		var err error
		db, err = pgx.Connect(ctx, standing.database)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		e, bob = newEstate(ctx), standing.newUser(ctx)
	})

	It("sees no row of another's in any table, and the owner sees each", func(ctx SpecContext) {
		tables := ownedTables(ctx, db)
		Expect(tables).To(ContainElements("broker_accounts", "webhook_configs", "webhook_config_versions", "webhook_routes",
			"signals", "tickets", "orders", "order_events", "positions", "refusals"))
		for _, table := range tables {
			count := fmt.Sprintf("select count(*) from public.%s where user_id = '%s'", table, e.owner.id)
			there := number(ctx, db, "", "", count)
			Expect(there).To(BeNumerically(">", 0), "rows of the owner in %s", table)
			Expect(number(ctx, db, "authenticated", e.owner.id, count)).To(Equal(there), "%s, as the owner", table)
			Expect(number(ctx, db, "authenticated", bob.id, count)).To(BeZero(), "%s, as a stranger", table)
			Expect(number(ctx, db, "authenticated", "", count)).To(BeZero(), "%s, as nobody", table)
		}
	})

	It("changes and removes none of them", func(ctx SpecContext) {
		before := e.seen(ctx)
		changes := []string{
			"update public.broker_accounts set name = 'mine', deleted_at = now()",
			"update public.webhook_configs set name = 'mine', status = 'paused', deleted_at = now()",
		}
		for _, table := range ownedTables(ctx, db) {
			changes = append(changes, "delete from public."+table, "update public."+table+" set user_id = '"+bob.id+"'")
		}
		for _, change := range changes {
			affected, err := as(ctx, db, "authenticated", bob.id, change)
			if err != nil {
				Expect(err).To(beRefusedWith(insufficientPrivilege), change)
				continue
			}
			Expect(affected).To(BeZero(), change)
		}
		Expect(e.seen(ctx)).To(Equal(before))
	})

	It("adds nothing in another's name, and routes nothing to another's account", func(ctx SpecContext) {
		own := bob.webhook(ctx, bob.account(ctx))
		for change, code := range map[string]string{
			"insert into public.broker_accounts (user_id, name, kind) values ('" + e.owner.id + "', 'theirs', 'paper')": insufficientPrivilege,
			"insert into public.webhook_configs (user_id, name) values ('" + e.owner.id + "', 'theirs')":                insufficientPrivilege,
			"insert into public.webhook_routes (user_id, webhook_config_id, version, position, broker_account_id, multiplier) values ('" +
				bob.id + "', '" + own.ID + "', 1, 1, '" + e.account + "', 1)": foreignKeyViolation,
			"insert into public.webhook_routes (user_id, webhook_config_id, version, position, broker_account_id, multiplier) values ('" +
				e.owner.id + "', '" + own.ID + "', 1, 1, '" + e.account + "', 1)": insufficientPrivilege,
			"insert into public.signals (user_id, source, action, symbol, intent, received_at, updated_at) values ('" +
				bob.id + "', 'operator', 'buy', 'AAPL', '{}', now(), now())": insufficientPrivilege,
		} {
			_, err := as(ctx, db, "authenticated", bob.id, change)
			Expect(err).To(beRefusedWith(code), change)
		}
	})

	DescribeTable("reaches nothing that is private, nor anything at all as anon",
		func(ctx SpecContext, role, schema string) {
			tables := tablesOf(ctx, db, schema)
			Expect(tables).NotTo(BeEmpty())
			for _, table := range tables {
				_, err := as(ctx, db, role, e.owner.id, "select * from "+schema+"."+table)
				Expect(err).To(beRefusedWith(insufficientPrivilege), "%s.%s", schema, table)
			}
		},
		EntryDescription("%s in %s"),
		Entry(nil, "authenticated", "private"),
		Entry(nil, "anon", "private"),
		Entry(nil, "anon", "public"),
	)
})

// ownedTables are the tables of what users see.
func ownedTables(ctx context.Context, db *pgx.Conn) []string {
	GinkgoHelper()
	return texts(ctx, db, `select table_name from information_schema.columns
		where table_schema = 'public' and column_name = 'user_id' order by 1`)
}

func tablesOf(ctx context.Context, db *pgx.Conn, schema string) []string {
	GinkgoHelper()
	return texts(ctx, db, `select relname::text from pg_class
		where relnamespace = '`+schema+`'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1`)
}

func texts(ctx context.Context, db *pgx.Conn, sql string) []string {
	GinkgoHelper()
	rows, err := db.Query(ctx, sql)
	Expect(err).NotTo(HaveOccurred())
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	Expect(err).NotTo(HaveOccurred())
	return found
}

// number runs a query for one number as a role with a user's claims.
func number(ctx context.Context, db *pgx.Conn, role, user, sql string) int64 {
	GinkgoHelper()
	var n int64
	Expect(pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if err := become(ctx, tx, role, user); err != nil {
			return err
		}
		return tx.QueryRow(ctx, sql).Scan(&n)
	})).To(Succeed())
	return n
}

// as runs a statement as a role with a user's claims, and says how many rows it
// concerned.
func as(ctx context.Context, db *pgx.Conn, role, user, sql string) (int64, error) {
	var tag pgconn.CommandTag
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) (err error) {
		if err = become(ctx, tx, role, user); err != nil {
			return err
		}
		tag, err = tx.Exec(ctx, sql)
		return err
	})
	return tag.RowsAffected(), err
}

// become does what Supabase does with a caller's token; no role is the owner of
// the database.
func become(ctx context.Context, tx pgx.Tx, role, user string) error {
	if role == "" {
		return nil
	}
	claims := map[string]string{"role": role}
	if user != "" {
		claims["sub"] = user
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "select set_config('request.jwt.claims', $1, true)", string(text)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "set local role "+role)
	return err
}

func beRefusedWith(code string) OmegaMatcher {
	return WithTransform(func(err error) string {
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
			return refused.Code
		}
		return fmt.Sprint(err)
	}, Equal(code))
}
