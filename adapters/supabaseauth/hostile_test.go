package supabaseauth_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/supabaseauth"
	"github.com/hookfill/hookfill/domain"
)

// forgery is a token made to be taken for a user's.
type forgery struct {
	// claims change a good token's, headers its headers; nil takes one away.
	claims  jwt.MapClaims
	headers map[string]any
	// make makes the whole token, where changing a good one does not do.
	make func(p *project, ec, rs signer, c jwt.MapClaims) string
}

var _ = Describe("A hostile token", func() {
	var (
		p      *project
		ec, rs signer
		tokens *supabaseauth.Tokens
		user   uuid.UUID
	)
	BeforeEach(func() {
		ec, rs, user = ecSigner("ec"), rsaSigner("rs", 2048), uuid.New()
		p = running(ec.published(nil), rs.published(nil))
		tokens = p.verifier()
	})

	at := func(d time.Duration) int64 { return time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC).Add(d).Unix() }

	DescribeTable("is refused beside good ones:",
		func(ctx SpecContext, f forgery) {
			c := p.claims(user, f.claims)
			var token string
			if f.make != nil {
				token = f.make(p, ec, rs, c)
			} else {
				token = ec.sign(c, f.headers)
			}
			caller, err := tokens.Verify(ctx, token)
			Expect(err).To(MatchError(domain.KindUnauthenticated))
			Expect(refusal(err).Msg).To(Equal("the bearer token is missing, expired or not this Supabase project's; get one with `hookfill login`"))
			Expect(caller).To(BeZero())
			for _, good := range []signer{ec, rs} {
				Expect(tokens.Verify(ctx, good.sign(p.claims(user, nil), nil))).To(Equal(principal(user)))
			}
		},
		Entry("expired", forgery{claims: jwt.MapClaims{"exp": at(-31 * time.Second)}}),
		Entry("without an end", forgery{claims: jwt.MapClaims{"exp": nil}}),
		Entry("not good yet", forgery{claims: jwt.MapClaims{"nbf": at(time.Minute)}}),
		Entry("for another audience", forgery{claims: jwt.MapClaims{"aud": "another"}}),
		Entry("for nobody", forgery{claims: jwt.MapClaims{"aud": nil}}),
		Entry("of another project", forgery{claims: jwt.MapClaims{"iss": "https://another.supabase.co/auth/v1"}}),
		Entry("of nobody", forgery{claims: jwt.MapClaims{"iss": nil}}),
		Entry("issued as a legacy API key", forgery{claims: jwt.MapClaims{"iss": "supabase"}}),
		Entry("the anonymous key's", forgery{claims: jwt.MapClaims{"role": "anon"}}),
		Entry("the service's", forgery{claims: jwt.MapClaims{"role": "service_role"}}),
		Entry("of a role of ours", forgery{claims: jwt.MapClaims{"role": "hookfill_worker"}}),
		Entry("of no role", forgery{claims: jwt.MapClaims{"role": nil}}),
		Entry("an anonymous user's", forgery{claims: jwt.MapClaims{"is_anonymous": true}}),
		Entry("an anonymous user's in other words", forgery{claims: jwt.MapClaims{"is_anonymous": "true"}}),
		Entry("without a user", forgery{claims: jwt.MapClaims{"sub": nil}}),
		Entry("with an empty user", forgery{claims: jwt.MapClaims{"sub": ""}}),
		Entry("with user zero", forgery{claims: jwt.MapClaims{"sub": uuid.Nil.String()}}),
		Entry("with a user that is no id", forgery{claims: jwt.MapClaims{"sub": "admin"}}),
		Entry("that names no key", forgery{headers: map[string]any{"kid": nil}}),
		Entry("that names its key by a number", forgery{headers: map[string]any{"kid": 7}}),
		Entry("of a key nobody has", forgery{headers: map[string]any{"kid": "unheard-of"}}),
		Entry("with a header that must be understood", forgery{headers: map[string]any{"crit": []string{"b64"}, "b64": false}}),
		Entry("that brings its own key", forgery{make: func(_ *project, ec, _ signer, c jwt.MapClaims) string {
			own := ecSigner(ec.id)
			return own.sign(c, map[string]any{"jwk": own.published(nil), "jku": "http://127.0.0.1:1/"})
		}}),
		Entry("ES256 by the key for RS256", forgery{make: func(_ *project, ec, rs signer, c jwt.MapClaims) string {
			ec.id = rs.id
			return ec.sign(c, nil)
		}}),
		Entry("RS256 by the key for ES256", forgery{make: func(_ *project, ec, rs signer, c jwt.MapClaims) string {
			rs.id = ec.id
			return rs.sign(c, nil)
		}}),
		Entry("PS256 by the key for RS256", forgery{make: func(_ *project, _, rs signer, c jwt.MapClaims) string {
			rs.method = jwt.SigningMethodPS256
			return rs.sign(c, nil)
		}}),
		Entry("RS512 by the key for RS256", forgery{make: func(_ *project, _, rs signer, c jwt.MapClaims) string {
			rs.method = jwt.SigningMethodRS512
			return rs.sign(c, nil)
		}}),
		Entry("HS256 with the public key for its secret", forgery{make: func(_ *project, ec, _ signer, c jwt.MapClaims) string {
			public, err := x509.MarshalPKIXPublicKey(ec.private.(*ecdsa.PrivateKey).Public())
			Expect(err).NotTo(HaveOccurred())
			text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
			return signer{ec.id, jwt.SigningMethodHS256, text}.sign(c, nil)
		}}),
		Entry("HS256 with an empty secret", forgery{make: func(_ *project, ec, _ signer, c jwt.MapClaims) string {
			return signer{ec.id, jwt.SigningMethodHS256, []byte{}}.sign(c, nil)
		}}),
		Entry("alg none", forgery{make: func(_ *project, ec, _ signer, c jwt.MapClaims) string {
			return signer{ec.id, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType}.sign(c, nil)
		}}),
		Entry("alg None, unsigned", forgery{make: func(_ *project, ec, _ signer, c jwt.MapClaims) string {
			signed := strings.Split(ec.sign(c, nil), ".")
			head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"None","kid":"ec","typ":"JWT"}`))
			return head + "." + signed[1] + "."
		}}),
		Entry("with its signature cut off", forgery{make: func(_ *project, ec, _ signer, c jwt.MapClaims) string {
			signed := ec.sign(c, nil)
			return signed[:strings.LastIndex(signed, ".")+1]
		}}),
		Entry("with another's claims under its signature", forgery{make: func(p *project, ec, _ signer, c jwt.MapClaims) string {
			mine := strings.Split(ec.sign(c, nil), ".")
			theirs := strings.Split(ec.sign(p.claims(uuid.New(), nil), nil), ".")
			return mine[0] + "." + theirs[1] + "." + mine[2]
		}}),
		Entry("longer than any", forgery{claims: jwt.MapClaims{"user_metadata": strings.Repeat("x", 16<<10)}}),
		Entry("of local mode", forgery{make: func(_ *project, _, _ signer, c jwt.MapClaims) string {
			c["iss"] = "hookfill-local"
			return signer{"", jwt.SigningMethodHS256, make([]byte, 32)}.sign(c, map[string]any{"kid": nil})
		}}),
	)

	It("makes no operator of whoever says so where users can write", func(ctx SpecContext) {
		for _, c := range []jwt.MapClaims{
			{"user_metadata": map[string]any{"hookfill_operator": true}},
			{"hookfill_operator": true},
			{"operator": true},
			{"app_metadata": map[string]any{"hookfill_operator": false}},
		} {
			Expect(tokens.Verify(ctx, ec.sign(p.claims(user, c), nil))).To(Equal(principal(user)))
		}
	})

	It("is one on the wrong path: a secret's token where keys are published, a key's where there is a secret", func(ctx SpecContext) {
		legacy, err := supabaseauth.New(supabaseauth.Config{URL: p.URL, JWTSecret: legacySecret}, p.clock)
		Expect(err).NotTo(HaveOccurred())
		bySecret, byKey := legacySigner(legacySecret).sign(p.claims(user, nil), nil), ec.sign(p.claims(user, nil), nil)
		Expect(legacy.Verify(ctx, bySecret)).To(Equal(principal(user)))
		_, err = legacy.Verify(ctx, byKey)
		Expect(err).To(MatchError(domain.KindUnauthenticated))
		_, err = tokens.Verify(ctx, bySecret)
		Expect(err).To(MatchError(domain.KindUnauthenticated))
		Expect(p.fetches()).To(BeZero(), "neither names a key that anybody could be asked for")
	})

	It("is not one for half a minute of a clock that differs", func(ctx SpecContext) {
		Expect(tokens.Verify(ctx, ec.sign(p.claims(user, jwt.MapClaims{"exp": at(-29 * time.Second)}), nil))).To(Equal(principal(user)))
	})
})

var _ = Describe("A published key", func() {
	type published struct{ changes map[string]any }
	DescribeTable("verifies nothing where it is",
		func(ctx SpecContext, r published) {
			bad, good := ecSigner("bad"), ecSigner("good")
			p := running(bad.published(r.changes), good.published(nil), "no key at all", map[string]any{"kty": "OKP", "kid": "x"})
			tokens, user := p.verifier(), uuid.New()
			_, err := tokens.Verify(ctx, bad.sign(p.claims(user, nil), nil))
			Expect(err).To(MatchError(domain.KindUnauthenticated))
			Expect(tokens.Verify(ctx, good.sign(p.claims(user, nil), nil))).To(Equal(principal(user)))
		},
		Entry("for encryption", published{map[string]any{"use": "enc"}}),
		Entry("for signing alone", published{map[string]any{"key_ops": []string{"sign"}}}),
		Entry("for another algorithm", published{map[string]any{"alg": "ES384"}}),
		Entry("for RS256", published{map[string]any{"alg": "RS256"}}),
		Entry("of another curve", published{map[string]any{"crv": "P-384"}}),
		Entry("off its curve", published{map[string]any{"y": raw(make([]byte, 32))}}),
		Entry("of a shortened coordinate", published{map[string]any{"x": raw([]byte{1, 2, 3})}}),
		Entry("no base64", published{map[string]any{"x": "!"}}),
		Entry("a secret", published{map[string]any{"kty": "oct", "k": raw([]byte(legacySecret))}}),
		Entry("published with its private half", published{map[string]any{"d": raw(make([]byte, 32))}}),
		Entry("nameless", published{map[string]any{"kid": nil}}),
		Entry("of another's name", published{map[string]any{"kid": "other"}}),
	)

	It("verifies nothing where it is RSA of 1024 bits, or has a small exponent", func(ctx SpecContext) {
		short, small, good := rsaSigner("short", 1024), rsaSigner("small", 2048), rsaSigner("good", 2048)
		p := running(short.published(nil), small.published(map[string]any{"e": raw([]byte{3})}), good.published(nil))
		tokens, user := p.verifier(), uuid.New()
		for _, s := range []signer{short, small} {
			_, err := tokens.Verify(ctx, s.sign(p.claims(user, nil), nil))
			Expect(err).To(MatchError(domain.KindUnauthenticated))
		}
		Expect(tokens.Verify(ctx, good.sign(p.claims(user, nil), nil))).To(Equal(principal(user)))
	})

	It("verifies nothing where another has its id", func(ctx SpecContext) {
		one, two, good := ecSigner("same"), ecSigner("same"), ecSigner("good")
		p := running(one.published(nil), two.published(nil), good.published(nil))
		tokens := p.verifier()
		for _, s := range []signer{one, two} {
			_, err := tokens.Verify(ctx, s.sign(p.claims(uuid.New(), nil), nil))
			Expect(err).To(MatchError(domain.KindUnauthenticated))
		}
	})

	It("verifies without what RFC 7517 leaves out at will", func(ctx SpecContext) {
		s := ecSigner("plain")
		p := running(s.published(map[string]any{"use": nil, "alg": nil, "key_ops": nil, "ext": nil}))
		user := uuid.New()
		Expect(p.verifier().Verify(ctx, s.sign(p.claims(user, nil), nil))).To(Equal(principal(user)))
	})
})

var _ = Describe("A verifier", func() {
	DescribeTable("is not made of a setting that is",
		func(c supabaseauth.Config, field string) {
			_, err := supabaseauth.New(c, running().clock)
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(refusal(err).Field).To(Equal(field))
			Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
		},
		Entry("no URL", supabaseauth.Config{}, "HOOKFILL_SUPABASE_URL"),
		Entry("a secret alone", supabaseauth.Config{JWTSecret: legacySecret}, "HOOKFILL_SUPABASE_URL"),
		Entry("a project's id", supabaseauth.Config{URL: "abcdefgh"}, "HOOKFILL_SUPABASE_URL"),
		Entry("in the clear across a network", supabaseauth.Config{URL: "http://supabase.example.com"}, "HOOKFILL_SUPABASE_URL"),
		Entry("with a password", supabaseauth.Config{URL: "https://me:hunter2@abcdefgh.supabase.co"}, "HOOKFILL_SUPABASE_URL"),
		Entry("with a query", supabaseauth.Config{URL: "https://abcdefgh.supabase.co?x=1"}, "HOOKFILL_SUPABASE_URL"),
		Entry("a database's", supabaseauth.Config{URL: "postgres://abcdefgh.supabase.co"}, "HOOKFILL_SUPABASE_URL"),
		Entry("a secret too short", supabaseauth.Config{URL: "https://abcdefgh.supabase.co", JWTSecret: "hunter2"}, "HOOKFILL_SUPABASE_JWT_SECRET"),
	)

	It("takes a URL with or without a slash at its end", func(ctx SpecContext) {
		s, user := ecSigner("one"), uuid.New()
		p := running(s.published(nil))
		t, err := supabaseauth.New(supabaseauth.Config{URL: p.URL + "/"}, p.clock)
		Expect(err).NotTo(HaveOccurred())
		Expect(t.Verify(ctx, s.sign(p.claims(user, nil), nil))).To(Equal(principal(user)))
	})
})

func refusal(err error) *domain.Error {
	GinkgoHelper()
	e, ok := errors.AsType[*domain.Error](err)
	Expect(ok).To(BeTrue(), "%v", err)
	return e
}
