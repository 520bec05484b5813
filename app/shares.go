package app

import (
	"maps"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// shares counts the lanes an executor holds of each user. One user has half of
// what it has room for at most, so that a flood of theirs leaves the other half
// to everybody else at any time.
type shares struct {
	most int

	mu   sync.Mutex
	held map[domain.UserID]int
}

func newShares(lanes int) *shares {
	return &shares{most: (lanes + 1) / 2, held: map[domain.UserID]int{}}
}

// now gives the counts as they are.
func (s *shares) now() map[domain.UserID]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.held)
}

func (s *shares) take(claimed []ports.ClaimedLane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, lane := range claimed {
		s.held[lane.UserID]++
	}
}

// give takes a lane off the count and reports whether its user had all they may.
func (s *shares) give(user domain.UserID) (full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	full = s.held[user] == s.most
	if s.held[user]--; s.held[user] == 0 {
		delete(s.held, user)
	}
	return full
}
