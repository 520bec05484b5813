package localauth_test

import (
	"context"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/localauth"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

func TestLocalauth(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "localauth")
}

var _ = portstest.DescribeTokenVerifier("localauth.Tokens", portstest.TokenVerifierHarness{
	New: func(context.Context) (ports.TokenVerifier, portstest.Tokens) {
		clock, ids := memory.NewClock(time.Now()), memory.NewSequentialIDs()
		store := memory.NewStore(clock, ids)
		key, other := make([]byte, 32), make([]byte, 32)
		other[0] = 1
		tokens, err := localauth.New(key, store, clock)
		Expect(err).NotTo(HaveOccurred())
		foreign, err := localauth.New(other, store, clock)
		Expect(err).NotTo(HaveOccurred())
		ada := domain.Principal{UserID: domain.UserID{UUID: ids.New()}}
		root := domain.Principal{UserID: domain.UserID{UUID: ids.New()}, Operator: true}
		issue := func(t *localauth.Tokens, p domain.Principal, ttl time.Duration) string {
			s, err := t.Issue(p, ttl)
			Expect(err).NotTo(HaveOccurred())
			return s
		}
		expired := issue(tokens, ada, time.Minute)
		clock.Advance(time.Hour)
		forge := func(m jwt.SigningMethod, k any, c jwt.RegisteredClaims) string {
			s, err := jwt.NewWithClaims(m, c).SignedString(k)
			Expect(err).NotTo(HaveOccurred())
			return s
		}
		claims := jwt.RegisteredClaims{Issuer: "hookfill-local", Subject: ada.UserID.String(), Audience: jwt.ClaimStrings{"authenticated"}, ExpiresAt: jwt.NewNumericDate(clock.Now().Add(time.Hour))}
		elsewhere, stranger := claims, claims
		elsewhere.Audience = jwt.ClaimStrings{"another"}
		stranger.Issuer = "another"
		return tokens, portstest.Tokens{
			Accepted: map[string]domain.Principal{issue(tokens, ada, time.Hour): ada, issue(tokens, root, time.Hour): root},
			Expired:  []string{expired}, Untrusted: []string{issue(foreign, ada, time.Hour), forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims)},
			Misdirected: []string{forge(jwt.SigningMethodHS256, key, elsewhere), forge(jwt.SigningMethodHS256, key, stranger)},
		}
	},
})
