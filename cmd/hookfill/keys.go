package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hookfill/hookfill/app/appfx"
)

func newKeys(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Change the master key",
		RunE:  func(*cobra.Command, []string) error { return usagef("say `hookfill keys rewrap`") },
	}
	cmd.AddCommand(newKeysRewrap(env))
	return cmd
}

func newKeysRewrap(env environment) *cobra.Command {
	var databaseURL string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rewrap",
		Short: "Seal what is sealed with the present master key",
		Long: "Seals with HOOKFILL_MASTER_KEY what HOOKFILL_MASTER_KEY_PREVIOUS had sealed, and exits with 1 where neither opens\n" +
			"an account's credentials or what a webhook shares with its senders. Servers need both keys until it is done; it may run beside them, and again. It needs\n" +
			"the connection of the schema's owner.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := readSettings(env.variables())
			if err != nil {
				return err
			}
			dir := dataDir(s.DataDir)
			if s.MasterKey == "" && !dir.has(masterKeyFile) {
				return usagef("HOOKFILL_MASTER_KEY is needed: the key that servers seal credentials with from now on")
			}
			master, previous, err := dir.masterKeys(s)
			if err != nil {
				return err
			}
			return withDatabaseAt(cmd.Context(), env, databaseURL, func(ctx context.Context, db *appfx.Database) error {
				result, err := appfx.RewrapSealed(ctx, db.URL, master, previous)
				if err != nil {
					return err
				}
				return printRewrapped(env, asJSON, result)
			})
		},
	}
	cmd.Flags().StringVar(&databaseURL, "database-url", "", "the owner's connection; default is HOOKFILL_DATABASE_URL or the private PostgreSQL")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printRewrapped(env environment, asJSON bool, r appfx.Rewrapped) error {
	var err error
	if asJSON {
		err = json.NewEncoder(env.stdout).Encode(r)
	} else {
		_, err = fmt.Fprintf(env.stdout, "rewrapped %d; %d had the present key already\n", r.Rewrapped, r.Present)
	}
	if err == nil && len(r.Unreadable) > 0 {
		err = fmt.Errorf("neither key opens what is sealed of %s: set HOOKFILL_MASTER_KEY_PREVIOUS to what sealed it; else `hookfill broker rekey` an account, or give a webhook another secret",
			strings.Join(r.Unreadable, ", "))
	}
	return err
}
