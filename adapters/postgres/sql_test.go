package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

// sqlConn connects as whoever the URL says, until the spec ends.
func sqlConn(ctx context.Context, url string) *pgx.Conn {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, url)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	return conn
}

// sqlExec runs statements that must succeed.
func sqlExec(ctx context.Context, conn *pgx.Conn, statement string, args ...any) {
	GinkgoHelper()
	_, err := conn.Exec(ctx, statement, args...)
	Expect(err).NotTo(HaveOccurred(), statement)
}

// sqlRows gives a query's rows, each joined with spaces.
func sqlRows(ctx context.Context, conn *pgx.Conn, query string, args ...any) []string {
	GinkgoHelper()
	rows, err := conn.Query(ctx, query, args...)
	Expect(err).NotTo(HaveOccurred(), query)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		values, err := row.Values()
		return strings.TrimSpace(fmt.Sprintln(values...)), err
	})
	Expect(err).NotTo(HaveOccurred(), query)
	return list
}

// sqlAs runs fn in a transaction as a role, with a user's claims where one is
// given, as PostgREST would; nothing of it is kept.
func sqlAs(ctx context.Context, conn *pgx.Conn, role string, user *domain.UserID, fn func(tx pgx.Tx)) {
	GinkgoHelper()
	tx, err := conn.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = tx.Rollback(ctx) }()
	claims := ""
	if user != nil {
		claims = fmt.Sprintf(`{"sub": %q, "role": %q}`, user, role)
	}
	_, err = tx.Exec(ctx, "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", role, claims)
	Expect(err).NotTo(HaveOccurred())
	fn(tx)
}

// sqlTry runs one statement of a transaction that may go on if it fails.
func sqlTry(ctx context.Context, tx pgx.Tx, statement string, args ...any) (rows int64, err error) {
	GinkgoHelper()
	within, err := tx.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	tag, failure := within.Exec(ctx, statement, args...)
	Expect(within.Rollback(ctx)).To(Succeed())
	return tag.RowsAffected(), failure
}

// beSQLState matches an error of PostgreSQL with the given SQLSTATE.
func beSQLState(code string) types.GomegaMatcher {
	return WithTransform(func(err error) string {
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
			return pg.Code
		}
		return fmt.Sprint(err)
	}, Equal(code))
}

// urlAs is a URL of the same database for another login.
func urlAs(rawURL, user, password string) string {
	GinkgoHelper()
	u, err := url.Parse(rawURL)
	Expect(err).NotTo(HaveOccurred())
	// Both places may name a user, and the query wins.
	u.User = url.UserPassword(user, password)
	q := u.Query()
	q.Del("user")
	q.Del("password")
	u.RawQuery = q.Encode()
	return u.String()
}

// newLogin makes a role that can log in, with options, until the spec ends.
// Databases it owns are to be made later.
func newLogin(ctx context.Context, options string) (name, password string) {
	GinkgoHelper()
	name, password = "hookfill_test_"+strings.ToLower(rand.Text()), rand.Text()
	conn := sqlConn(ctx, databases.Server().URL())
	sqlExec(ctx, conn, "create role "+name+" login password '"+password+"' "+options)
	DeferCleanup(func(ctx context.Context) { sqlExec(ctx, conn, "drop owned by "+name+"; drop role "+name) })
	return name, password
}

// openStore opens a database for specs until the spec ends.
func openStore(ctx context.Context, url string) *postgres.DB {
	GinkgoHelper()
	db, err := postgres.Open(ctx, postgres.Config{URL: url, MaxConns: 8, Throwaway: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return db
}

// storeUser makes a new user known.
func storeUser(ctx context.Context, db *postgres.DB) domain.Principal {
	GinkgoHelper()
	p := domain.Principal{UserID: domain.UserID{UUID: uuid.Must(uuid.NewV7())}}
	Expect(postgres.NewUsers(db).Ensure(ctx, p.UserID)).To(Succeed())
	return p
}
