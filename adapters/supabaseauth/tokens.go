package supabaseauth

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	audience = "authenticated"
	leeway   = 30 * time.Second
	// maxToken bounds what is looked at; a token in a header is far shorter.
	maxToken = 16 << 10
	// minSecret is the shortest key HS256 may have (RFC 7518, section 3.2).
	minSecret = 32
)

// Config names the project whose tokens are taken.
type Config struct {
	// URL is the project's: https, or http on this machine.
	URL string
	// JWTSecret, where it is given, is what the project's tokens are signed with;
	// its key set is then never asked for.
	JWTSecret string
}

// Tokens verifies the tokens of one project. It is safe for concurrent use.
type Tokens struct {
	parser *jwt.Parser
	secret []byte
	keys   *keySet // nil with a secret
}

var _ ports.TokenVerifier = (*Tokens)(nil)

// New makes the verifier of a project and asks it for nothing yet. A faulty
// config is KindInvalid and names the setting.
func New(c Config, clock ports.Clock) (*Tokens, error) {
	issuer, err := issuerOf(c.URL)
	if err != nil {
		return nil, err
	}
	if c.JWTSecret != "" && len(c.JWTSecret) < minSecret {
		return nil, domain.Invalid("invalid_jwt_secret", "HOOKFILL_SUPABASE_JWT_SECRET", "must have 32 characters or more")
	}
	t := &Tokens{secret: []byte(c.JWTSecret)}
	methods := []string{jwt.SigningMethodHS256.Alg()}
	if c.JWTSecret == "" {
		t.keys = newKeySet(issuer+"/.well-known/jwks.json", clock)
		methods = []string{es256, rs256}
	}
	t.parser = jwt.NewParser(
		jwt.WithValidMethods(methods), jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway), jwt.WithTimeFunc(clock.Now), jwt.WithStrictDecoding(),
	)
	return t, nil
}

// issuerOf gives what a project's tokens say issued them. Keys fetched in the
// clear could be anybody's, so that only this machine may be asked that way.
func issuerOf(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !isHere(u.Hostname())) {
		return "", domain.Invalid("invalid_supabase_url", "HOOKFILL_SUPABASE_URL",
			"must be a project's URL such as https://abcdefgh.supabase.co; http is for this machine only")
	}
	return strings.TrimRight(text, "/") + "/auth/v1", nil
}

func isHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Verify implements ports.TokenVerifier.
func (t *Tokens) Verify(ctx context.Context, token string) (domain.Principal, error) {
	token = strings.TrimSpace(token)
	if len(token) > maxToken {
		return domain.Principal{}, unauthenticated(errors.New("too long"))
	}
	var c claims
	_, err := t.parser.ParseWithClaims(token, &c, func(header *jwt.Token) (any, error) { return t.keyFor(ctx, header) })
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Kind == domain.KindUnavailable {
		return domain.Principal{}, e
	}
	if err != nil {
		return domain.Principal{}, unauthenticated(err)
	}
	return c.principal()
}

// keyFor gives the key a token has to be signed with. Which algorithm that key is
// used with is said by the key, never by the token.
func (t *Tokens) keyFor(ctx context.Context, token *jwt.Token) (any, error) {
	if _, has := token.Header["crit"]; has { // RFC 7515, section 4.1.11: nothing there is understood here
		return nil, errors.New("the token has critical headers")
	}
	if t.keys == nil {
		return t.secret, nil
	}
	kid, _ := token.Header["kid"].(string)
	if kid == "" {
		return nil, errors.New("the token names no key")
	}
	k, err := t.keys.find(ctx, kid)
	if err != nil {
		return nil, err
	}
	if k.algorithm != token.Method.Alg() {
		return nil, errors.New("the key is for another algorithm")
	}
	return k.public, nil
}

// Run keeps the key set fresh until ctx ends, and logs when it cannot and when it
// can again. With a secret there is nothing to do.
func (t *Tokens) Run(ctx context.Context, log *slog.Logger) {
	if t.keys == nil {
		return
	}
	every := time.NewTicker(fetchesApart)
	defer every.Stop()
	failing := false
	for {
		err := t.Refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			log.WarnContext(ctx, "cannot fetch the keys tokens are signed with; keys fetched before stay good", "error", err)
		case err == nil && failing:
			log.InfoContext(ctx, "the keys tokens are signed with can be fetched again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// Refresh fetches the key set where it is due: it was never fetched, it is ten
// minutes old, or the last try failed ten seconds ago or more. A set that cannot
// be fetched is KindUnavailable, and the last good one stays.
func (t *Tokens) Refresh(ctx context.Context) error {
	if t.keys == nil {
		return nil
	}
	return t.keys.refresh(ctx)
}

// Describe tells in words what tokens are verified with.
func (t *Tokens) Describe() string {
	if t.keys == nil {
		return "tokens are verified with the legacy secret"
	}
	return t.keys.describe()
}

// unauthenticated is one error for every fault, so that nothing can be learned
// from trying.
func unauthenticated(cause error) error {
	return &domain.Error{
		Kind: domain.KindUnauthenticated, Code: "unauthenticated",
		Msg: "the bearer token is missing, expired or not this Supabase project's; get one with `hookfill login`", Err: cause,
	}
}
