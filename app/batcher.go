package app

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// batcher lets concurrent arrivals share a commit. It takes everything that
// queued while the last commit was under way, so a lone arrival waits for nobody
// and a crowd pays for one commit. There is one commit at a time, which keeps
// arrivals in the order they came and never has them wait for each other's locks.
type batcher struct {
	inbox   ports.SignalInbox
	bell    *Doorbell
	queue   chan waiting
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

func newBatcher(inbox ports.SignalInbox, bell *Doorbell, queueLimit, maxRows int) *batcher {
	return &batcher{inbox: inbox, bell: bell, queue: make(chan waiting, queueLimit), maxRows: maxRows}
}

// add queues an arrival and waits until it is durable or ctx ends. More waiting
// than the queue holds is KindUnavailable at once.
func (b *batcher) add(ctx context.Context, a ports.Arrival) (ports.ArrivalResult, error) {
	done := make(chan answer, 1)
	select {
	case b.queue <- waiting{a, done}:
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

// run flushes until ctx ends, then flushes what is still queued.
func (b *batcher) run(ctx context.Context) {
	for {
		select {
		case first := <-b.queue:
			b.flush(b.gather(first))
		case <-ctx.Done():
			b.drain()
			return
		}
	}
}

func (b *batcher) drain() {
	for {
		select {
		case first := <-b.queue:
			b.flush(b.gather(first))
		default:
			return
		}
	}
}

// gather takes what is queued now, without waiting for more.
func (b *batcher) gather(first waiting) []waiting {
	batch := []waiting{first}
	for len(batch) < b.maxRows {
		select {
		case next := <-b.queue:
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
