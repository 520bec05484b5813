package app

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// batcher lets concurrent arrivals share a commit. A flusher takes everything
// that queued while its last commit was under way, so a lone arrival waits for
// nobody and a crowd pays for one commit. Arrivals of one lane always meet the
// same flusher, which keeps them in the order they came.
type batcher struct {
	inbox   ports.SignalInbox
	bell    *Doorbell
	queues  []chan waiting
	seed    maphash.Seed
	maxRows int
}

// waiting is an arrival and the way to answer it.
type waiting struct {
	arrival ports.Arrival
	done    chan<- answer
}

type answer struct {
	result ports.ArrivalResult
	err    error
}

func newBatcher(inbox ports.SignalInbox, bell *Doorbell, flushers, queueLimit, maxRows int) *batcher {
	b := &batcher{inbox: inbox, bell: bell, seed: maphash.MakeSeed(), maxRows: maxRows}
	for range flushers {
		b.queues = append(b.queues, make(chan waiting, queueLimit/flushers))
	}
	return b
}

// add queues an arrival and waits until it is durable or ctx ends. More waiting
// than the queue holds is KindUnavailable at once.
func (b *batcher) add(ctx context.Context, a ports.Arrival) (ports.ArrivalResult, error) {
	done := make(chan answer, 1)
	select {
	case b.queues[b.queueOf(a)] <- waiting{a, done}:
	default:
		return ports.ArrivalResult{}, tryAgain("overloaded", "more alerts wait than can be stored in time", nil)
	}
	select {
	case got := <-done:
		if got.err == nil {
			got.err = got.result.Err
		}
		return got.result, got.err
	case <-ctx.Done():
		return ports.ArrivalResult{}, tryAgain("commit_timeout", "the alert could not be stored in time", ctx.Err())
	}
}

func tryAgain(code, msg string, cause error) error {
	return &domain.Error{Kind: domain.KindUnavailable, Code: code, Msg: msg, RetryAfter: time.Second, Err: cause}
}

// queueOf gives the same queue for everything that may share a lane, which is
// an account and a symbol.
func (b *batcher) queueOf(a ports.Arrival) int {
	if len(b.queues) == 1 || len(a.Signals) == 0 {
		return 0
	}
	hash := maphash.String(b.seed, string(a.Signals[0].Symbol()))
	return int(hash % uint64(len(b.queues))) //nolint:gosec // less than the number of queues
}

// run flushes until ctx ends, then flushes what is still queued.
func (b *batcher) run(ctx context.Context) {
	var flushers sync.WaitGroup
	for _, queue := range b.queues {
		flushers.Go(func() { b.flushAll(ctx, queue) })
	}
	flushers.Wait()
}

func (b *batcher) flushAll(ctx context.Context, queue <-chan waiting) {
	for {
		select {
		case first := <-queue:
			b.flush(b.gather(first, queue))
		case <-ctx.Done():
			for {
				select {
				case first := <-queue:
					b.flush(b.gather(first, queue))
				default:
					return
				}
			}
		}
	}
}

// gather takes what is queued now, without waiting for more.
func (b *batcher) gather(first waiting, queue <-chan waiting) []waiting {
	batch := []waiting{first}
	for len(batch) < b.maxRows {
		select {
		case next := <-queue:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// flushTimeout bounds one commit. It is longer than any sender waits: an answer
// that comes too late still leaves the alert stored, and its resend a duplicate.
const flushTimeout = 10 * time.Second

func (b *batcher) flush(batch []waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	arrivals := make([]ports.Arrival, len(batch))
	for i, w := range batch {
		arrivals[i] = w.arrival
	}
	results, err := b.inbox.Append(ctx, arrivals)
	for i, w := range batch {
		if err != nil {
			w.done <- answer{err: err}
			continue
		}
		w.done <- answer{result: results[i]}
	}
	if err == nil {
		b.bell.Ring()
	}
}
