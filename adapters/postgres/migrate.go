package postgres

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/migrations"
)

// Options says how to migrate.
type Options struct {
	// Plain prepares a PostgreSQL that is not Supabase: it makes the roles, the
	// auth schema and the functions that are missing, and lets the worker make
	// users. Where they are there it changes nothing.
	Plain bool
}

//go:embed plain.sql
var plainSQL string

//go:embed plain_users.sql
var plainUsersSQL string

// Migrate brings the schema to what this hookfill knows and gives the names of
// the migrations it applied, also where a later one failed. url is a direct or
// session connection of the schema's owner. Each migration is a transaction of
// its own; two that migrate at once take turns. A database that has migrations
// unknown here is KindConflict with code unknown_migrations, and stays as it is.
func Migrate(ctx context.Context, url string, o Options) (applied []string, err error) {
	db, err := openOwner(url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, translate(err)
	}
	defer func() { _ = conn.Close() }()
	// It asks for the lock again and again rather than wait inside a statement,
	// which would hold up whoever builds an index concurrently.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	if err := locker.SessionLock(ctx, conn); err != nil {
		return nil, translate(err)
	}
	// The lock ends with its connection.
	return migrate(ctx, db, o)
}

func migrate(ctx context.Context, db *sql.DB, o Options) (applied []string, err error) {
	known, err := readMigrations(migrations.Files)
	if err != nil {
		return nil, err
	}
	there, err := appliedVersions(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := refuseUnknown(known, there); err != nil {
		return nil, err
	}
	if o.Plain {
		if err := runFile(ctx, db, "plain.sql", plainSQL); err != nil {
			return nil, err
		}
	}
	provider, err := goose.NewProvider(goose.DialectCustom, db, migrations.Files,
		goose.WithStore(&history{known}),
		goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		results, err = partial.Applied, failed(path.Base(partial.Failed.Source.Path), partial.Err)
	}
	for _, r := range results {
		applied = append(applied, strings.TrimSuffix(path.Base(r.Source.Path), ".sql"))
	}
	if err != nil {
		return applied, translate(err)
	}
	if o.Plain {
		return applied, runFile(ctx, db, "plain_users.sql", plainUsersSQL)
	}
	return applied, nil
}

// openOwner connects as whoever the URL says, for a short while.
func openOwner(url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, invalidURL()
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	config.RuntimeParams["application_name"] = "hookfill migrate"
	return stdlib.OpenDB(*config), nil
}

func runFile(ctx context.Context, db *sql.DB, name, text string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return failed(name, err)
	}
	return translateCommit(tx.Commit())
}

// failed says which file it was; the cause is for whoever wrote it.
func failed(file string, err error) error {
	kind := domain.KindOf(translate(err))
	return &domain.Error{
		Kind: kind, Code: "migration_failed",
		Msg: fmt.Sprintf("%s failed, and nothing of it is applied", file), Err: err,
	}
}
