package postgres

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"github.com/pressly/goose/v3/database"
)

const historyTable = "supabase_migrations.schema_migrations"

// history is the Supabase CLI's record of what was applied, as goose wants it:
// goose applies what the CLI has not, and the CLI takes what goose applied for
// its own. The CLI keeps no version 0, which goose counts from.
type history struct{ files []migrationFile }

var _ database.StoreExtender = (*history)(nil)

// Tablename implements database.Store.
func (h *history) Tablename() string { return historyTable }

// TableExists implements database.StoreExtender. A table of an early CLI, which
// lacks columns, has yet to be made.
func (h *history) TableExists(ctx context.Context, db database.DBTxConn) (bool, error) {
	var columns int
	err := db.QueryRowContext(ctx, `
		select count(*)
		from pg_attribute
		where attrelid = to_regclass($1)
		  and attname in ('version', 'statements', 'name')
		  and not attisdropped`, historyTable).Scan(&columns)
	return columns == 3, err
}

// CreateVersionTable implements database.Store, with the CLI's own statements.
func (h *history) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, `
		create schema if not exists supabase_migrations;
		create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
		alter table supabase_migrations.schema_migrations add column if not exists statements text[];
		alter table supabase_migrations.schema_migrations add column if not exists name text`)
	return err
}

// Insert implements database.Store.
func (h *history) Insert(ctx context.Context, db database.DBTxConn, r database.InsertRequest) error {
	if r.Version == 0 {
		return nil
	}
	version := strconv.FormatInt(r.Version, 10)
	i := slices.IndexFunc(h.files, func(f migrationFile) bool { return f.version == version })
	if i < 0 {
		return database.ErrVersionNotFound
	}
	_, err := db.ExecContext(ctx,
		"insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
		version, h.files[i].name, h.files[i].statements)
	return err
}

// Delete implements database.Store. Migrations only go up.
func (h *history) Delete(context.Context, database.DBTxConn, int64) error {
	return errors.ErrUnsupported
}

// GetMigration implements database.Store.
func (h *history) GetMigration(ctx context.Context, db database.DBTxConn, version int64) (*database.GetMigrationResult, error) {
	all, err := h.ListMigrations(ctx, db)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.Version == version {
			return &database.GetMigrationResult{IsApplied: true}, nil
		}
	}
	return nil, database.ErrVersionNotFound
}

// GetLatestVersion implements database.Store.
func (h *history) GetLatestVersion(ctx context.Context, db database.DBTxConn) (int64, error) {
	all, err := h.ListMigrations(ctx, db)
	if err != nil {
		return 0, err
	}
	return all[0].Version, nil
}

// ListMigrations implements database.Store.
func (h *history) ListMigrations(ctx context.Context, db database.DBTxConn) ([]*database.ListMigrationsResult, error) {
	versions, err := readVersions(ctx, db)
	if err != nil {
		return nil, err
	}
	all := []*database.ListMigrationsResult{{Version: 0, IsApplied: true}}
	for _, text := range versions {
		version, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, &database.ListMigrationsResult{Version: version, IsApplied: true})
	}
	slices.Reverse(all)
	return all, nil
}

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// readVersions gives what the table has, in order.
func readVersions(ctx context.Context, db queryer) (versions []string, err error) {
	rows, err := db.QueryContext(ctx, "select version from supabase_migrations.schema_migrations order by version")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var version string
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return versions, rows.Err()
}
