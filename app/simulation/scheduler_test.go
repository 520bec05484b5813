package simulation_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"
)

// fate is what becomes of one call to the outside.
type fate string

const (
	passes       fate = "passes"
	fails        fate = "fails before it happens"
	loses        fate = "happens, its answer is lost"
	diesBefore   fate = "process killed before it"
	diesAfter    fate = "process killed after it"
	processIsOff fate = "process is dead"
)

// call is one call that waits to be let go.
type call struct {
	by      *process
	what    string
	number  int
	delayed bool
	after   time.Time
	resume  chan fate
}

// scheduler lets calls go one at a time. All chance of a world is its.
type scheduler struct {
	chance *rand.Rand
	// calm is set once nothing fails any more.
	calm bool
	// ending is set once nothing but the end is waited for.
	ending bool
	// rate is how many calls of a thousand meet a fault.
	rate int

	mu      sync.Mutex
	pending []*call
	count   int
	woken   chan struct{}
	events  []event
	trace   trace
	stats   *totals
}

// event is something that happens to the world at a time.
type event struct {
	at   time.Time
	what string
	do   func()
}

func newScheduler(seed uint64, stats *totals) *scheduler {
	return &scheduler{chance: rand.New(rand.NewPCG(seed, 0x686f6f6b)), woken: make(chan struct{}, 1), stats: stats}
}

// draw gives one of n, from 0.
func (s *scheduler) draw(n int) int { return s.chance.IntN(n) }

// within draws a time from least to below most.
func (s *scheduler) within(least, most time.Duration) time.Duration {
	return least + time.Duration(s.chance.Int64N(int64(most-least)/int64(time.Microsecond)))*time.Microsecond
}

// reach stops the caller until its call is let go, and says what becomes of it.
func (s *scheduler) reach(by *process, what string) fate {
	c := &call{by: by, what: what, resume: make(chan fate, 1)}
	s.mu.Lock()
	if by != nil && by.dead {
		s.mu.Unlock()
		return processIsOff
	}
	s.count++
	c.number = s.count
	s.pending = append(s.pending, c)
	s.mu.Unlock()
	select {
	case s.woken <- struct{}{}:
	default:
	}
	return <-c.resume
}

// at makes something happen later.
func (s *scheduler) at(t time.Time, what string, do func()) {
	s.events = append(s.events, event{t, what, do})
}

func (s *scheduler) in(d time.Duration, what string, do func()) { s.at(time.Now().Add(d), what, do) }

// run lets calls go and events happen until done reports true, or the time is up.
func (s *scheduler) run(until time.Time, done func() bool) {
	for {
		synctest.Wait()
		if done() || time.Now().After(until) || s.restless() && !s.ending {
			return
		}
		if s.happen() || s.letGo() {
			continue
		}
		timer := time.NewTimer(s.next(until))
		select {
		case <-s.woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// callsMost is more than any life needs.
const callsMost = 20_000

// restless reports that calls follow each other without an end.
func (s *scheduler) restless() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count > callsMost
}

// happen runs the first event that is due.
func (s *scheduler) happen() bool {
	due := -1
	for i, e := range s.events {
		if !e.at.After(time.Now()) && (due < 0 || e.at.Before(s.events[due].at)) {
			due = i
		}
	}
	if due < 0 {
		return false
	}
	e := s.events[due]
	s.events = slices.Delete(s.events, due, due+1)
	if e.what != "" {
		s.trace.add("%s", e.what)
	}
	e.do()
	return true
}

// letGo resumes one call, drawn among those that could go now.
func (s *scheduler) letGo() bool {
	c, ok := s.pick()
	if !ok {
		return false
	}
	f := s.judge(c)
	if f == "" {
		return true
	}
	s.trace.add("%s %s: %s", c.by.title(), c.what, f)
	if f == diesBefore {
		s.kill(c.by)
		f = processIsOff
	}
	c.resume <- f
	return true
}

func (s *scheduler) pick() (*call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	var ready []*call
	for _, c := range s.pending {
		if !c.after.After(now) && (c.by == nil || !c.by.pausedUntil.After(now)) {
			ready = append(ready, c)
		}
	}
	if len(ready) == 0 {
		return nil, false
	}
	slices.SortFunc(ready, func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.by.title(), b.by.title()), cmp.Compare(a.what, b.what), cmp.Compare(a.number, b.number))
	})
	c := ready[s.draw(len(ready))]
	s.pending = slices.DeleteFunc(s.pending, func(other *call) bool { return other == c })
	return c, true
}

// judge draws what becomes of a call, or puts it off and gives nothing.
func (s *scheduler) judge(c *call) fate {
	if c.by == nil || c.by.dead || s.calm || c.delayed || s.draw(1000) >= s.rate {
		return passes
	}
	switch s.draw(13) {
	case 10, 11, 12: // stopped here for longer than a lease, maybe, and continued
		s.stats.Pauses++
		s.trace.add("%s is paused before it %s", c.by.title(), c.what)
		c.by.pausedUntil = time.Now().Add(s.within(time.Second, 3*lease))
		c.delayed = true
		s.putOff(c, time.Time{})
		return ""
	case 0, 1, 2:
		s.stats.Failures++
		return fails
	case 3, 4:
		s.stats.LostAnswers++
		return loses
	case 5, 6, 7:
		s.stats.Delays++
		c.delayed = true
		s.putOff(c, time.Now().Add(s.within(time.Millisecond, 4*time.Second)))
		return ""
	case 8:
		return diesBefore
	}
	return diesAfter
}

// putOff lets a call wait for its turn again, no earlier than after.
func (s *scheduler) putOff(c *call, after time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.after = after
	s.pending = append(s.pending, c)
}

// small draws whether a call that is not worth stopping for fails.
func (s *scheduler) small(by *process) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if by.dead {
		return processIsOff
	}
	if !s.calm && s.draw(2000) < s.rate {
		s.stats.Failures++
		return fails
	}
	return passes
}

// kill ends a process where it stands: what it waits for never comes.
func (s *scheduler) kill(p *process) {
	s.mu.Lock()
	if p.dead {
		s.mu.Unlock()
		return
	}
	p.dead = true
	var gone []*call
	s.pending = slices.DeleteFunc(s.pending, func(c *call) bool {
		if c.by == p {
			gone = append(gone, c)
		}
		return c.by == p
	})
	s.mu.Unlock()
	s.stats.Kills++
	p.cancel()
	for _, c := range gone {
		c.resume <- processIsOff
	}
	p.buried()
}

// next is how long nothing of the world's own is due.
func (s *scheduler) next(until time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	first := until.Add(time.Millisecond)
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(first) {
			first = t
		}
	}
	for _, e := range s.events {
		sooner(e.at)
	}
	for _, c := range s.pending {
		sooner(c.after)
		if c.by != nil {
			sooner(c.by.pausedUntil)
		}
	}
	return first.Sub(now)
}

// trace is what happened, in order, and a digest of all of it.
type trace struct {
	lines  []string
	digest uint64
	start  time.Time
}

const keptLines = 400

func (t *trace) add(format string, args ...any) {
	line := fmt.Sprintf("%10.3fs  %s", time.Since(t.start).Seconds(), fmt.Sprintf(format, args...))
	for _, b := range []byte(line) {
		t.digest = (t.digest ^ uint64(b)) * 0x100000001b3
	}
	if strings.HasSuffix(line, "claims: passes") || strings.HasSuffix(line, "working orders: passes") {
		return // they say nothing and are many
	}
	if len(t.lines) == 2*keptLines {
		t.lines = append(t.lines[:0], t.lines[keptLines:]...)
	}
	t.lines = append(t.lines, line)
}
