package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// StreamsConfig says how brokers are listened to.
type StreamsConfig struct {
	// Owner names this process among those that share the streams.
	Owner string
	// Lease is how long a stream stays with a process that does not renew it, which
	// it does three times in a lease. Limit is how many streams one process holds.
	Lease time.Duration
	Limit int
	// Retry is how long is waited before a stream that ended is opened again, twice
	// as long each time up to RetryAtMost; one that lasted that long begins anew.
	Retry, RetryAtMost time.Duration
	// Batch is how many orders are asked about at once after a gap.
	Batch int
}

// DefaultStreamsConfig is what the server uses.
func DefaultStreamsConfig(owner string) StreamsConfig {
	return StreamsConfig{
		Owner: owner, Lease: 15 * time.Second, Limit: 500, Retry: time.Second, RetryAtMost: time.Minute, Batch: 100,
	}
}

// Streams listen to the brokers that tell by themselves what happens to orders,
// one stream for each account across all processes, and have the tracker ask about
// the orders that something happened to. Whenever a stream begins, and after
// whatever could not be read, all working orders of the account are asked about:
// what was missed is. Since what happened is asked for and not taken from the
// stream, an update may come twice, late or not at all; and two that listen at
// once do no harm.
type Streams struct {
	leases  ports.StreamLeases
	ledger  ports.Ledger
	brokers ports.Brokers
	tracker *Tracker
	clock   ports.Clock
	log     *slog.Logger
	c       StreamsConfig
	// open ends the streams of this process, by account.
	open map[domain.BrokerAccountID]*openStream
}

type openStream struct {
	cancel context.CancelFunc
	over   chan struct{}
}

// NewStreams makes streams; Run opens them.
func NewStreams(
	leases ports.StreamLeases, ledger ports.Ledger, brokers ports.Brokers, tracker *Tracker, clock ports.Clock, log *slog.Logger, c StreamsConfig,
) *Streams {
	return &Streams{
		leases: leases, ledger: ledger, brokers: brokers, tracker: tracker, clock: clock, log: log, c: c,
		open: map[domain.BrokerAccountID]*openStream{},
	}
}

// leaveTimeout bounds how long the end of Run takes to give its streams up.
const leaveTimeout = 2 * time.Second

// Run listens until ctx ends, and then gives its streams up to others. It may be
// called once.
func (s *Streams) Run(ctx context.Context) {
	every := time.NewTicker(s.c.Lease / 3)
	defer every.Stop()
	kinds := s.telling()
	defer s.leave(ctx)
	for misses := 0; ; {
		held, err := s.hold(ctx, kinds)
		switch {
		case err == nil:
			misses = 0
			s.keep(ctx, held)
		case ctx.Err() == nil:
			s.log.ErrorContext(ctx, "cannot renew the streams of accounts", "streams", len(s.open), "error", err)
			if misses++; misses >= 2 {
				s.keep(ctx, nil) // somebody else may have them by now
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// telling gives the kinds of broker that tell by themselves.
func (s *Streams) telling() []domain.BrokerKind {
	var kinds []domain.BrokerKind
	for _, kind := range domain.BrokerKinds() {
		if broker, err := s.brokers.For(kind); err == nil {
			if _, ok := broker.(ports.TradeUpdates); ok {
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

func (s *Streams) hold(ctx context.Context, kinds []domain.BrokerKind) ([]domain.BrokerAccountID, error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.Lease/3)
	defer cancel()
	return s.leases.HoldStreams(ctx, s.c.Owner, kinds, s.c.Lease, s.c.Limit)
}

// keep opens the streams of these accounts that are not, and ends all others.
func (s *Streams) keep(ctx context.Context, held []domain.BrokerAccountID) {
	wanted := make(map[domain.BrokerAccountID]bool, len(held))
	for _, id := range held {
		wanted[id] = true
		if s.open[id] == nil {
			listening, cancel := context.WithCancel(ctx)
			stream := &openStream{cancel, make(chan struct{})}
			s.open[id] = stream
			go func() {
				defer close(stream.over)
				s.follow(listening, id)
			}()
		}
	}
	for id, stream := range s.open {
		if !wanted[id] {
			stream.cancel()
			<-stream.over
			delete(s.open, id)
		}
	}
}

func (s *Streams) leave(ctx context.Context) {
	s.keep(ctx, nil)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	if err := s.leases.LeaveStreams(ctx, s.c.Owner); err != nil {
		s.log.WarnContext(ctx, "cannot give up the streams of accounts; others take them over when their leases end", "error", err)
	}
}

// follow listens to an account until ctx ends, over as many connections as it
// takes.
func (s *Streams) follow(ctx context.Context, id domain.BrokerAccountID) {
	wait := s.c.Retry
	for {
		began := s.clock.Now()
		err := s.listen(ctx, id)
		if ctx.Err() != nil {
			return
		}
		if s.clock.Now().Sub(began) >= s.c.RetryAtMost {
			wait = s.c.Retry
		}
		pause := wait
		if e, ok := asError(err); ok {
			pause = max(wait, e.RetryAfter)
		}
		s.log.WarnContext(ctx, "a broker's stream ended; orders are asked about until it is back",
			"broker_account_id", id, "kind", domain.KindOf(err), "retry_in", pause, "error", err)
		if !rest(ctx, pause) {
			return
		}
		wait = min(2*wait, s.c.RetryAtMost)
	}
}

// listen follows one connection. What it tells is asked about beside it, so that
// the stream is never held up.
func (s *Streams) listen(ctx context.Context, id domain.BrokerAccountID) error {
	account, err := s.ledger.Account(ctx, id)
	if err != nil {
		return err
	}
	broker, err := s.brokers.For(account.Kind())
	if err != nil {
		return err
	}
	updates, ok := broker.(ports.TradeUpdates)
	if !ok {
		return domain.Invalid("unsupported_broker", "kind", "the broker tells nothing by itself")
	}
	news := newNews()
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		s.learn(ctx, id, news)
	}()
	err = updates.Follow(ctx, account, news.missed, news.of)
	cancel()
	<-over
	return err
}

// whileSending is how long an order rests of which a broker tells before its answer
// to it is written down.
const whileSending = 50 * time.Millisecond

// learn asks about what there is news of, until ctx ends. What could not be asked
// now the tracker's own round asks about.
func (s *Streams) learn(ctx context.Context, account domain.BrokerAccountID, news *news) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-news.come:
		}
		ids, missed := news.take()
		var sending []string
		var err error
		if missed {
			err = s.tracker.catchUp(ctx, account, s.c.Batch)
		}
		if err == nil {
			sending, err = s.tracker.hear(ctx, account, ids)
		}
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "cannot ask about orders that a broker told of; their turn comes", "broker_account_id", account, "error", err)
		}
		if len(sending) > 0 && !rest(ctx, whileSending) {
			return
		}
		for _, id := range sending {
			news.of(id)
		}
	}
}
