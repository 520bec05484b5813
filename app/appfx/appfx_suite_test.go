package appfx_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
	"github.com/hookfill/hookfill/migrations"
)

func TestAppfx(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "app/appfx")
}

// databases are copies of a migrated one.
var databases = postgrestest.Suite(postgrestest.Template{
	Name: "appfx_" + migrationsDigest(),
	Prepare: func(ctx context.Context, url string) error {
		_, err := postgres.Migrate(ctx, url, postgres.Options{Plain: true})
		return err
	},
})

func migrationsDigest() string {
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		panic(err)
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
