package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/migrations"
)

// MigrationStatus is one migration and whether the database has it.
type MigrationStatus struct {
	// Version is the file's time stamp, Name what follows it. A migration that
	// only the database knows has no name.
	Version string
	Name    string
	Applied bool
	// Known is false for a migration of a newer hookfill or of another project.
	Known bool
}

// Status lists the migrations of this hookfill and of the database, in order.
// It changes nothing.
func Status(ctx context.Context, url string) ([]MigrationStatus, error) {
	db, err := openOwner(url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	known, err := readMigrations(migrations.Files)
	if err != nil {
		return nil, err
	}
	there, err := appliedVersions(ctx, db)
	if err != nil {
		return nil, err
	}
	var list []MigrationStatus
	for _, f := range known {
		list = append(list, MigrationStatus{Version: f.version, Name: f.name, Applied: slices.Contains(there, f.version), Known: true})
	}
	for _, version := range unknown(known, there) {
		list = append(list, MigrationStatus{Version: version, Applied: true})
	}
	slices.SortFunc(list, func(a, b MigrationStatus) int { return strings.Compare(a.Version, b.Version) })
	return list, nil
}

// Pending gives the names of the migrations that Migrate would apply. It
// changes nothing.
func Pending(ctx context.Context, url string) ([]string, error) {
	list, err := Status(ctx, url)
	var names []string
	for _, m := range list {
		if !m.Applied {
			names = append(names, m.Version+"_"+m.Name)
		}
	}
	return names, err
}

// CheckSchema refuses a database whose schema is not the one this hookfill
// knows: KindConflict with code schema_outdated where migrations are missing,
// and with code unknown_migrations where there are others.
func (db *DB) CheckSchema(ctx context.Context) error {
	known, err := readMigrations(migrations.Files)
	if err != nil {
		return err
	}
	there, err := appliedVersions(ctx, db.worker)
	if err != nil {
		return err
	}
	if err := refuseUnknown(known, there); err != nil {
		return err
	}
	for _, f := range known {
		if !slices.Contains(there, f.version) {
			return domain.Conflict("schema_outdated", "the database lacks migration "+f.version+"_"+f.name+"; run `hookfill migrate up`")
		}
	}
	return nil
}

// appliedVersions gives the versions a database has, none where nobody ever
// migrated it.
func appliedVersions(ctx context.Context, db queryer) ([]string, error) {
	versions, err := readVersions(ctx, db)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && (pg.Code == "42P01" || pg.Code == "3F000") {
		return nil, nil
	}
	return versions, translate(err)
}

func unknown(known []migrationFile, there []string) []string {
	return slices.DeleteFunc(slices.Clone(there), func(version string) bool {
		return slices.ContainsFunc(known, func(f migrationFile) bool { return f.version == version })
	})
}

func refuseUnknown(known []migrationFile, there []string) error {
	others := unknown(known, there)
	if len(others) == 0 {
		return nil
	}
	return domain.Conflict("unknown_migrations", "the database has migrations that this hookfill does not know ("+
		strings.Join(others, ", ")+"); run the hookfill that made them, or a newer one")
}
