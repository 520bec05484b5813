package portstest

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Tokens are bearer tokens and what a verifier has to make of them.
type Tokens struct {
	// Accepted names the caller of each good token: one at least, an operator's
	// where the verifier knows operators.
	Accepted map[string]domain.Principal
	// Expired was good once. Untrusted is signed by somebody else, or by nobody,
	// each for a caller that Accepted has. Misdirected is meant for another
	// service, or issued by another.
	Expired, Untrusted, Misdirected []string
}

// TokenVerifierHarness makes verifiers.
type TokenVerifierHarness struct {
	// New gives a verifier and tokens made for it.
	New func(ctx context.Context) (ports.TokenVerifier, Tokens)
	// Unreachable gives a verifier that cannot ask whom it has to, and a token that
	// would be good; nil where a verifier asks nobody.
	Unreachable func(ctx context.Context) (ports.TokenVerifier, string)
}

// DescribeTokenVerifier proves ports.TokenVerifier.
func DescribeTokenVerifier(name string, h TokenVerifierHarness) bool {
	return Describe(name+" as a TokenVerifier", Label(LabelContract), func() {
		var (
			verifier ports.TokenVerifier
			tokens   Tokens
		)
		BeforeEach(func(ctx SpecContext) {
			verifier, tokens = h.New(ctx)
			Expect(tokens.Accepted).NotTo(BeEmpty(), "the harness gives a good token")
		})
		good := func() string {
			for token := range tokens.Accepted {
				return token
			}
			return ""
		}
		malformed := func() []string {
			g := good()
			return []string{
				"", " ", "x", "..", "a.b.c", "Bearer " + g, g + "x", "\x00", g + "." + g,
				strings.Repeat("a", 100_000), g[:len(g)/2], "ü.ü.ü",
			}
		}

		It("gives the caller a token names, again and again", func(ctx SpecContext) {
			for token, caller := range tokens.Accepted {
				for range 2 {
					Expect(verifier.Verify(ctx, token)).To(Equal(caller))
				}
			}
		})

		It("gives every caller their own, many at once", func(ctx SpecContext) {
			atOnce(writers, func(int) {
				for token, caller := range tokens.Accepted {
					Expect(verifier.Verify(ctx, token)).To(Equal(caller))
				}
			})
		})

		refused := func(ctx context.Context, some []string) {
			GinkgoHelper()
			Expect(some).NotTo(BeEmpty(), "the harness gives such a token")
			for _, token := range some {
				caller, err := verifier.Verify(ctx, token)
				Expect(err).To(failAs(domain.KindUnauthenticated), token)
				Expect(caller).To(BeZero())
			}
		}
		It("is KindUnauthenticated for a token that is malformed", func(ctx SpecContext) { refused(ctx, malformed()) })
		It("is KindUnauthenticated for one that is expired", func(ctx SpecContext) { refused(ctx, tokens.Expired) })
		It("is KindUnauthenticated for one not signed by whom we trust", func(ctx SpecContext) { refused(ctx, tokens.Untrusted) })
		It("is KindUnauthenticated for one that is not for us", func(ctx SpecContext) { refused(ctx, tokens.Misdirected) })

		It("is KindUnauthenticated for a good token with any one character changed", func(ctx SpecContext) {
			g := good()
			for i := range g {
				other := byte('A')
				if g[i] == other {
					other = 'B'
				}
				changed := g[:i] + string(other) + g[i+1:]
				caller, err := verifier.Verify(ctx, changed)
				if err == nil {
					Fail("it took the token with character " + string(g[i]) + " changed for " + caller.UserID.String())
				}
				Expect(err).To(failAs(domain.KindUnauthenticated))
			}
		})

		if h.Unreachable != nil {
			It("is KindUnavailable where somebody has to be asked and cannot be", func(ctx SpecContext) {
				deaf, token := h.Unreachable(ctx)
				caller, err := deaf.Verify(ctx, token)
				Expect(err).To(failAs(domain.KindUnavailable))
				Expect(caller).To(BeZero())
			})
		}

		It("gives the same error for each", func(ctx SpecContext) {
			var said []string
			for _, token := range append(append(append(malformed(), tokens.Expired...), tokens.Untrusted...), tokens.Misdirected...) {
				_, err := verifier.Verify(ctx, token)
				Expect(err).To(HaveOccurred())
				said = append(said, shown(err))
			}
			Expect(said).To(HaveEach(said[0]))
		})
	})
}

// shown is what an edge shows of an error: all but its cause.
func shown(err error) string {
	e, ok := err.(*domain.Error) //nolint:errorlint // what is wrapped further is not shown
	if !ok {
		return err.Error()
	}
	return string(e.Kind) + " " + e.Code + " " + e.Field + " " + e.Msg
}
