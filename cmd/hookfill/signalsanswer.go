package main

import (
	"context"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

func newSignalsAnswer(env environment) *cobra.Command {
	var action string
	cmd := &cobra.Command{Use: "answer ID", Short: "Say what to do with a signal that waited too long and asks, or waits for its session", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&action, "action", "", "execute (after all, as things are now) or discard")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		signal, err := c.do(ctx, resty.MethodPost, "/v1/signals/"+args[0]+"/answer", nil, map[string]any{"action": action})
		if err != nil {
			return err
		}
		return out.record(signal)
	})
}
