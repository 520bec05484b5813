package ports

import "github.com/hookfill/hookfill/domain"

// RateLimit is how many requests a broker takes for one account. The zero value
// is no limit.
type RateLimit struct {
	// PerMinute is the most in any minute, Burst the most at once. What is spent
	// comes back at the rate of PerMinute less Burst a minute, so that a burst and
	// what comes back after it are no more than PerMinute together. Burst is above
	// 0 and below PerMinute.
	PerMinute, Burst int
	// Reserve of the Burst is left to urgent requests; below Burst.
	Reserve int
}

// IsUnlimited reports that requests are not counted.
func (l RateLimit) IsUnlimited() bool { return l == RateLimit{} }

// Check gives what is wrong with a limit, as KindInvalid.
func (l RateLimit) Check() error {
	if l.IsUnlimited() || l.Burst > 0 && l.Burst < l.PerMinute && l.Reserve >= 0 && l.Reserve < l.Burst {
		return nil
	}
	return domain.Invalid("invalid_rate_limit", "requests", "needs 0 < burst < per minute and 0 <= reserve < burst")
}

// PerSecond is how many requests come back a second.
func (l RateLimit) PerSecond() float64 { return float64(l.PerMinute-l.Burst) / 60 }

// Floor is how many requests are left alone by what is not urgent.
func (r Request) Floor() int {
	if r.Urgent {
		return 0
	}
	return r.Limit.Reserve
}

// Request is one request to a broker, on its account's budget. The zero value
// takes nothing from it.
type Request struct {
	Limit RateLimit
	// Urgent may use the reserve: exits, cancels, and look-ups that an order waits
	// for.
	Urgent bool
}
