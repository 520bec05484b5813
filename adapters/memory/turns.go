package memory

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// inTurn gives those of the ready lanes that a claim takes, in the order of their
// places: the n-th lane of a user comes after the n-1 the owner has with it.
// Where places are equal, users follow each other in a circle, from behind the
// one whose lane was claimed last.
func (t *tx) inTurn(ready []int64, want ports.LaneRequest) []int64 {
	owned, place := map[domain.UserID]int{}, map[int64]int{}
	for _, id := range ready {
		user := t.lanes[id].user
		owned[user]++
		place[id] = want.Held[user] + owned[user]
	}
	ready = slices.DeleteFunc(ready, func(id int64) bool { return want.PerUser > 0 && place[id] > want.PerUser })
	slices.SortStableFunc(ready, func(a, b int64) int {
		return cmp.Or(cmp.Compare(place[a], place[b]), t.compareTurns(t.lanes[a].user, t.lanes[b].user))
	})
	return ready[:min(len(ready), max(want.Lanes, 0))]
}

// compareTurns orders users by how soon they follow the last one.
func (t *tx) compareTurns(a, b domain.UserID) int {
	rounds := func(user domain.UserID) int {
		if bytes.Compare(user.UUID[:], t.lastTurn.UUID[:]) > 0 {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rounds(a), rounds(b)), bytes.Compare(a.UUID[:], b.UUID[:]))
}
