package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// StopWatchConfig says how synthetic stops are watched.
type StopWatchConfig struct {
	// Every is how often the prices are looked at.
	Every time.Duration
	// Page is how many stops are read at once, Parallel how many symbols are asked
	// for at once.
	Page, Parallel int
	// SendTimeout bounds one call to a broker.
	SendTimeout time.Duration
	// BlindAfter is how long the prices of a symbol may be unknown before that is
	// an alarm, and how long it is until it is one again.
	BlindAfter time.Duration
	// Retries are how long after the price was reached a further exit is made where
	// the one before came to nothing.
	Retries []time.Duration
	// Alarm, where it is set, is called for every position that cannot be watched or
	// closed.
	Alarm func()
}

// DefaultStopWatchConfig is what the server uses.
func DefaultStopWatchConfig() StopWatchConfig {
	return StopWatchConfig{
		Every: 2 * time.Second, Page: 500, Parallel: 8, SendTimeout: 5 * time.Second, BlindAfter: 30 * time.Second,
		Retries: []time.Duration{30 * time.Second, 5 * time.Minute},
	}
}

// StopWatch sees to synthetic stops: it asks brokers what is watched trades at, and
// where a price is reached it writes that down and then has the position closed, by
// a signal of source protection. Every step follows from what is stored, so several
// of them, in several processes, close a position once, and one that begins where
// another was killed goes on. A position stays watched until it is gone.
type StopWatch struct {
	ledger  ports.Ledger
	inbox   ports.SignalInbox
	brokers ports.Brokers
	orders  *submitter
	clock   ports.Clock
	bell    *Doorbell
	log     *slog.Logger
	c       StopWatchConfig

	mu sync.Mutex
	// blind is since when a lane's prices are unknown, or since the last alarm.
	blind map[lookedAt]time.Time
}

// lookedAt is what one question to a broker is about.
type lookedAt struct {
	account domain.BrokerAccountID
	symbol  domain.Symbol
}

// NewStopWatch makes a stop watch; Run starts it.
func NewStopWatch(
	ledger ports.Ledger, inbox ports.SignalInbox, brokers ports.Brokers, clock ports.Clock, bell *Doorbell, log *slog.Logger, c StopWatchConfig,
) *StopWatch {
	return &StopWatch{
		ledger: ledger, inbox: inbox, brokers: brokers, clock: clock, bell: bell, log: log, c: c, blind: map[lookedAt]time.Time{},
		orders: &submitter{ledger: ledger, brokers: brokers, clock: clock, log: log, timeout: c.SendTimeout, routine: true},
	}
}

// canBeWatched reports whether a broker tells prices, and how the entry stands that
// is watched over.
func canBeWatched(broker ports.Broker) bool {
	_, quotes := broker.(ports.Quotes)
	return quotes && broker.Capabilities().Lookup != ports.LookupNone
}

// Run watches until ctx ends.
func (w *StopWatch) Run(ctx context.Context) {
	goRound(ctx, w.c.Every, w.Round, func(err error) {
		w.log.ErrorContext(ctx, "cannot watch synthetic stops; trying again", "error", err)
	})
}

// Round looks at every synthetic stop in force once.
func (w *StopWatch) Round(ctx context.Context) error {
	watched := map[lookedAt]bool{}
	var after domain.OrderID
	for ctx.Err() == nil {
		stops, err := w.ledger.WatchedStops(ctx, after, w.c.Page)
		if err != nil {
			return err
		}
		var order []lookedAt
		lanes := map[lookedAt][]ports.WatchedStop{}
		for _, s := range stops {
			at := lookedAt{s.BrokerAccountID, s.Symbol}
			if lanes[at] == nil {
				order = append(order, at)
			}
			lanes[at], watched[at] = append(lanes[at], s), true
		}
		w.look(ctx, order, lanes)
		if len(stops) < w.c.Page {
			break
		}
		after = stops[len(stops)-1].EntryID
	}
	w.forget(watched)
	return ctx.Err()
}

// look sees to lanes side by side, so that a broker that hangs delays its own.
func (w *StopWatch) look(ctx context.Context, order []lookedAt, lanes map[lookedAt][]ports.WatchedStop) {
	var looking sync.WaitGroup
	places := make(chan struct{}, max(w.c.Parallel, 1))
	for _, at := range order {
		places <- struct{}{}
		looking.Go(func() {
			defer func() { <-places }()
			if err := w.see(ctx, at, lanes[at]); err != nil && ctx.Err() == nil {
				w.log.WarnContext(ctx, "cannot see to synthetic stops; trying again", "broker_account_id", at.account,
					"symbol", at.symbol, "kind", domain.KindOf(err), "error", err)
			}
		})
	}
	looking.Wait()
}

func (w *StopWatch) see(ctx context.Context, at lookedAt, stops []ports.WatchedStop) error {
	var errs []error
	waiting := stops[:0:0]
	for _, s := range stops {
		held := s.Held(s.Filled, s.ConfigPosition, s.AccountPosition)
		switch {
		case held.IsZero() && s.Over:
			errs = append(errs, w.ledger.EndStop(ctx, s.EntryID, domain.SyntheticStopClosed, w.clock.Now()))
		case s.TriggeredAt != nil && held.IsZero():
			// Its exit ends what the entry has open.
		case s.TriggeredAt != nil:
			errs = append(errs, w.exit(ctx, s, held))
		default:
			waiting = append(waiting, s)
		}
	}
	if len(waiting) == 0 {
		return errors.Join(errs...)
	}
	prices, err := w.prices(ctx, at)
	w.knows(ctx, at, err, waiting)
	if err != nil {
		return errors.Join(errs...)
	}
	for _, s := range waiting {
		price, reached := s.Reached(prices)
		switch {
		case !reached:
		case s.Held(s.Filled, s.ConfigPosition, s.AccountPosition).IsZero():
			errs = append(errs, w.refresh(ctx, s)) // what it filled may not be known yet
		default:
			errs = append(errs, w.trigger(ctx, s, price))
		}
	}
	return errors.Join(errs...)
}

// refresh learns what an entry filled, for the next round to act on.
func (w *StopWatch) refresh(ctx context.Context, s ports.WatchedStop) error {
	brief, err := w.ledger.Brief(ctx, s.TicketID)
	if err != nil {
		return err
	}
	for _, o := range brief.Orders {
		if o.ID() != s.EntryID || !o.IsWorking() {
			continue
		}
		events, err := w.orders.lookUp(ctx, brief.Account, o)
		if err != nil {
			return err
		}
		_, err = w.ledger.Record(ctx, ports.OrderFacts{OrderID: o.ID(), Events: events}, w.clock.Now())
		return err
	}
	return nil
}

func (w *StopWatch) prices(ctx context.Context, at lookedAt) (domain.Prices, error) {
	account, err := w.ledger.Account(ctx, at.account)
	if err != nil {
		return domain.Prices{}, err
	}
	broker, err := w.brokers.For(account.Kind())
	if err != nil {
		return domain.Prices{}, err
	}
	quotes, ok := broker.(ports.Quotes)
	if !ok {
		return domain.Prices{}, domain.NotFound("quote")
	}
	ctx, cancel := context.WithTimeout(ctx, w.c.SendTimeout)
	defer cancel()
	quote, err := quotes.Quote(ctx, account, at.symbol)
	return quote.Prices(), err
}

// knows raises an alarm where positions are held whose prices have been unknown
// for long, and again after as long.
func (w *StopWatch) knows(ctx context.Context, at lookedAt, err error, waiting []ports.WatchedStop) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	since, blind := w.blind[at]
	switch {
	case err == nil:
		delete(w.blind, at)
	case !blind:
		w.blind[at] = now
	case now.Sub(since) >= w.c.BlindAfter:
		w.blind[at] = now
		w.log.ErrorContext(ctx, "the price of a position with a synthetic stop is unknown; nobody watches over it",
			"broker_account_id", at.account, "symbol", at.symbol, "stops", len(waiting), "kind", domain.KindOf(err), "error", err)
		if w.c.Alarm != nil {
			w.c.Alarm()
		}
	}
}

// forget drops what is not watched any more.
func (w *StopWatch) forget(watched map[lookedAt]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for at := range w.blind {
		if !watched[at] {
			delete(w.blind, at)
		}
	}
}
