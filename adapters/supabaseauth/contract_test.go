package supabaseauth_test

import (
	"context"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/supabaseauth"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

// tokensOf makes what the contract asks for of a project's signers, the first of
// which signs what is refused.
func tokensOf(p *project, stranger signer, signers ...signer) portstest.Tokens {
	ada, root := uuid.New(), uuid.New()
	tokens := portstest.Tokens{Accepted: map[string]domain.Principal{}}
	for _, s := range signers {
		tokens.Accepted[s.sign(p.claims(ada, nil), nil)] = principal(ada)
		tokens.Accepted[s.sign(p.claims(root, jwt.MapClaims{"app_metadata": map[string]any{"hookfill_operator": true}}), nil)] = domain.Principal{UserID: domain.UserID{UUID: root}, Operator: true}
	}
	s := signers[0]
	tokens.Expired = []string{s.sign(p.claims(ada, jwt.MapClaims{"exp": p.clock.Now().Add(-time.Minute).Unix()}), nil)}
	unsigned := signer{s.id, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType}
	tokens.Untrusted = []string{stranger.sign(p.claims(ada, nil), nil), unsigned.sign(p.claims(ada, nil), nil)}
	tokens.Misdirected = []string{
		s.sign(p.claims(ada, jwt.MapClaims{"aud": "another"}), nil),
		s.sign(p.claims(ada, jwt.MapClaims{"iss": "https://another.supabase.co/auth/v1"}), nil),
	}
	return tokens
}

var _ = portstest.DescribeTokenVerifier("supabaseauth.Tokens by key set", portstest.TokenVerifierHarness{
	New: func(context.Context) (ports.TokenVerifier, portstest.Tokens) {
		ec, rs := ecSigner("one"), rsaSigner("two", 2048)
		p := running(ec.published(nil), rs.published(nil))
		return p.verifier(), tokensOf(p, ecSigner("one"), ec, rs)
	},
	Unreachable: func(context.Context) (ports.TokenVerifier, string) {
		ec := ecSigner("one")
		p := running(ec.published(nil))
		p.isDown()
		return p.verifier(), ec.sign(p.claims(uuid.New(), nil), nil)
	},
})

const legacySecret = "super-secret-jwt-token-with-at-least-32-characters-long"

func legacySigner(secret string) signer { return signer{"", jwt.SigningMethodHS256, []byte(secret)} }

var _ = portstest.DescribeTokenVerifier("supabaseauth.Tokens by legacy secret", portstest.TokenVerifierHarness{
	New: func(context.Context) (ports.TokenVerifier, portstest.Tokens) {
		p := running()
		t, err := supabaseauth.New(supabaseauth.Config{URL: p.URL, JWTSecret: legacySecret}, p.clock)
		Expect(err).NotTo(HaveOccurred())
		return t, tokensOf(p, legacySigner("another-secret-of-more-than-32-characters"), legacySigner(legacySecret))
	},
})
