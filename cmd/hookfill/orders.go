package main

import (
	"context"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

func newOrders(env environment) *cobra.Command {
	cmd := group("orders", "Look at orders and cancel them")
	cmd.AddCommand(newOrdersList(env), newOrdersShow(env), newOrdersCancel(env), newOrdersUnmatched(env))
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
	var limit int
	cmd := &cobra.Command{Use: "unmatched", Short: "List orders at brokers that carry our mark and that no row accounts for, newest first"}
	cmd.Flags().IntVar(&limit, "limit", defaultShown, "how many; 0 is all")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, "/v1/unmatched-orders", nil, limit)
		if err != nil {
			return err
		}
		return out.list(items, column{"FOUND", "found_at"}, column{"ACCOUNT", "broker_account_id"}, column{"CLIENT ORDER", "client_order_id"},
			column{"BROKER ORDER", "broker_order_id"}, column{"SYMBOL", "symbol"}, column{"STATUS", "status"}, column{"FILLED", "filled_quantity"})
	})
}
