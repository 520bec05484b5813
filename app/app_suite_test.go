package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
	"github.com/hookfill/hookfill/migrations"
)

func TestApp(t *testing.T) {
	RegisterFailHandler(Fail)
	// What never comes fails its spec soon, not the whole run late.
	EnforceDefaultTimeoutsWhenUsingContexts()
	SetDefaultEventuallyTimeout(10 * time.Second)
	RunSpecs(t, "app")
}

// databases are copies of a migrated one.
var databases = postgrestest.Suite(postgrestest.Template{
	Name: "migrated_" + schemaDigest(),
	Prepare: func(ctx context.Context, url string) error {
		_, err := postgres.Migrate(ctx, url, postgres.Options{Plain: true})
		return err
	},
})

// schemaDigest changes with whatever makes the schema.
func schemaDigest() string {
	h := sha256.New()
	for _, files := range []fs.FS{migrations.Files, os.DirFS("../adapters/postgres")} {
		names, err := fs.Glob(files, "*.sql")
		if err != nil || len(names) == 0 {
			panic("no SQL to digest")
		}
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				panic(err)
			}
			h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
