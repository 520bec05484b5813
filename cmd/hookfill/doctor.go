package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookfill/hookfill/app/appfx"
)

const doctorTimeout = 15 * time.Second

func newDoctor(env environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check database, migrations, roles, clock, brokers and keys",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := readSettings(env.variables())
			if err != nil {
				return err
			}
			key, err := dataDir(s.DataDir).signingKeyFor(s)
			if err != nil {
				return err
			}
			return withDatabase(cmd.Context(), env, func(ctx context.Context, db *appfx.Database) error {
				ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
				defer cancel()
				return report(env, asJSON, appfx.Doctor(ctx, appfx.Config{
					DatabaseURL: db.URL, APIDatabaseURL: s.APIDatabaseURL, WorkerDatabaseURL: s.WorkerDatabaseURL,
					MaxConns: s.DatabaseMaxConns, Supabase: s.supabase(), SigningKey: key,
				}))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// report prints a line a finding and fails where one does.
func report(env environment, asJSON bool, findings []appfx.Finding) error {
	var t table
	failed := 0
	for _, f := range findings {
		word := "ok"
		if !f.OK {
			word = "FAIL"
			failed++
		}
		t.rows = append(t.rows, []string{word, f.Name, f.Detail})
	}
	if err := show(env, asJSON, findings, t); err != nil {
		return err
	}
	if failed > 0 {
		return errors.New(fmt.Sprint(failed, " of ", len(findings), " checks failed; the lines marked FAIL say what to do"))
	}
	return nil
}
