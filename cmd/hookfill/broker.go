package main

import (
	"context"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

const brokerAccounts = "/v1/broker-accounts"

func newBroker(env environment) *cobra.Command {
	cmd := group("broker", "Open and keep broker accounts")
	cmd.AddCommand(newBrokerAdd(env), newBrokerList(env), newBrokerCheck(env), newBrokerRekey(env), newBrokerRemove(env))
	return cmd
}

// group is a command that only holds others.
func group(name, short string) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, RunE: func(cmd *cobra.Command, _ []string) error {
		return usagef("name a subcommand; see `%s --help`", cmd.CommandPath())
	}}
}

func newBrokerAdd(env environment) *cobra.Command {
	var name, kind, cash, money, baseURL, credentials string
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Open a broker account",
		Long: "Open a broker account.\n\nCredentials for Alpaca come from --credentials, a file or - for stdin, with\n" +
			`{"key_id":"…","secret_key":"…"} or {"oauth_token":"…"} in it, else from the environment:` +
			"\nAPCA_API_KEY_ID and APCA_API_SECRET_KEY, or APCA_API_OAUTH. They are never arguments.",
	}
	cmd.Flags().StringVar(&name, "name", "paper", "what you call it")
	cmd.Flags().StringVar(&kind, "kind", "paper", "paper or alpaca")
	cmd.Flags().StringVar(&money, "environment", "", "alpaca: live or paper")
	cmd.Flags().StringVar(&baseURL, "base-url", "", "alpaca: where its API is, if not at Alpaca's own address")
	cmd.Flags().StringVar(&credentials, "credentials", "", "alpaca: file with the credentials, - for stdin")
	cmd.Flags().StringVar(&cash, "cash", "100000", "what a paper account starts with")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		body := map[string]any{"name": name, "kind": kind}
		switch kind {
		case "paper":
			if money != "" || baseURL != "" || credentials != "" {
				return usagef("--environment, --base-url and --credentials are for --kind alpaca")
			}
			body["settings"] = map[string]any{"cash": cash}
		case "alpaca":
			if cmd.Flags().Changed("cash") {
				return usagef("--cash is for --kind paper")
			}
			given, err := readCredentials(env, credentials)
			if err != nil {
				return err
			}
			body["environment"], body["credentials"] = money, given
			if baseURL != "" {
				body["base_url"] = baseURL
			}
		}
		made, err := c.do(ctx, resty.MethodPost, brokerAccounts, nil, body)
		if err != nil {
			return err
		}
		return out.record(made)
	})
}

func newBrokerList(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List your broker accounts"}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		items, err := c.pages(ctx, brokerAccounts, nil, 0)
		if err != nil {
			return err
		}
		return out.list(items, column{"ID", "id"}, column{"NAME", "name"}, column{"KIND", "kind"}, column{"TROUBLE", "trouble.code"}, column{"CREATED", "created_at"})
	})
}

func newBrokerCheck(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "check ID", Short: "Ask the broker how the account stands", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		summary, err := c.do(ctx, resty.MethodPost, brokerAccounts+"/"+args[0]+"/check", nil, nil)
		if err != nil {
			return err
		}
		return out.record(summary)
	})
}

func newBrokerRekey(env environment) *cobra.Command {
	var credentials string
	cmd := &cobra.Command{Use: "rekey ID", Short: "Give an account other credentials, read as by `broker add`", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&credentials, "credentials", "", "file with the credentials, - for stdin")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		given, err := readCredentials(env, credentials)
		if err != nil {
			return err
		}
		changed, err := c.do(ctx, resty.MethodPatch, brokerAccounts+"/"+args[0], nil, map[string]any{"credentials": given})
		if err != nil {
			return err
		}
		return out.record(changed)
	})
}

func newBrokerRemove(env environment) *cobra.Command {
	cmd := &cobra.Command{Use: "remove ID", Short: "Close an account nothing is open or routed in", Args: cobra.ExactArgs(1)}
	return clientCommand(env, cmd, func(ctx context.Context, c *client, args []string, out printer) error {
		if _, err := c.do(ctx, resty.MethodDelete, brokerAccounts+"/"+args[0], nil, nil); err != nil {
			return err
		}
		return out.done("removed " + args[0])
	})
}
