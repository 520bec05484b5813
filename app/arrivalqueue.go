package app

import (
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// waiting is an arrival and the way to answer it.
type waiting struct {
	arrival ports.Arrival
	done    chan answer
}

type answer struct {
	result ports.ArrivalResult
	err    error
}

// arrivalQueue is where arrivals wait for a commit: a line a user, served in
// turn, so that one user's flood is the wait of that user alone. Within its line
// an arrival keeps its place. It is safe for concurrent use.
type arrivalQueue struct {
	// some has a token where there may be something to take.
	some  chan struct{}
	limit int

	mu    sync.Mutex
	count int
	lines map[domain.UserID]*arrivalLine
	// turns are the lines with somebody in them, whose turn it is first.
	turns []*arrivalLine
}

type arrivalLine struct {
	user    domain.UserID
	waiting []waiting
}

func newArrivalQueue(limit int) *arrivalQueue {
	return &arrivalQueue{some: make(chan struct{}, 1), limit: limit, lines: map[domain.UserID]*arrivalLine{}}
}

// push puts an arrival into its user's line. Where the queue is full, the last
// of the longest line has to go to make room: the arrival itself, where that is
// its own line. It gives who has to go, false where there is room.
func (q *arrivalQueue) push(w waiting) (gone waiting, full bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	user := w.arrival.Delivery.UserID
	if q.count >= q.limit {
		longest := q.longest()
		if own := q.lines[user]; longest == nil || own != nil && len(own.waiting) >= len(longest.waiting) || len(longest.waiting) == 1 {
			return w, true
		}
		last := len(longest.waiting) - 1
		gone, full = longest.waiting[last], true
		longest.waiting[last] = waiting{}
		longest.waiting = longest.waiting[:last]
		q.count--
	}
	line := q.lines[user]
	if line == nil {
		line = &arrivalLine{user: user}
		q.lines[user] = line
		q.turns = append(q.turns, line)
	}
	line.waiting = append(line.waiting, w)
	q.count++
	select {
	case q.some <- struct{}{}:
	default:
	}
	return gone, full
}

func (q *arrivalQueue) longest() (longest *arrivalLine) {
	for _, line := range q.turns {
		if longest == nil || len(line.waiting) > len(longest.waiting) {
			longest = line
		}
	}
	return longest
}

// take gives what waits now, up to a number: one of each line in turn.
func (q *arrivalQueue) take(limit int) []waiting {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := make([]waiting, 0, min(q.count, limit))
	for len(batch) < limit && len(q.turns) > 0 {
		line := q.turns[0]
		q.turns = q.turns[1:]
		batch = append(batch, line.waiting[0])
		line.waiting[0] = waiting{}
		if line.waiting = line.waiting[1:]; len(line.waiting) == 0 {
			delete(q.lines, line.user)
			continue
		}
		q.turns = append(q.turns, line)
	}
	q.count -= len(batch)
	return batch
}

// size is how many wait.
func (q *arrivalQueue) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count
}
