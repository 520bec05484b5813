package supabaseauth_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/hookfill/hookfill/adapters/supabaseauth"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("The key set", func() {
	var (
		one, two signer
		p        *project
		tokens   *supabaseauth.Tokens
		user     uuid.UUID
	)
	BeforeEach(func() {
		one, two, user = ecSigner("one"), rsaSigner("two", 2048), uuid.New()
		p = running(one.published(nil))
		tokens = p.verifier()
	})

	accepted := func(ctx context.Context, s signer) {
		GinkgoHelper()
		Expect(tokens.Verify(ctx, s.sign(p.claims(user, nil), nil))).To(Equal(principal(user)))
	}
	refused := func(ctx context.Context, s signer, kind domain.Kind) {
		GinkgoHelper()
		_, err := tokens.Verify(ctx, s.sign(p.claims(user, nil), nil))
		Expect(err).To(MatchError(kind))
	}

	It("is fetched at the first use and not again while it is fresh", func(ctx SpecContext) {
		for range 3 {
			accepted(ctx, one)
		}
		Expect(p.fetches()).To(Equal(1))
	})

	It("is fetched once for many at once", func(ctx SpecContext) {
		gate := make(chan struct{})
		p.answers(func(w http.ResponseWriter, r *http.Request) {
			<-gate
			p.answers(nil)
			p.Config.Handler.ServeHTTP(w, r)
		})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				defer GinkgoRecover()
				accepted(ctx, one)
			})
		}
		Eventually(p.fetches).WithContext(ctx).Should(Equal(1))
		close(gate)
		all.Wait()
		Expect(p.fetches()).To(Equal(2), "the one fetch, which the gate passed on once")
	})

	It("does not keep who has given up waiting, nor end for the others", func(ctx SpecContext) {
		gate := make(chan struct{})
		p.answers(func(w http.ResponseWriter, r *http.Request) {
			<-gate
			p.answers(nil)
			p.Config.Handler.ServeHTTP(w, r)
		})
		impatient, giveUp := context.WithCancel(ctx)
		given := make(chan error)
		go func() {
			_, err := tokens.Verify(impatient, one.sign(p.claims(user, nil), nil))
			given <- err
		}()
		Eventually(p.fetches).WithContext(ctx).Should(Equal(1))
		giveUp()
		Expect(<-given).To(And(MatchError(domain.KindUnavailable), MatchError(context.Canceled)))
		close(gate)
		accepted(ctx, one)
	})

	It("is fetched again for a key it lacks, so that a rotation takes effect at once", func(ctx SpecContext) {
		accepted(ctx, one)
		p.publish(two.published(nil), one.published(nil))
		p.clock.Advance(10 * time.Second)
		accepted(ctx, two)
		accepted(ctx, one)
		Expect(p.fetches()).To(Equal(2))
	})

	It("is not fetched again more often than every ten seconds, whoever asks for keys nobody has", func(ctx SpecContext) {
		accepted(ctx, one)
		for range 50 {
			stranger := one
			stranger.id = uuid.NewString()
			refused(ctx, stranger, domain.KindUnauthenticated)
			p.clock.Advance(time.Second)
		}
		Expect(p.fetches()).To(Equal(1 + 4))
	})

	It("forgets a key that was revoked within ten minutes", func(ctx SpecContext) {
		accepted(ctx, one)
		p.publish(two.published(nil))
		p.clock.Advance(10*time.Minute - time.Second)
		Expect(tokens.Refresh(ctx)).To(Succeed())
		accepted(ctx, one)
		p.clock.Advance(time.Second)
		Expect(tokens.Refresh(ctx)).To(Succeed())
		refused(ctx, one, domain.KindUnauthenticated)
		accepted(ctx, two)
	})

	DescribeTable("stays as it was last where the answer is",
		func(ctx SpecContext, answer http.HandlerFunc) {
			accepted(ctx, one)
			p.answers(answer)
			p.clock.Advance(time.Hour)
			Expect(tokens.Refresh(ctx)).To(MatchError(domain.KindUnavailable))
			accepted(ctx, one)
			refused(ctx, two, domain.KindUnauthenticated)
			p.answers(nil)
			p.publish(two.published(nil))
			Expect(tokens.Refresh(ctx)).To(MatchError(domain.KindUnavailable), "ten seconds have not gone by")
			p.clock.Advance(10 * time.Second)
			Expect(tokens.Refresh(ctx)).To(Succeed())
			accepted(ctx, two)
		},
		Entry("an error", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })),
		Entry("a page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })),
		Entry("no key", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) })),
		Entry("nothing", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })),
		Entry("too long", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[],"x":"` + strings.Repeat("x", 256<<10) + `"}`))
		})),
		Entry("a way to somebody else", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/auth/v1/elsewhere", http.StatusFound)
		})),
	)

	It("is not taken from whoever a redirect names", func(ctx SpecContext) {
		thief := running(two.published(nil))
		p.answers(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+"/auth/v1/.well-known/jwks.json", http.StatusFound)
		})
		refused(ctx, two, domain.KindUnavailable)
		Expect(thief.fetches()).To(BeZero())
	})

	It("is asked for again ten seconds after it could not be had", func(ctx SpecContext) {
		p.isDown()
		for range 5 {
			refused(ctx, one, domain.KindUnavailable)
		}
		Expect(p.fetches()).To(Equal(1))
		p.answers(nil)
		p.clock.Advance(10 * time.Second)
		accepted(ctx, one)
		Expect(p.fetches()).To(Equal(2))
	})

	It("is fetched at the start, and whoever runs it is told of failures once", func(ctx SpecContext) {
		p.isDown()
		log := gbytes.NewBuffer()
		running, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			tokens.Run(running, slog.New(slog.NewTextHandler(log, nil)))
		}()
		Eventually(log).WithContext(ctx).Should(gbytes.Say("cannot fetch the keys.*answered 502"))
		stop()
		Eventually(ended).WithContext(ctx).Should(BeClosed())
	})

	It("tells in words what it has", func(ctx SpecContext) {
		Expect(tokens.Describe()).To(HaveSuffix("none so far"))
		p.publish(one.published(nil), two.published(nil))
		Expect(tokens.Refresh(ctx)).To(Succeed())
		Expect(tokens.Describe()).To(Equal("tokens are verified with the keys of " + p.URL + "/auth/v1/.well-known/jwks.json: 1 for ES256, 1 for RS256"))
	})

	It("is never asked for where there is a secret", func(ctx SpecContext) {
		legacy, err := supabaseauth.New(supabaseauth.Config{URL: p.URL, JWTSecret: legacySecret}, p.clock)
		Expect(err).NotTo(HaveOccurred())
		Expect(legacy.Refresh(ctx)).To(Succeed())
		legacy.Run(ctx, slog.New(slog.DiscardHandler))
		Expect(legacy.Describe()).To(Equal("tokens are verified with the legacy secret"))
		Expect(p.fetches()).To(BeZero())
	})
})
