package main

import (
	"context"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

const defaultShown = 50

func newSignals(env environment) *cobra.Command {
	cmd := group("signals", "Look at signals and replay them")
	cmd.AddCommand(newSignalsList(env), newSignalsShow(env), newSignalsReplay(env), newSignalsAnswer(env))
	return cmd
}

func newSignalsList(env environment) *cobra.Command {
	var webhook, state, symbol, source, since, until string
	var limit int
	var asks bool
	cmd := &cobra.Command{Use: "list", Short: "List signals, newest first"}
	cmd.Flags().BoolVar(&asks, "asks", false, "only those that wait for your answer")
	cmd.Flags().StringVar(&webhook, "webhook", "", "only those of this webhook config")
	cmd.Flags().StringVar(&state, "state", "", "queued, executing, done, refused, expired, superseded or needs_review")
	cmd.Flags().StringVar(&symbol, "symbol", "", "only those of this symbol")
	cmd.Flags().StringVar(&source, "source", "", "alert, operator, protection or halt")
	cmd.Flags().StringVar(&since, "since", "", "received then or later (RFC 3339)")
	cmd.Flags().StringVar(&until, "until", "", "received before (RFC 3339)")
	cmd.Flags().IntVar(&limit, "limit", defaultShown, "how many; 0 is all")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		filters := map[string]string{
			"webhook_config_id": webhook, "state": state, "symbol": symbol, "source": source, "since": since, "until": until,
		}
		if asks {
			filters["asks"] = "true"
		}
		items, err := c.pages(ctx, "/v1/signals", filters, limit)
		if err != nil {
			return err
		}
		return out.list(items, column{"ID", "id"}, column{"RECEIVED", "received_at"}, column{"SOURCE", "source"},
			column{"ACTION", "action"}, column{"SYMBOL", "symbol"}, column{"STATE", "state"})
	})
}

func newSignalsShow(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "show ID", Short: "Show a signal, its tickets, orders and timeline", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		signal, err := c.do(ctx, resty.MethodGet, "/v1/signals/"+args[0], nil, nil)
		if err != nil {
			return err
		}
		return out.record(signal)
	})
}

func newSignalsReplay(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "replay ID", Short: "Queue an alert's intent again, as a new signal", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		signal, err := c.do(ctx, resty.MethodPost, "/v1/signals/"+args[0]+"/replay", nil, nil)
		if err != nil {
			return err
		}
		return out.record(signal)
	})
}
