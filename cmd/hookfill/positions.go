package main

import (
	"context"

	"github.com/spf13/cobra"
)

func newPositions(env environment) *cobra.Command {
	var by string
	cmd := &cobra.Command{Use: "positions", Short: "Show positions, by account or by webhook"}
	cmd.Flags().StringVar(&by, "by", "account", "account or webhook")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, "/v1/positions", map[string]string{"by": by}, 0)
		if err != nil {
			return err
		}
		return out.list(items, column{"ACCOUNT", "broker_account_id"}, column{"WEBHOOK", "webhook_config_id"}, column{"SYMBOL", "symbol"},
			column{"QUANTITY", "quantity"}, column{"AVERAGE PRICE", "average_price"}, column{"REALIZED", "realized_profit"})
	})
}
