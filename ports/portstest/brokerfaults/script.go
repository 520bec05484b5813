package brokerfaults

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Match tells which requests a script is for.
type Match func(r *http.Request) bool

// Any matches every request.
func Any(*http.Request) bool { return true }

// Method matches by the request's method.
func Method(method string) Match {
	return func(r *http.Request) bool { return r.Method == method }
}

// Path matches by method and by how the path begins.
func Path(method, prefix string) Match {
	return func(r *http.Request) bool { return r.Method == method && strings.HasPrefix(r.URL.Path, prefix) }
}

// Script holds the faults of the requests it matches.
type Script struct {
	line  *Line
	match Match

	// Guarded by the line.
	next    []Fault
	lasting Fault
	lasts   time.Duration
	until   time.Time
}

// chance draws faults.
type chance struct {
	random  *rand.Rand
	percent int
	faults  []Fault
}

// Next is On(Any).Next.
func (l *Line) Next(faults ...Fault) { l.On(Any).Next(faults...) }

// On begins a script for what matches. Of several that match a request, the
// first that still has a fault gives it.
func (l *Line) On(match Match) *Script {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &Script{line: l, match: match}
	l.scripts = append(l.scripts, s)
	return s
}

// Next adds faults, one a request.
func (s *Script) Next(faults ...Fault) *Script {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.next = append(s.next, faults...)
	return s
}

// For gives every request the same fault, from the first it meets until so much
// later, once Next's are used up: a look-up that lags.
func (s *Script) For(d time.Duration, f Fault) *Script {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.lasting, s.lasts, s.until = f, d, time.Time{}
	return s
}

// Randomly gives so many of a hundred requests that no script is for one of the
// faults. The same seed and the same number of requests give the same faults. 0
// percent ends it.
func (l *Line) Randomly(seed uint64, percent int, faults ...Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.chance = nil
	if percent > 0 && len(faults) > 0 {
		l.chance = &chance{rand.New(rand.NewPCG(seed, 0)), percent, faults} //nolint:gosec // a test repeats it from its seed
	}
}

func (l *Line) choose(r *http.Request) Fault {
	for _, s := range l.scripts {
		if !s.match(r) {
			continue
		}
		if f, ok := s.take(); ok {
			return f
		}
	}
	if c := l.chance; c != nil && c.random.IntN(100) < c.percent {
		return c.faults[c.random.IntN(len(c.faults))]
	}
	return Pass()
}

func (s *Script) take() (Fault, bool) {
	if len(s.next) > 0 {
		f := s.next[0]
		s.next = s.next[1:]
		return f, true
	}
	if s.lasts == 0 {
		return Fault{}, false
	}
	now := time.Now()
	if s.until.IsZero() {
		s.until = now.Add(s.lasts)
	}
	if !now.Before(s.until) {
		s.lasts = 0
		return Fault{}, false
	}
	return s.lasting, true
}
