package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hookfill/hookfill/app/appfx"
)

func newMigrate(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to date",
		RunE: func(*cobra.Command, []string) error {
			return usagef("say `hookfill migrate up` or `hookfill migrate status`")
		},
	}
	cmd.AddCommand(newMigrateUp(env), newMigrateStatus(env))
	return cmd
}

func newMigrateUp(env environment) *cobra.Command {
	var plain bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Apply every migration that is missing",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd.Context(), env, func(ctx context.Context, db *appfx.Database) error {
				applied, err := db.Migrate(ctx, plain)
				for _, name := range applied {
					fmt.Fprintln(env.stdout, "applied "+name)
				}
				if err == nil && len(applied) == 0 {
					fmt.Fprintln(env.stdout, "nothing to do, the schema is up to date")
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&plain, "plain", false, "first prepare a PostgreSQL that is not Supabase; creates only what is missing")
	return cmd
}

func newMigrateStatus(env environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "List the migrations and whether each is applied",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd.Context(), env, func(ctx context.Context, db *appfx.Database) error {
				all, err := db.Migrations(ctx)
				if err != nil {
					return err
				}
				return printMigrations(env, asJSON, all)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	// The contract gives --plain to both; a status prepares nothing.
	cmd.Flags().Bool("plain", false, "accepted as for up; a status changes nothing")
	return cmd
}

func printMigrations(env environment, asJSON bool, all []appfx.Migration) error {
	t := table{header: []string{"VERSION", "NAME", "STATE"}}
	type row struct {
		Version string `json:"version"`
		Name    string `json:"name"`
		State   string `json:"state"`
	}
	rows := make([]row, len(all))
	for i, m := range all {
		rows[i] = row{m.Version, m.Name, migrationState(m)}
		t.rows = append(t.rows, []string{m.Version, m.Name, rows[i].State})
	}
	return show(env, asJSON, rows, t)
}

func migrationState(m appfx.Migration) string {
	switch {
	case !m.Known:
		return "unknown here"
	case m.Applied:
		return "applied"
	}
	return "pending"
}

// withDatabase runs fn on the database the settings name and stops what it had
// to start for that.
func withDatabase(ctx context.Context, env environment, fn func(context.Context, *appfx.Database) error) error {
	return withDatabaseAt(ctx, env, "", fn)
}

// withDatabaseAt is withDatabase for a command line that may name another.
func withDatabaseAt(ctx context.Context, env environment, databaseURL string, fn func(context.Context, *appfx.Database) error) (err error) {
	s, err := readSettings(env.variables())
	if err != nil {
		return err
	}
	if databaseURL != "" {
		s.DatabaseURL = databaseURL
	}
	if s.DatabaseURL == "" {
		if err := dataDir(s.DataDir).make(); err != nil {
			return err
		}
	}
	db, err := appfx.AttachDatabase(ctx, s.DatabaseURL, s.DataDir)
	if err != nil {
		return err
	}
	defer func() {
		if stopped := db.Stop(context.WithoutCancel(ctx)); err == nil {
			err = stopped
		}
	}()
	return fn(ctx, db)
}
