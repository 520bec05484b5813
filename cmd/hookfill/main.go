// Command hookfill receives trading alerts and turns each into exactly one
// order: the server, its migrations and a client for its API.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // sessions name zones, and not every machine knows them

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, environment{args: os.Args[1:], getenv: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}

// The exit codes of every command.
const (
	exitDone  = 0
	exitFail  = 1
	exitUsage = 2
)

// run executes one command line and gives its exit code. An error is one line
// that says what to do.
func run(ctx context.Context, env environment) int {
	root := newRoot(env)
	root.SetArgs(env.args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(env.stderr, "hookfill: "+oneLine(err))
	if isUsage(err) {
		return exitUsage
	}
	return exitFail
}

func newRoot(env environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "hookfill",
		Short: "Webhook in, fill out. Once.",
		Long:  "hookfill receives trading alerts by webhook, makes each a durable signal and turns it into exactly one order at a broker.",

		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%s; see `%s --help`", err, cmd.CommandPath())
	})
	root.AddCommand(
		newServe(env), newMigrate(env), newToken(env), newLogin(env), newDoctor(env), newVerify(env), newKeys(env),
		newBroker(env), newWebhook(env), newSend(env), newSignals(env), newOrders(env), newReview(env), newPositions(env),
		newHalt(env), newResume(env), newPaper(env),
	)
	return refuseStrangers(root)
}

// refuseStrangers makes a word that is no subcommand wrong usage, also below the
// root.
func refuseStrangers(cmd *cobra.Command) *cobra.Command {
	for _, sub := range cmd.Commands() {
		refuseStrangers(sub)
	}
	check := cmd.Args
	if check == nil {
		check = cobra.NoArgs
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%s; see `%s --help`", err, cmd.CommandPath())
		}
		return nil
	}
	return cmd
}

// oneLine keeps an error to one line, whatever it wraps.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
