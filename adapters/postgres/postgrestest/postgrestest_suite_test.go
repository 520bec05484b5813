package postgrestest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
)

func TestPostgrestest(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "postgrestest")
}

var db = postgrestest.Suite(postgrestest.Template{Name: "with_a_note", Prepare: withNote})

// withNote prepares a template by what migrations do: objects, rows, roles.
func withNote(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE TABLE notes AS SELECT 'from the template' AS note")
	return err
}

func query[T any](ctx context.Context, url, sql string) T {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, url)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	Expect(err).NotTo(HaveOccurred())
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	Expect(err).NotTo(HaveOccurred())
	return value
}

func execute(ctx context.Context, url, sql string) {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, url)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	Expect(err).NotTo(HaveOccurred())
}
