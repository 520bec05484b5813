package papersrv

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hookfill/hookfill/adapters/paper"
)

// The ways to fail that can be switched on for an account. They are forgotten at
// the end of the process.
const (
	// faultTimeout takes the next order and does not answer.
	faultTimeout = "accept_then_timeout"
	// faultDrop takes the next order and closes the connection.
	faultDrop = "accept_then_drop"
	// faultError takes the next order and answers 500.
	faultError = "accept_then_error"
	// faultThrottle answers the next request 429 and does nothing.
	faultThrottle = "throttle"
	// faultLate takes the next order, which so many look-ups do not find.
	faultLate = "late_visibility"
	// faultCancel answers the next cancel as usual, but it comes too late: the order
	// is pending_cancel until that was told, or for a second, and then fills.
	faultCancel = "fill_after_cancel"
)

func faultNames() []string {
	return []string{faultTimeout, faultDrop, faultError, faultThrottle, faultLate, faultCancel}
}

// faultJSON is a fault that is on, and how often.
type faultJSON struct {
	Fault string `json:"fault"`
	Times int    `json:"times"`
}

// maxTimes is how often a fault can be asked for at once.
const maxTimes = 100_000

// armFault serves POST /sim/faults: the fault happens so many times more, once
// where nothing is said.
func armFault(_ context.Context, c *call) (answer, error) {
	in := faultJSON{Times: 1}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if !slices.Contains(faultNames(), in.Fault) {
		return answer{}, invalid("fault must be one of %s", strings.Join(faultNames(), ", "))
	}
	if in.Times < 1 || in.Times > maxTimes {
		return answer{}, invalid("times must be a number from 1 to %d", maxTimes)
	}
	c.desk.faults[in.Fault] += in.Times
	return ok(c.desk.armed()), nil
}

// listFaults serves GET /sim/faults.
func listFaults(_ context.Context, c *call) (answer, error) { return ok(c.desk.armed()), nil }

// clearFaults serves DELETE /sim/faults.
func clearFaults(_ context.Context, c *call) (answer, error) {
	clear(c.desk.faults)
	clear(c.desk.hidden)
	return answer{status: http.StatusNoContent}, nil
}

func (d *desk) armed() []faultJSON {
	on := []faultJSON{}
	for _, name := range faultNames() {
		if n := d.faults[name]; n > 0 {
			on = append(on, faultJSON{name, n})
		}
	}
	return on
}

// suffers uses a fault up by one, and tells whether it was on.
func (d *desk) suffers(name string) bool {
	if d.faults[name] == 0 {
		return false
	}
	d.faults[name]--
	return true
}

// hide keeps an order that was just taken from as many look-ups as are to miss it.
func (d *desk) hide(r *paper.Record) {
	if n := d.faults[faultLate]; n > 0 {
		d.hidden[r.ClientOrderID] = n
		d.faults[faultLate] = 0
	}
}

// misses counts one look-up of an order, and tells whether it finds nothing.
func (d *desk) misses(r *paper.Record) bool {
	if r == nil || d.hidden[r.ClientOrderID] == 0 {
		return r == nil
	}
	d.hidden[r.ClientOrderID]--
	return true
}

// throttled is the answer of a venue that was asked too often, and when to ask
// again.
func (c *call) throttled(w http.Header) error {
	w.Set("X-RateLimit-Limit", "200")
	w.Set("X-RateLimit-Remaining", "0")
	w.Set("X-RateLimit-Reset", fmt.Sprint(c.desk.clock.Now().Add(time.Second).Unix()))
	return fault{status: http.StatusTooManyRequests, code: codeThrottled, message: "rate limit exceeded"}
}

// silence is how long a client that is never answered waits at most.
const silence = time.Minute

// withhold keeps the answer to an order that was taken, in the way that was asked
// for, and tells whether it did.
func (s *Server) withhold(w http.ResponseWriter, r *http.Request, how string) bool {
	switch how {
	case faultTimeout:
		timer := time.NewTimer(silence)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		case <-s.stopped:
		}
		panic(http.ErrAbortHandler)
	case faultDrop:
		panic(http.ErrAbortHandler)
	case faultError:
		s.write(w, r, answer{http.StatusInternalServerError, fault{code: codeInternal, message: "internal server error occurred"}})
		return true
	}
	return false
}
