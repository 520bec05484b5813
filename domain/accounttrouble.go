package domain

import "time"

// AccountTrouble says why nothing is sent for an account at present.
type AccountTrouble struct {
	// Code is stable, Message tells the owner what to do.
	Code    string
	Message string
	// Since is when it began, RetryAt when the broker is asked again.
	Since   time.Time
	RetryAt time.Time
}

// The pauses between two tries.
const (
	shortestTrouble = time.Minute
	longestTrouble  = 10 * time.Minute
)

// Trouble gives what keeps the account from trading, nil for nothing.
func (a *BrokerAccount) Trouble() *AccountTrouble { return copied(a.s.Trouble) }

// TroubledBy gives the trouble that the account has now: the same trouble again
// has lasted since it began, and is tried ever less often, each minute at first
// and each ten minutes at last.
func (a *BrokerAccount) TroubledBy(code, message string, now time.Time) AccountTrouble {
	t := AccountTrouble{Code: code, Message: message, Since: now}
	if was := a.s.Trouble; was != nil && was.Code == code {
		t.Since = was.Since
	}
	t.RetryAt = now.Add(min(max(now.Sub(t.Since), shortestTrouble), longestTrouble))
	return t
}

// ParkedFor is how long nothing is to be sent for the account, 0 for not at all.
func (a *BrokerAccount) ParkedFor(now time.Time) time.Duration {
	if a.s.Trouble == nil {
		return 0
	}
	return max(0, a.s.Trouble.RetryAt.Sub(now))
}

// Rekey counts further credentials: whatever was wrong with the former ones is
// over.
func (a *BrokerAccount) Rekey() {
	a.s.CredentialsVersion++
	a.s.Trouble = nil
}
