package main

import (
	"context"
	"strconv"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

const unmatchedPath = "/v1/unmatched-orders"

func newOrders(env environment) *cobra.Command {
	cmd := group("orders", "Look at orders, cancel and settle them")
	cmd.AddCommand(newOrdersList(env), newOrdersShow(env), newOrdersCancel(env), newOrdersUnmatched(env), newOrdersSettle(env))
	return cmd
}

func newOrdersList(env environment) *cobra.Command {
	var signal, account, symbol, status, submission string
	var limit int
	cmd := &cobra.Command{Use: "list", Short: "List orders, newest first"}
	cmd.Flags().StringVar(&signal, "signal", "", "only those of this signal")
	cmd.Flags().StringVar(&account, "account", "", "only those at this broker account")
	cmd.Flags().StringVar(&symbol, "symbol", "", "only those of this symbol")
	cmd.Flags().StringVar(&status, "status", "", "only those of this status, such as new or filled")
	cmd.Flags().StringVar(&submission, "submission", "", "only those submitted this far, such as acknowledged or unknown")
	cmd.Flags().IntVar(&limit, "limit", defaultShown, "how many; 0 is all")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, "/v1/orders", map[string]string{
			"signal_id": signal, "broker_account_id": account, "symbol": symbol, "status": status, "submission": submission,
		}, limit)
		if err != nil {
			return err
		}
		return out.list(items, column{"ID", "id"}, column{"CREATED", "created_at"}, column{"SYMBOL", "symbol"}, column{"SIDE", "side"},
			column{"TYPE", "type"}, column{"QUANTITY", "quantity"}, column{"SUBMISSION", "submission"}, column{"STATUS", "status"},
			column{"FILLED", "filled_quantity"}, column{"PRICE", "average_fill_price"})
	})
}

func newOrdersShow(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "show ID", Short: "Show an order, its attempts and fills", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		order, err := c.do(ctx, resty.MethodGet, "/v1/orders/"+args[0], nil, nil)
		if err != nil {
			return err
		}
		return out.record(order)
	})
}

func newOrdersCancel(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "cancel ID", Short: "Ask the broker to end an order", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		order, err := c.do(ctx, resty.MethodPost, "/v1/orders/"+args[0]+"/cancel", nil, nil)
		if err != nil {
			return err
		}
		return out.record(order)
	})
}

func newOrdersUnmatched(env environment) *cobra.Command {
	var (
		limit   int
		settled bool
	)
	cmd := &cobra.Command{
		Use: "unmatched", Short: "List orders at brokers that carry our mark and that no row accounts for, newest first",
		Long: "Lists what is to be settled: `hookfill orders settle`. With --settled it lists what was, and what came of it.",
	}
	cmd.Flags().IntVar(&limit, "limit", defaultShown, "how many; 0 is all")
	cmd.Flags().BoolVar(&settled, "settled", false, "those that are settled, in place of those that are not")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, unmatchedPath, map[string]string{"settled": strconv.FormatBool(settled)}, limit)
		if err != nil {
			return err
		}
		shown := []column{
			{"ID", "id"},
			{"FOUND", "found_at"},
			{"ACCOUNT", "broker_account_id"},
			{"CLIENT ORDER", "client_order_id"},
			{"BROKER ORDER", "broker_order_id"},
			{"SYMBOL", "symbol"},
			{"STATUS", "status"},
			{"FILLED", "filled_quantity"},
		}
		if settled {
			shown = append(shown, column{"VERDICT", "verdict"}, column{"NOTE", "note"}, column{"OUTCOME", "outcome"})
		}
		return out.list(items, shown...)
	})
}

func newOrdersSettle(env environment) *cobra.Command {
	var verdict, note string
	cmd := &cobra.Command{
		Use: "settle ID", Short: "Say what to make of an unmatched order", Args: cobra.ExactArgs(1),
		Long: "acknowledge: it is known, and listed no more among those to be settled.\n" +
			"cancel: a server asks the broker to end it; `hookfill orders unmatched --settled` tells what came of that.",
	}
	cmd.Flags().StringVar(&verdict, "verdict", "", "acknowledge or cancel")
	cmd.Flags().StringVar(&note, "note", "", "why; kept with the order")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		order, err := c.do(ctx, resty.MethodPost, unmatchedPath+"/"+args[0]+"/settle", nil, map[string]any{"verdict": verdict, "note": note})
		if err != nil {
			return err
		}
		return out.record(order)
	})
}
