package alpaca

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// How long nothing is sent: a minute is Alpaca's own window; credentials that
// were not accepted are tried again after a minute, then twice as long each time.
const (
	shortestPause = time.Second
	longestPause  = time.Minute
	longestMute   = 10 * time.Minute
)

// gates hold what Alpaca said of each account's requests.
type gates struct {
	mu sync.Mutex
	by map[domain.BrokerAccountID]*gate
}

func newGates() *gates { return &gates{by: map[domain.BrokerAccountID]*gate{}} }

func (g *gates) of(id domain.BrokerAccountID) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	one, ok := g.by[id]
	if !ok {
		one = &gate{}
		g.by[id] = one
	}
	return one
}

// gate is shut while an account has no requests left, or credentials that are
// not accepted.
type gate struct {
	mu      sync.Mutex
	until   time.Time // no requests left
	refused int       // the version of the credentials that were not accepted
	mute    time.Duration
	retryAt time.Time
}

// check gives why nothing may be sent now.
func (g *gate) check(now time.Time, version int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mute > 0 && g.refused == version && now.Before(g.retryAt) {
		return credentialsRefused(g.retryAt.Sub(now), nil)
	}
	if now.Before(g.until) {
		return throttled(g.until.Sub(now), nil)
	}
	return nil
}

// learn shuts the gate by what an answer says, and gives for how long it did.
func (g *gate) learn(now time.Time, version int, a answer) time.Duration {
	if a.err != nil {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	pause := pauseOf(now, a)
	if pause > 0 {
		g.until = now.Add(pause)
	}
	switch {
	case isCredentials(a):
		if g.refused != version {
			g.mute = 0
		}
		g.refused, g.mute = version, min(max(longestPause, 2*g.mute), longestMute)
		g.retryAt = now.Add(g.mute)
		return g.mute
	case a.status < http.StatusMultipleChoices:
		g.mute = 0
	}
	return pause
}

// pauseOf gives how long an account has no requests left, by what Alpaca says:
// X-RateLimit-Remaining and -Reset with every answer, Retry-After where there is
// one.
func pauseOf(now time.Time, a answer) time.Duration {
	if a.status != http.StatusTooManyRequests && a.header.Get("X-Ratelimit-Remaining") != "0" {
		return 0
	}
	pause := longestPause
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil {
		pause = time.Duration(min(max(seconds, 0), int(longestPause/time.Second))) * time.Second
	} else if reset, err := strconv.ParseInt(a.header.Get("X-Ratelimit-Reset"), 10, 64); err == nil {
		pause = time.Unix(reset, 0).Sub(now)
	}
	return min(max(pause, shortestPause), longestPause)
}

func credentialsRefused(wait time.Duration, cause error) error {
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: ports.CodeCredentialsRefused, RetryAfter: wait, Err: cause,
		Msg: "Alpaca does not accept the account's credentials; give it others, and see that they are for its environment",
	}
}

func throttled(wait time.Duration, cause error) error {
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: "throttled", RetryAfter: wait, Err: cause,
		Msg: "Alpaca takes no more requests for this account now",
	}
}
