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
	queue   *arrivalQueue
	maxRows int
}

func newBatcher(inbox ports.SignalInbox, bell *Doorbell, queueLimit, maxRows int) *batcher {
	return &batcher{inbox: inbox, bell: bell, queue: newArrivalQueue(queueLimit), maxRows: maxRows}
}

// store prepares an arrival, queues it and waits until it is durable or ctx
// ends. Where more wait than the queue holds, it is KindUnavailable at once, or
// as soon as somebody whose line is shorter needs the place.
func (b *batcher) store(ctx context.Context, a *ports.Arrival) (ports.ArrivalResult, error) {
	if err := b.inbox.Prepare(a); err != nil {
		return ports.ArrivalResult{}, err
	}
	mine := waiting{*a, make(chan answer, 1)}
	if gone, full := b.queue.push(mine); full {
		gone.done <- answer{err: tryAgain("overloaded", "more alerts wait than can be stored in time", nil)}
	}
	select {
	case got := <-mine.done:
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
		case <-b.queue.some:
			b.flushAll()
		case <-ctx.Done():
			b.flushAll()
			return
		}
	}
}

// flushAll commits what is queued, without waiting for more, until nothing is.
func (b *batcher) flushAll() {
	for batch := b.queue.take(b.maxRows); len(batch) > 0; batch = b.queue.take(b.maxRows) {
		b.flush(batch)
	}
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
	if err == nil {
		b.bell.Ring()
	}
	go answerAll(batch, results, err)
}

// answerAll runs beside the next commit: waking a crowd must not keep the
// database waiting.
func answerAll(batch []waiting, results []ports.ArrivalResult, err error) {
	for i, w := range batch {
		if err != nil {
			w.done <- answer{err: err}
			continue
		}
		w.done <- answer{result: results[i]}
	}
}
