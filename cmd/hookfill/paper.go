package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hookfill/hookfill/app/appfx"
	"github.com/hookfill/hookfill/domain"
)

// paperFlags are what `hookfill paper` takes.
type paperFlags struct {
	listen, data, cash, keys     string
	alwaysOpen, pricesFromOrders bool
	partialFills                 uint64
}

func newPaper(env environment) *cobra.Command {
	var f paperFlags
	s, settingsErr := readSettings(env.variables())
	cmd := &cobra.Command{
		Use:   "paper",
		Short: "Serve the paper broker alone, speaking Alpaca's API",
		Long: `Serves paper accounts behind Alpaca's trading API. Point any Alpaca client at it:
every key pair has an account of its own. Say what a symbol trades at with

  curl http://127.0.0.1:8090/sim/quotes -H 'APCA-API-KEY-ID: a' -H 'APCA-API-SECRET-KEY: b' \
    -d '{"symbol":"AAPL","bid":"187.30","ask":"187.32","last":"187.31"}'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if settingsErr != nil {
				return settingsErr
			}
			c := appfx.PaperConfig{Listen: f.listen, DataDir: f.data, AlwaysOpen: f.alwaysOpen, PricesFromOrders: f.pricesFromOrders}
			if cmd.Flags().Changed("partial-fills") {
				c.PartialFills = &f.partialFills
			}
			return servePaper(cmd.Context(), env, s, f, c)
		},
	}
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8090", "address to listen on")
	cmd.Flags().StringVar(&f.data, "data", "", "directory that keeps the accounts over restarts; without it they end with the process")
	cmd.Flags().StringVar(&f.cash, "cash", "100000", "cash that an account starts with")
	cmd.Flags().StringVar(&f.keys, "keys", "", "file with the key pairs to let in, one `key:secret` a line; any without it")
	cmd.Flags().BoolVar(&f.alwaysOpen, "always-open", false, "trade shares at any time, not in the sessions of the New York Stock Exchange")
	cmd.Flags().Uint64Var(&f.partialFills, "partial-fills", 0, "fill one order in ten in part first, as this seed has it; none without it")
	cmd.Flags().BoolVar(&f.pricesFromOrders, "prices-from-orders", false, "take a limit price as the market of a symbol that nobody quoted")
	return cmd
}

func servePaper(ctx context.Context, env environment, s settings, f paperFlags, c appfx.PaperConfig) error {
	log, err := newLogger(s, env.stderr)
	if err != nil {
		return err
	}
	c.Log = log
	if c.Cash, err = domain.ParseMoney(f.cash); err != nil || c.Cash.Cmp(domain.Money{}) < 0 {
		return usagef("--cash must be an amount of money such as 100000")
	}
	if c.Keys, err = readKeyPairs(f.keys); err != nil {
		return err
	}
	return appfx.ServePaper(ctx, c, func(address string) {
		log.InfoContext(ctx, "started", "version", version, "listen", address)
		fmt.Fprintf(env.stdout, "hookfill %s trades on paper at http://%s\n", version, address)
	})
}

// readKeyPairs reads a file of key pairs. What is wrong with a line is told
// without the line: it may hold a secret.
func readKeyPairs(path string) (map[string]string, error) {
	if path == "" {
		return map[string]string{}, nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	pairs := map[string]string{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, secret, found := strings.Cut(line, ":")
		if !found || id == "" || secret == "" {
			return nil, usagef("line %d of %s is no key pair; write key:secret", n+1, path)
		}
		pairs[id] = secret
	}
	if len(pairs) == 0 {
		return nil, usagef("%s holds no key pair; write key:secret, one a line", path)
	}
	return pairs, nil
}
