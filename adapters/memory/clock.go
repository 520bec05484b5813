package memory

import (
	"sync"
	"time"

	"github.com/hookfill/hookfill/ports"
)

var _ ports.Clock = (*Clock)(nil)

// Clock shows the time it was set to. Its zero value shows the start of 1970.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that shows t, as Set does.
func NewClock(t time.Time) *Clock {
	c := &Clock{}
	c.Set(t)
	return c
}

// Now gives the time shown.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown()
}

func (c *Clock) shown() time.Time {
	if c.now.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return c.now
}

// Set puts the clock to t in UTC, cut to whole microseconds. A clock never goes
// backwards: a t before what it shows changes nothing.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to(t)
}

// Advance lets d pass; a d below 0 changes nothing.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to(c.shown().Add(d))
}

func (c *Clock) to(t time.Time) {
	if t = t.UTC().Truncate(time.Microsecond); t.After(c.shown()) {
		c.now = t
	}
}
