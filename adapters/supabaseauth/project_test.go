package supabaseauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/supabaseauth"
	"github.com/hookfill/hookfill/domain"
)

// project is a project's Auth as far as its tokens go: keys, and the address they
// are published at.
type project struct {
	*httptest.Server
	clock *memory.Clock

	mu sync.Mutex
	// answer replaces the key set, where it is set.
	answer  http.HandlerFunc
	set     []any
	fetched int
}

// newProject publishes the keys given.
func newProject(keys ...any) *project {
	p := &project{clock: memory.NewClock(time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)), set: keys}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.fetched++
		answer, set := p.answer, p.set
		p.mu.Unlock()
		switch {
		case answer != nil:
			answer(w, r)
		case r.URL.Path == "/auth/v1/.well-known/jwks.json" && r.Method == http.MethodGet:
			_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
		default:
			http.NotFound(w, r)
		}
	}))
	return p
}

// running is newProject for one spec.
func running(keys ...any) *project {
	p := newProject(keys...)
	DeferCleanup(p.Close)
	return p
}

func (p *project) publish(keys ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set = keys
}

func (p *project) answers(with http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = with
}

func (p *project) isDown() {
	p.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
}

func (p *project) fetches() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetched
}

// verifier takes the project's tokens by its key set.
func (p *project) verifier() *supabaseauth.Tokens {
	GinkgoHelper()
	t, err := supabaseauth.New(supabaseauth.Config{URL: p.URL}, p.clock)
	Expect(err).NotTo(HaveOccurred())
	return t
}

// claims are what Supabase Auth says of a signed-in user.
func (p *project) claims(user uuid.UUID, changes jwt.MapClaims) jwt.MapClaims {
	now := p.clock.Now()
	c := jwt.MapClaims{
		"iss": p.URL + "/auth/v1", "sub": user.String(), "aud": "authenticated",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"email": "ada@example.com", "phone": "", "role": "authenticated", "aal": "aal1",
		"app_metadata":  map[string]any{"provider": "email", "providers": []string{"email"}},
		"user_metadata": map[string]any{"hookfill_operator": true},
		"amr":           []any{map[string]any{"method": "password", "timestamp": now.Unix()}},
		"session_id":    uuid.NewString(), "is_anonymous": false,
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// signer is a private key, with the id its public half is published under.
type signer struct {
	id      string
	method  jwt.SigningMethod
	private crypto.PrivateKey
}

func ecSigner(id string) signer {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	return signer{id, jwt.SigningMethodES256, k}
}

func rsaSigner(id string, bits int) signer {
	rsaKeys.Lock()
	defer rsaKeys.Unlock()
	k, made := rsaKeys.byID[id]
	if !made {
		var err error
		k, err = rsa.GenerateKey(rand.Reader, bits)
		Expect(err).NotTo(HaveOccurred())
		rsaKeys.byID[id] = k
	}
	return signer{id, jwt.SigningMethodRS256, k}
}

// sign makes a token; headers replace those it would have, nil takes one away.
func (s signer) sign(c jwt.MapClaims, headers map[string]any) string {
	GinkgoHelper()
	t := jwt.NewWithClaims(s.method, c)
	t.Header["kid"] = s.id
	maps.Copy(t.Header, headers)
	maps.DeleteFunc(t.Header, func(_ string, v any) bool { return v == nil })
	text, err := t.SignedString(s.private)
	Expect(err).NotTo(HaveOccurred())
	return text
}

// published is the key as a key set has it, with changes.
func (s signer) published(changes map[string]any) map[string]any {
	j := map[string]any{"kid": s.id, "use": "sig", "alg": s.method.Alg(), "key_ops": []string{"verify"}, "ext": true}
	switch k := s.private.(type) {
	case *ecdsa.PrivateKey:
		point, err := k.PublicKey.Bytes()
		Expect(err).NotTo(HaveOccurred())
		maps.Copy(j, map[string]any{"kty": "EC", "crv": "P-256", "x": raw(point[1:33]), "y": raw(point[33:])})
	case *rsa.PrivateKey:
		maps.Copy(j, map[string]any{"kty": "RSA", "n": raw(k.N.Bytes()), "e": raw(big.NewInt(int64(k.E)).Bytes())})
	}
	maps.Copy(j, changes)
	maps.DeleteFunc(j, func(_ string, v any) bool { return v == nil })
	return j
}

func raw(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func principal(user uuid.UUID) domain.Principal {
	return domain.Principal{UserID: domain.UserID{UUID: user}}
}
