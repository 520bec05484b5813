package verify_test

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
	"github.com/hookfill/hookfill/migrations"
)

func TestVerify(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "cmd/hookfill/verify")
}

//go:embed testdata/world.sql
var world string

// worlds are copies of one in which everything holds.
var worlds = postgrestest.Suite(postgrestest.Template{Name: "verify_" + digest(), Prepare: makeWorld})

func makeWorld(ctx context.Context, url string) error {
	if _, err := postgres.Migrate(ctx, url, postgres.Options{Plain: true}); err != nil {
		return err
	}
	return run(ctx, url, world)
}

// digest changes with whatever makes the world.
func digest() string {
	h := sha256.New()
	h.Write([]byte(world))
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) == 0 {
		panic("no migrations")
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			panic(err)
		}
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// run executes statements as the superuser who made the world.
func run(ctx context.Context, url, statements string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statements)
	return err
}
