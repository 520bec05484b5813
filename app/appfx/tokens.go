package appfx

import (
	"context"
	"time"

	"go.uber.org/fx"

	"github.com/hookfill/hookfill/adapters/localauth"
	"github.com/hookfill/hookfill/adapters/supabaseauth"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Supabase names the project whose Auth signs users in. Its zero value is local
// mode.
type Supabase struct {
	// URL is the project's, JWTSecret its legacy secret where it still signs with
	// that.
	URL, JWTSecret string
}

// On tells whether a project is named.
func (s Supabase) On() bool { return s != Supabase{} }

// Check refuses settings that name no project, by the setting's name. It asks the
// project for nothing.
func (s Supabase) Check() error {
	if !s.On() {
		return nil
	}
	_, err := supabaseauth.New(supabaseauth.Config(s), system.NewClock())
	return err
}

// newTokens gives the one verifier of a process: a project's or local mode's.
func newTokens(lc fx.Lifecycle, c Config, users ports.Users, clock ports.Clock) (ports.TokenVerifier, error) {
	if !c.Supabase.On() {
		return localauth.New(c.SigningKey, users, clock)
	}
	tokens, err := supabaseauth.New(supabaseauth.Config(c.Supabase), clock)
	if err != nil {
		return nil, err
	}
	if c.Role.takesIn() {
		background(lc, func(ctx context.Context) { tokens.Run(ctx, c.Log) })
	}
	return tokens, nil
}

// checkTokens tells what tokens are verified with, and what is wrong with it.
func checkTokens(ctx context.Context, c Config) (string, error) {
	if !c.Supabase.On() {
		return "the signing key of local mode is there", keyFault(c.SigningKey)
	}
	tokens, err := supabaseauth.New(supabaseauth.Config(c.Supabase), system.NewClock())
	if err != nil {
		return "", err
	}
	err = tokens.Refresh(ctx)
	return tokens.Describe(), err
}

// SigningKeyLength is how many random bytes the key of local mode has.
const SigningKeyLength = localauth.KeyLength

// IssueToken makes a bearer token of local mode, which a server with the same
// key accepts until ttl is over.
func IssueToken(key []byte, caller domain.Principal, ttl time.Duration) (string, error) {
	tokens, err := localauth.New(key, nil, system.NewClock())
	if err != nil {
		return "", err
	}
	return tokens.Issue(caller, ttl)
}
