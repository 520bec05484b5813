package main

import (
	"context"
	"strings"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

const (
	haltsPath    = "/v1/halts"
	scopeFlagUse = "all (operators), user, account:ID, webhook:ID or symbol:SYMBOL"
)

func newHalt(env environment) *cobra.Command {
	var mode, scope, reason string
	var list bool
	cmd := &cobra.Command{
		Use: "halt --mode halt|reduce-only|flatten", Short: "Stop trading: the kill switch",
		Long: "halt sends no order at all: entries are refused, exits wait for `hookfill resume`.\n" +
			"reduce-only lets exits through and refuses entries.\n" +
			"flatten is reduce-only, and ends every order and position in scope, once.",
	}
	cmd.Flags().StringVar(&mode, "mode", "", "halt, reduce-only or flatten")
	cmd.Flags().StringVar(&scope, "scope", "user", scopeFlagUse)
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever looks at it later")
	cmd.Flags().BoolVar(&list, "list", false, "show the halts in force and set none")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		if list {
			return listHalts(ctx, c, out)
		}
		words := map[string]string{"halt": "halt", "reduce-only": "reduce_only", "flatten": "flatten"}
		if words[mode] == "" {
			return usagef("--mode must be halt, reduce-only or flatten")
		}
		body, err := haltTarget(scope)
		if err != nil {
			return err
		}
		body["mode"] = words[mode]
		if reason != "" {
			body["reason"] = reason
		}
		halt, err := c.do(ctx, resty.MethodPut, haltsPath, nil, body)
		if err != nil {
			return err
		}
		return out.record(halt)
	})
}

func listHalts(ctx context.Context, c *client, out printer) error {
	items, err := c.pages(ctx, haltsPath, nil, 0)
	if err != nil {
		return err
	}
	return out.list(items, column{"SCOPE", "scope"}, column{"MODE", "mode"}, column{"ACCOUNT", "broker_account_id"},
		column{"WEBHOOK", "webhook_config_id"}, column{"SYMBOL", "symbol"}, column{"SINCE", "since"}, column{"REASON", "reason"})
}

func newResume(env environment) *cobra.Command {
	var scope string
	cmd := &cobra.Command{Use: "resume", Short: "Lift a halt"}
	cmd.Flags().StringVar(&scope, "scope", "user", scopeFlagUse+", as it was halted")
	return clientCommand(env, cmd, func(ctx context.Context, c *client, _ []string, out printer) error {
		target, err := haltTarget(scope)
		if err != nil {
			return err
		}
		if _, err := c.do(ctx, resty.MethodDelete, haltsPath, target, nil); err != nil {
			return err
		}
		return out.done("the halt of scope " + scope + " is lifted")
	})
}

// haltTarget reads a scope as the API names its parts.
func haltTarget(scope string) (map[string]string, error) {
	name, id, named := strings.Cut(scope, ":")
	field := map[string]string{"account": "broker_account_id", "webhook": "webhook_config_id", "symbol": "symbol"}[name]
	switch {
	case (name == "all" || name == "user") && !named:
		return map[string]string{"scope": name}, nil
	case field != "" && id != "":
		return map[string]string{"scope": name, field: id}, nil
	}
	return nil, usagef("--scope must be %s", scopeFlagUse)
}
