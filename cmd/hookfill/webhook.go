package main

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

const webhookConfigs = "/v1/webhook-configs"

func newWebhook(env environment) *cobra.Command {
	cmd := group("webhook", "Make and keep webhook configs")
	cmd.AddCommand(
		newWebhookCreate(env), newWebhookList(env), newWebhookShow(env), newWebhookUpdate(env), newWebhookRotate(env),
		newWebhookStatus(env, "pause", "paused", "Record a webhook's alerts and refuse them"),
		newWebhookStatus(env, "resume", "active", "Execute a webhook's alerts again"),
		newWebhookDelete(env), newWebhookPreview(env), newWebhookFormerURLs(env),
	)
	return cmd
}

func newWebhookCreate(env environment) *cobra.Command {
	var name, account, multiplier, file string
	cmd := &cobra.Command{
		Use: "create", Short: "Make a webhook; its URL is shown this once",
		Long: "Make a webhook. With --file, a JSON document as POST /v1/webhook-configs takes it, and the other flags over it.\nAll risk limits are off until set.",
	}
	cmd.Flags().StringVar(&name, "name", "", "what you call it")
	cmd.Flags().StringVar(&account, "account", "", "the broker account its orders go to")
	cmd.Flags().StringVar(&multiplier, "multiplier", "1", "scales every quantity")
	cmd.Flags().StringVar(&file, "file", "", "JSON document; - is standard input")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		body := map[string]any{}
		if file != "" {
			if err := readJSON(env, file, &body); err != nil {
				return err
			}
		}
		if name != "" {
			body["name"] = name
		}
		if account != "" {
			body["routes"] = []map[string]any{{"broker_account_id": account, "multiplier": multiplier}}
		}
		made, err := c.do(ctx, resty.MethodPost, webhookConfigs, nil, body)
		if err != nil {
			return err
		}
		return out.record(made)
	})
}

func newWebhookList(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List your webhooks"}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, webhookConfigs, nil, 0)
		if err != nil {
			return err
		}
		return out.list(items, column{"ID", "id"}, column{"NAME", "name"}, column{"STATUS", "status"},
			column{"VERSION", "version"}, column{"RISK", "risk"}, column{"UPDATED", "updated_at"})
	})
}

func newWebhookShow(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "show ID", Short: "Show a webhook", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		config, err := c.do(ctx, resty.MethodGet, webhookConfigs+"/"+args[0], nil, nil)
		if err != nil {
			return err
		}
		return out.record(config)
	})
}

func newWebhookUpdate(env environment) *cobra.Command {
	var name, file string
	cmd := &cobra.Command{
		Use: "update ID", Short: "Change a webhook: fields given replace the old ones", Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&name, "name", "", "another name")
	cmd.Flags().StringVar(&file, "file", "", "JSON document as PATCH /v1/webhook-configs takes it; - is standard input")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		body := map[string]any{}
		if file != "" {
			if err := readJSON(env, file, &body); err != nil {
				return err
			}
		}
		if name != "" {
			body["name"] = name
		}
		if len(body) == 0 {
			return usagef("say what to change, with --name or --file")
		}
		changed, err := c.do(ctx, resty.MethodPatch, webhookConfigs+"/"+args[0], nil, body)
		if err != nil {
			return err
		}
		return out.record(changed)
	})
}

func newWebhookRotate(env environment) *cobra.Command {
	var overlap int
	var of string
	cmd := &cobra.Command{
		Use: "rotate ID", Short: "Issue another URL, or signing secret, and end the old ones after an overlap", Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&of, "of", "url", "url or signing_secret")
	cmd.Flags().IntVar(&overlap, "overlap", 604800, "seconds the old ones go on working, 0 to 31622400; 0 after a leak")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		issued, err := c.do(ctx, resty.MethodPost, webhookConfigs+"/"+args[0]+"/rotate", nil, map[string]any{"of": of, "overlap_seconds": overlap})
		if err != nil {
			return err
		}
		return out.record(issued)
	})
}

func newWebhookStatus(env environment, verb, status, short string) *cobra.Command {
	cmd := &cobra.Command{Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		changed, err := c.do(ctx, resty.MethodPatch, webhookConfigs+"/"+args[0], nil, map[string]any{"status": status})
		if err != nil {
			return err
		}
		return out.record(changed)
	})
}

func newWebhookFormerURLs(env environment) *cobra.Command {
	var end bool
	cmd := &cobra.Command{
		Use: "former-urls ID", Short: "List which alerts still come by a URL that was rotated out, or end those URLs", Args: cobra.ExactArgs(1),
		Long: "List which alerts came by a former URL when they last came, told apart by symbol and action.\nWith --end, end the former URLs at once instead.",
	}
	cmd.Flags().BoolVar(&end, "end", false, "end the former URLs at once")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		path := webhookConfigs + "/" + args[0] + "/former-urls"
		if end {
			if _, err := c.do(ctx, resty.MethodDelete, path, nil, nil); err != nil {
				return err
			}
			return out.done("ended the former URLs of " + args[0])
		}
		items, err := c.pages(ctx, path, nil, 0)
		if err != nil {
			return err
		}
		return out.list(items, column{"SYMBOL", "symbol"}, column{"ACTION", "action"}, column{"LAST CAME", "received_at"}, column{"SIGNAL", "signal_id"})
	})
}

func newWebhookDelete(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "delete ID", Short: "End a webhook whose orders are all over", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		if _, err := c.do(ctx, resty.MethodDelete, webhookConfigs+"/"+args[0], nil, nil); err != nil {
			return err
		}
		return out.done("deleted " + args[0])
	})
}

func newWebhookPreview(env environment) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "preview ID --file ALERT", Short: "Show what an alert would do, without doing it", Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&file, "file", "", "the alert; - is standard input")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		alert, err := readFile(env, file)
		if err != nil {
			return err
		}
		preview, err := c.do(ctx, resty.MethodPost, webhookConfigs+"/"+args[0]+"/preview", nil, alert)
		if err != nil {
			return err
		}
		return out.record(preview)
	})
}

// readFile reads a file named by a flag, or standard input for "-".
func readFile(env environment, name string) ([]byte, error) {
	switch name {
	case "":
		return nil, usagef("--file is needed; - is standard input")
	case "-":
		return io.ReadAll(env.stdin)
	}
	return os.ReadFile(name)
}

func readJSON(env environment, name string, into any) error {
	b, err := readFile(env, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return usagef("%s is not JSON: %s", name, err)
	}
	return nil
}
