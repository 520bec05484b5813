package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hookfill/hookfill/app/appfx"
	"github.com/hookfill/hookfill/cmd/hookfill/verify"
)

func newVerify(env environment) *cobra.Command {
	var databaseURL string
	var asJSON bool
	var options verify.Options
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Judge the database and the brokers' records by the invariants",
		Long: "verify reads one snapshot of the database and each broker's own record, says of every invariant\n" +
			"whether it holds, names the rows that break one and exits with 1 if any does. It writes nothing,\n" +
			"may run beside busy servers, and needs the connection of the schema's owner. To read Alpaca's record\n" +
			"it needs the server's master key and HOOKFILL_EGRESS_ALLOW as well.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabaseAt(cmd.Context(), env, databaseURL, func(ctx context.Context, db *appfx.Database) error {
				options.URL = db.URL
				records, err := recordsOfAlpaca(env)
				if err != nil {
					return err
				}
				options.Records = records
				report, err := verify.Check(ctx, options)
				if err != nil {
					return err
				}
				return printVerdict(env, asJSON, report)
			})
		},
	}
	cmd.Flags().StringVar(&databaseURL, "database-url", "", "the owner's connection; default is HOOKFILL_DATABASE_URL or the private PostgreSQL")
	cmd.Flags().StringArrayVar(&options.Canaries, "canary", nil, "a planted secret that must be stored nowhere (any number; not a live one, others see command lines)")
	cmd.Flags().BoolVar(&options.Drained, "drained", false, "also nothing may be left to do (I7)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// recordsOfAlpaca reads Alpaca's record where there is a master key to open accounts
// with; it makes none.
func recordsOfAlpaca(env environment) ([]verify.Record, error) {
	s, err := readSettings(env.variables())
	if err != nil {
		return nil, err
	}
	dir := dataDir(s.DataDir)
	if s.MasterKey == "" && !dir.has(masterKeyFile) {
		return nil, nil
	}
	master, previous, err := dir.masterKeys(s)
	if err != nil {
		return nil, err
	}
	egress, err := s.egress()
	if err != nil {
		return nil, err
	}
	record, err := appfx.NewAlpacaRecord(master, previous, egress, verify.ErrNoRecord)
	if err != nil {
		return nil, err
	}
	return []verify.Record{verify.Alpaca{Page: record.Page}}, nil
}

// printVerdict prints a line an invariant and one a broken row, and fails where
// there is one.
func printVerdict(env environment, asJSON bool, r verify.Report) error {
	t := table{header: []string{"", "BROKEN", "INVARIANT"}}
	for _, i := range r.Invariants {
		word, broken := "ok", strconv.Itoa(i.Broken)
		switch {
		case !i.Judged:
			word, broken = "-", "not asked"
		case i.Broken > 0:
			word = "BROKEN"
		}
		t.rows = append(t.rows, []string{word, broken, i.ID + " " + i.Rule})
		for _, row := range i.Rows {
			t.rows = append(t.rows, []string{"", "", "  " + row.Subject + " " + row.Problem})
		}
		if more := i.Broken - len(i.Rows); more > 0 {
			t.rows = append(t.rows, []string{"", "", fmt.Sprintf("  and %d more", more)})
		}
	}
	for _, account := range r.WithoutRecord {
		t.rows = append(t.rows, []string{"-", "not judged", "what the broker of account " + account + " did: its record cannot be read here"})
	}
	n := r.Totals
	t.rows = append(t.rows, []string{"", "", fmt.Sprintf("%d deliveries, %d signals, %d tickets in %d lanes, %d orders, %d orders at brokers",
		n.Deliveries, n.Signals, n.Tickets, n.Lanes, n.Orders, n.BrokerOrders)})
	if err := show(env, asJSON, r, t); err != nil {
		return err
	}
	if broken := r.Broken(); broken > 0 {
		return fmt.Errorf("%d of %d invariants are broken; the lines marked BROKEN name the rows", broken, len(r.Invariants))
	}
	return nil
}
