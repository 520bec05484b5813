package system

import (
	"sync"
	"time"

	"github.com/hookfill/hookfill/ports"
)

// Clock is the machine's clock. It is safe for concurrent use.
type Clock struct {
	source func() time.Time
	mu     sync.Mutex
	last   time.Time
}

var _ ports.Clock = (*Clock)(nil)

// NewClock makes a clock.
func NewClock() *Clock { return NewClockFrom(time.Now) }

// NewClockFrom makes a clock of another source, which must be safe for
// concurrent use.
func NewClockFrom(source func() time.Time) *Clock { return &Clock{source: source} }

// Now implements ports.Clock. A machine whose time is set back shows the last
// time it showed until the clock has caught up.
func (c *Clock) Now() time.Time {
	now := c.source().UTC().Truncate(time.Microsecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.last) {
		return c.last
	}
	c.last = now
	return now
}
