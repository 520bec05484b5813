package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func newLogin(env environment) *cobra.Command {
	var (
		email   string
		refresh bool
	)
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in to the Supabase project, for the commands that follow",
		Long: "Signs in to the project HOOKFILL_SUPABASE_URL names, with HOOKFILL_SUPABASE_PUBLISHABLE_KEY. The password is asked for, or\n" +
			"read from stdin; with --refresh-token, a refresh token is. The tokens are kept in the data directory, readable by its\n" +
			"owner alone, and renewed before they end.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := readSettings(env.variables())
			if err != nil {
				return err
			}
			if !s.supabase().On() {
				return usagef("HOOKFILL_SUPABASE_URL is needed; local mode needs no login")
			}
			if err := s.supabase().Check(); err != nil {
				return err
			}
			if s.SupabaseKey == "" {
				return usagef("HOOKFILL_SUPABASE_PUBLISHABLE_KEY is needed; the project's settings show it under API keys")
			}
			if refresh == (email != "") {
				return usagef("name either --email or --refresh-token")
			}
			return login(cmd.Context(), env, s, email)
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "who signs in, with a password")
	cmd.Flags().BoolVar(&refresh, "refresh-token", false, "read a refresh token instead of a password")
	return cmd
}

// login signs in and keeps the session; without an email, by a refresh token.
func login(ctx context.Context, env environment, s settings, email string) error {
	grant, what := "password", "password"
	if email == "" {
		grant, what = "refresh_token", "refresh token"
	}
	secret, err := readSecret(env, what)
	if err != nil {
		return err
	}
	body := map[string]string{"email": email, "password": secret}
	if email == "" {
		body = map[string]string{"refresh_token": secret}
	}
	got, err := session{URL: s.SupabaseURL, Key: s.SupabaseKey}.ask(ctx, grant, body)
	if err != nil {
		return err
	}
	dir := dataDir(s.DataDir)
	if err := dir.make(); err != nil {
		return err
	}
	turn, err := dir.takeTurn()
	if err != nil {
		return err
	}
	defer turn.Close()
	if err := dir.keepSession(got); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "signed in to %s as %s\n", got.URL, got.Email)
	return err
}

// maxSecret is more than a password or a refresh token has.
const maxSecret = 4 << 10

// readSecret asks for a secret on a terminal, without showing it, and elsewhere
// reads the first line of stdin.
func readSecret(env environment, what string) (string, error) {
	var secret string
	if file, is := env.stdin.(*os.File); is && term.IsTerminal(int(file.Fd())) { //nolint:gosec // a file descriptor is an int
		fmt.Fprintf(env.stderr, "%s: ", what)
		text, err := term.ReadPassword(int(file.Fd())) //nolint:gosec // a file descriptor is an int
		fmt.Fprintln(env.stderr)
		if err != nil {
			return "", fmt.Errorf("cannot read the %s: %w", what, err)
		}
		secret = string(text)
	} else {
		line, err := bufio.NewReader(io.LimitReader(env.stdin, maxSecret)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("cannot read the %s: %w", what, err)
		}
		secret = strings.TrimRight(line, "\r\n")
	}
	if secret == "" {
		return "", usagef("the %s is read from stdin, and nothing was there", what)
	}
	return secret, nil
}
