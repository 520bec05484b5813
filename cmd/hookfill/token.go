package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookfill/hookfill/app/appfx"
	"github.com/hookfill/hookfill/domain"
)

// clientTokenTTL is how long the token lives that a client command makes for
// itself.
const clientTokenTTL = 5 * time.Minute

func newToken(env environment) *cobra.Command {
	var (
		user     string
		operator bool
		ttl      time.Duration
	)
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Print a bearer token of local mode",
		RunE: func(*cobra.Command, []string) error {
			s, err := readSettings(env.variables())
			if err != nil {
				return err
			}
			if s.supabase().On() {
				return usagef("there are no local tokens beside Supabase; sign in with `hookfill login`")
			}
			token, err := localToken(dataDir(s.DataDir), user, operator, ttl)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(env.stdout, token)
			return err
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "whom the token is for; empty is the user of the data directory")
	cmd.Flags().BoolVar(&operator, "operator", false, "let it act for every user")
	cmd.Flags().DurationVar(&ttl, "ttl", time.Hour, "how long it lives, at most 720h")
	return cmd
}

func localToken(d dataDir, user string, operator bool, ttl time.Duration) (string, error) {
	key, err := d.signingKey()
	if err != nil {
		return "", err
	}
	caller := domain.Principal{Operator: operator}
	if user == "" {
		caller.UserID, err = d.user()
	} else {
		caller.UserID, err = domain.ParseID[domain.User](user)
	}
	if err != nil {
		return "", usagef("--user: %s", err)
	}
	token, err := appfx.IssueToken(key, caller, ttl)
	if err != nil {
		return "", usagef("%s", err)
	}
	return token, nil
}
