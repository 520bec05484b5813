// Package localauth issues and verifies the bearer tokens of local mode, where
// no sign-in service is configured: JSON Web Tokens (RFC 7519) signed with a key
// that never leaves the data directory. It is never used beside Supabase Auth.
package localauth

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// KeyLength is how many random bytes a signing key has.
const KeyLength = 32

// MaxTTL bounds how long a token lives.
const MaxTTL = 30 * 24 * time.Hour

const (
	issuer   = "hookfill-local"
	audience = "authenticated"
	leeway   = 30 * time.Second
)

// Tokens issues and verifies tokens of one key. It is safe for concurrent use.
type Tokens struct {
	key    []byte
	users  ports.Users
	clock  ports.Clock
	parser *jwt.Parser

	mu    sync.Mutex
	known map[domain.UserID]bool
}

var _ ports.TokenVerifier = (*Tokens)(nil)

type claims struct {
	jwt.RegisteredClaims
	Operator bool `json:"operator,omitempty"`
}

// New makes the tokens of a key of KeyLength bytes. users learns of everybody
// whose token is verified; it is nil where tokens are only issued.
func New(key []byte, users ports.Users, clock ports.Clock) (*Tokens, error) {
	if len(key) != KeyLength {
		return nil, domain.Invalid("invalid_signing_key", "", "the local signing key must be 32 bytes; remove the file to make a new one")
	}
	return &Tokens{
		key: key, users: users, clock: clock, known: map[domain.UserID]bool{},
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
			jwt.WithExpirationRequired(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(clock.Now), jwt.WithStrictDecoding(),
		),
	}, nil
}

// Issue makes a token for a caller that ends after ttl, above 0 and at most
// MaxTTL.
func (t *Tokens) Issue(caller domain.Principal, ttl time.Duration) (string, error) {
	if ttl <= 0 || ttl > MaxTTL {
		return "", domain.Invalid("invalid_ttl", "ttl", "must be above 0 and at most 720h")
	}
	if caller.UserID.IsZero() {
		return "", domain.Invalid("user_required", "user", "name the user")
	}
	now := t.clock.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: caller.UserID.String(), Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
		},
		Operator: caller.Operator,
	}).SignedString(t.key)
	if err != nil {
		return "", &domain.Error{Kind: domain.KindInternal, Code: "internal", Msg: "cannot sign a token", Err: err}
	}
	return signed, nil
}

// Verify implements ports.TokenVerifier.
func (t *Tokens) Verify(ctx context.Context, token string) (domain.Principal, error) {
	var c claims
	if _, err := t.parser.ParseWithClaims(strings.TrimSpace(token), &c, func(*jwt.Token) (any, error) { return t.key, nil }); err != nil {
		return domain.Principal{}, unauthenticated(err)
	}
	user, err := domain.ParseID[domain.User](c.Subject)
	if err != nil || user.IsZero() {
		return domain.Principal{}, unauthenticated(err)
	}
	if err := t.ensure(ctx, user); err != nil {
		return domain.Principal{}, err
	}
	return domain.Principal{UserID: user, Operator: c.Operator}, nil
}

// ensure makes a user known once a process, so that rows can be theirs.
func (t *Tokens) ensure(ctx context.Context, user domain.UserID) error {
	t.mu.Lock()
	known := t.known[user]
	t.mu.Unlock()
	if known || t.users == nil {
		return nil
	}
	if err := t.users.Ensure(ctx, user); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known[user] = true
	return nil
}

// unauthenticated is one error for every fault, so that nothing can be learned
// from trying.
func unauthenticated(cause error) error {
	return &domain.Error{
		Kind: domain.KindUnauthenticated, Code: "unauthenticated",
		Msg: "the bearer token is missing, expired or not valid here; get one with `hookfill token`", Err: cause,
	}
}
