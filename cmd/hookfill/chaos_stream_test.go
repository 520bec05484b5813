package main_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// stream posts alerts to many lanes without a break and keeps the log of what
// was acknowledged, which no crash of ours can reach. In each lane one alert
// follows the answer to the one before, and the quantity of the nth is n: so the
// broker's ledger says by itself which alerts an order came from. An alert
// without an answer is posted again until it has one, as a sender would.
type stream struct {
	user    *user
	ending  chan struct{}
	posters sync.WaitGroup

	mu sync.Mutex
	// lanes are where alerts go now, former where they went before.
	lanes, former []*streamLane

	answers  int
	away     int
	odd      []string
	progress chan struct{} // closed and replaced by every answer
}

// streamLane is one symbol of one account.
type streamLane struct {
	hook, account, symbol, action string
	// Written by its poster only.
	acknowledged int
}

// lane names a lane by what the broker calls it.
type lane struct{ account, symbol string }

const (
	streamAccounts = 4
	streamSymbols  = 6
	streamPosters  = 8
	// Between two alerts of a poster, so that what arrives can be executed too.
	streamPause = 20 * time.Millisecond
	// streamStays is for how many cycles alerts go to the same accounts.
	streamStays = 50
)

// newStream opens the accounts and webhooks that its alerts go to.
func newStream(ctx context.Context, f *fleet) *stream {
	GinkgoHelper()
	s := &stream{user: f.intake().newUser(ctx), ending: make(chan struct{}), progress: make(chan struct{})}
	s.moveOn(ctx, f)
	return s
}

// moveOn has alerts go to new accounts from now on. What a process has to read of a
// paper account after it was killed grows with all that ever happened there, and a
// run of many cycles is to try many kills. Alerts are remembered and wanted for as
// long as any run takes.
func (s *stream) moveOn(ctx context.Context, f *fleet) {
	GinkgoHelper()
	var lanes []*streamLane
	for range streamAccounts {
		account := s.user.account(ctx)
		hook := made[webhookRecord](ctx, s.user, "/v1/webhook-configs", map[string]any{
			"name": "chaos", "routes": []any{map[string]any{"broker_account_id": account}},
			"dedupe":    map[string]any{"key_fields": []string{"id"}, "window_seconds": 86400},
			"staleness": map[string]any{"entry_seconds": nil},
		})
		for n := range streamSymbols {
			lanes = append(lanes, &streamLane{
				hook: f.intake().at(hook.URL), account: account, symbol: fmt.Sprint("SYM", n), action: []string{"buy", "sell"}[n%2],
			})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.former = append(s.former, s.lanes...)
	s.lanes = lanes
}

// lane gives the one of a turn: the same poster comes back to the same lanes.
func (s *stream) lane(turn int) *streamLane {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lanes[turn%len(s.lanes)]
}

func (l *streamLane) alert(n int) string {
	return fmt.Sprintf(`{"id":"%s-%d","ticker":"%s","action":"%s","quantity":"%d","price":"1"}`, l.symbol, n, l.symbol, l.action, n)
}

// start lets the posters run; each has lanes of its own.
func (s *stream) start(ctx context.Context) {
	for n := range streamPosters {
		s.posters.Go(func() {
			for turn := n; ; turn += streamPosters {
				select {
				case <-s.ending:
					return
				case <-ctx.Done():
					return
				default:
				}
				l := s.lane(turn)
				if s.postUntilAnswered(ctx, l, l.acknowledged+1) {
					l.acknowledged++
				}
				rest(ctx, streamPause)
			}
		})
	}
}

// postUntilAnswered reports whether an alert got its 200.
func (s *stream) postUntilAnswered(ctx context.Context, l *streamLane, n int) bool {
	for ctx.Err() == nil {
		a, err := alert(ctx, l.hook, l.alert(n))
		switch {
		case err == nil && a.status == http.StatusOK:
			s.count()
			return true
		case err == nil && a.status != http.StatusServiceUnavailable:
			s.note(fmt.Sprintf("%d %s", a.status, a.body))
		case err == nil:
			s.turnAway()
		}
		rest(ctx, 2*streamPause)
	}
	return false
}

func (s *stream) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers++
	close(s.progress)
	s.progress = make(chan struct{})
}

func (s *stream) turnAway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away++
}

// turnedAway counts the answers of 503.
func (s *stream) turnedAway() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

func (s *stream) note(odd string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.odd = append(s.odd, odd)
}

// oddAnswers are those that were neither 200 nor 503.
func (s *stream) oddAnswers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.odd
}

func (s *stream) now() (answers int, next <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers, s.progress
}

// waitForAnswers returns when so many more alerts were acknowledged.
func (s *stream) waitForAnswers(ctx context.Context, more int) {
	GinkgoHelper()
	start, next := s.now()
	for answers := start; answers < start+more; answers, next = s.now() {
		select {
		case <-next:
		case <-time.After(settleTimeout):
			Fail("alerts get no answers any more")
		case <-ctx.Done():
			Fail("the time is up and alerts get no answers")
		}
	}
}

// finish posts no new alerts and returns when each that was posted is answered.
func (s *stream) finish(ctx context.Context) {
	GinkgoHelper()
	close(s.ending)
	s.posters.Wait()
	Expect(ctx.Err()).To(Succeed())
}

// answered is the log: how many alerts of each lane were acknowledged, from the
// first on.
func (s *stream) answered() map[lane]int {
	log := map[lane]int{}
	for _, l := range slices.Concat(s.former, s.lanes) {
		log[lane{l.account, l.symbol}] = l.acknowledged
	}
	return log
}
