package main

import (
	"context"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

func newReview(env environment) *cobra.Command {
	cmd := group("review", "Settle orders that only a person can judge")
	cmd.AddCommand(newReviewList(env), newReviewSettle(env))
	return cmd
}

func newReviewList(env environment) *cobra.Command {
	var limit int
	cmd := &cobra.Command{Use: "list", Short: "List orders the broker may or may not have, newest first"}
	cmd.Flags().IntVar(&limit, "limit", defaultShown, "how many; 0 is all")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, "/v1/reviews", nil, limit)
		if err != nil {
			return err
		}
		return out.list(items, column{"TICKET", "ticket_id"}, column{"REASON", "reason"})
	})
}

func newReviewSettle(env environment) *cobra.Command {
	var action, reason, brokerOrder string
	cmd := &cobra.Command{Use: "settle TICKET", Short: "Say what became of a ticket's order", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&action, "action", "", "adopt (the broker has it), not_placed (it never will) or resend (send it once more)")
	cmd.Flags().StringVar(&reason, "reason", "", "why; kept with the order")
	cmd.Flags().StringVar(&brokerOrder, "broker-order", "", "for adopt: which of the broker's orders it is")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		body := map[string]any{"action": action, "reason": reason}
		if brokerOrder != "" {
			body["broker_order_id"] = brokerOrder
		}
		order, err := c.do(ctx, resty.MethodPost, "/v1/reviews/"+args[0]+"/settle", nil, body)
		if err != nil {
			return err
		}
		return out.record(order)
	})
}
