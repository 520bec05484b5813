package outside

import (
	"sync"
	"time"

	"github.com/hookfill/hookfill/ports"
)

// Clock is the machine's clock, held from going back.
type Clock struct {
	mu   sync.Mutex
	last time.Time
}

var _ ports.Clock = (*Clock)(nil)

// Now gives the present time, or the last one given where that is later.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now().UTC().Truncate(time.Microsecond); now.After(c.last) {
		c.last = now
	}
	return c.last
}
