package ports

import "github.com/hookfill/hookfill/domain"

// BacklogAction is what an owner says of an entry that waited too long, or waits for
// its session.
type BacklogAction string

// The actions.
const (
	// BacklogExecute: it is executed after all, as things are now. What waits for its
	// session does not ask for that.
	BacklogExecute BacklogAction = "execute"
	// BacklogDiscard: it stays expired, and waits for nothing.
	BacklogDiscard BacklogAction = "discard"
)

// BacklogActions lists the actions.
func BacklogActions() []BacklogAction { return []BacklogAction{BacklogExecute, BacklogDiscard} }

// ParseBacklogAction reads one of BacklogActions; anything else is KindInvalid.
func ParseBacklogAction(s string) (BacklogAction, error) {
	for _, a := range BacklogActions() {
		if string(a) == s {
			return a, nil
		}
	}
	return "", domain.Invalid("invalid_action", "action", "must be execute or discard")
}
