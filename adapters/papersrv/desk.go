package papersrv

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// desk is one account. What it knows follows from its journal. Whoever holds mu
// reads and changes it; a request holds it from its checks to its effect, so
// that nothing comes between them.
type desk struct {
	id      domain.BrokerAccountID
	journal ports.PaperJournal
	clock   ports.Clock
	ids     ports.IDs
	rules   rules

	mu        sync.Mutex
	engine    *paper.Engine
	chronicle *paper.Chronicle
	// faults counts the failures that are switched on, hidden the look-ups that are
	// going to miss an order.
	faults, hidden map[string]int
	// tooLate are the orders whose cancel comes too late, and when they fill.
	tooLate map[string]time.Time
	// changed is closed, and replaced, when something happened to an order.
	changed chan struct{}
}

func (s *Server) newDesk(id domain.BrokerAccountID) *desk {
	return &desk{
		id: id, journal: s.deps.Journal, clock: s.deps.Clock, ids: s.deps.IDs, rules: s.rules,
		engine: paper.NewVenueEngine(id, s.config.Cash, s.rules.venue(s.config.PartialFills)), chronicle: paper.NewChronicle(id), changed: make(chan struct{}),
		faults: map[string]int{}, hidden: map[string]int{}, tooLate: map[string]time.Time{},
	}
}

// run decides something and makes it last. A client that leaves meanwhile stops
// nothing: what is decided is either kept or not, never half.
func (d *desk) run(ctx context.Context, decide func(at time.Time) (paper.Decision, error)) (paper.Decision, error) {
	var made paper.Decision
	after, at := d.engine.Sequence(), d.clock.Now()
	_, err := d.journal.Append(context.WithoutCancel(ctx), d.id, after, func(entries [][]byte) ([][]byte, error) {
		made = paper.Decision{}
		if err := d.fold(after, entries); err != nil {
			return nil, err
		}
		var err error
		if made, err = decide(at); err != nil {
			return nil, err
		}
		return made.Entries, nil
	})
	if err != nil {
		return paper.Decision{}, err
	}
	return made, d.fold(d.engine.Sequence(), made.Entries)
}

// refresh reads what the journal has beyond what is known.
func (d *desk) refresh(ctx context.Context) error {
	for {
		after := d.engine.Sequence()
		entries, err := d.journal.Read(ctx, d.id, after)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := d.fold(after, entries); err != nil {
			return err
		}
	}
}

// fold takes in the entries after a sequence number, but for those known
// already, and wakes who waits for news.
func (d *desk) fold(after int64, entries [][]byte) error {
	fresh := entries[min(d.engine.Sequence()-after, int64(len(entries))):]
	if len(fresh) == 0 {
		return nil
	}
	if err := d.engine.Fold(fresh); err != nil {
		return err
	}
	if err := d.chronicle.Fold(fresh); err != nil {
		return err
	}
	close(d.changed)
	d.changed = make(chan struct{})
	return nil
}

// submit places what passed the rules. An order that the account rejects is not
// kept, and its client order id is free.
func (d *desk) submit(ctx context.Context, t paper.Ticket) (*paper.Record, error) {
	return d.enter(ctx, t.ClientOrderID, func(at time.Time) (paper.Decision, error) { return d.engine.Place(at, t) })
}

// enter runs what brings a new order in, and gives it.
func (d *desk) enter(ctx context.Context, id string, decide func(at time.Time) (paper.Decision, error)) (*paper.Record, error) {
	_, err := d.run(ctx, func(at time.Time) (paper.Decision, error) {
		made, err := decide(at)
		if err == nil && made.Rejection != nil {
			err = made.Rejection
		}
		return made, err
	})
	if err != nil {
		return nil, err
	}
	return d.chronicle.ByClientOrderID(id), nil
}

// pass lets time go by, where that changes anything.
func (d *desk) pass(ctx context.Context) error {
	if due, err := d.engine.Pass(d.clock.Now()); err != nil || len(due.Entries) == 0 {
		return err
	}
	_, err := d.run(ctx, d.engine.Pass)
	return err
}

// cancel ends an order and those that came with it. One that is over already is
// left as it is.
func (d *desk) cancel(ctx context.Context, r *paper.Record) error {
	for _, id := range d.group(r) {
		if other := d.chronicle.ByClientOrderID(id); other == nil || other.Status.IsTerminal() {
			continue
		}
		if _, err := d.run(ctx, func(at time.Time) (paper.Decision, error) { return d.engine.Cancel(at, id) }); err != nil {
			return err
		}
	}
	return nil
}

// group gives the ids of an order and of those that end with it: the entry that
// its legs wait for, its legs, and what works beside it.
func (d *desk) group(r *paper.Record) []string {
	head := cmp.Or(r.Parent, r.Either, r.ClientOrderID)
	ids := []string{head, r.ClientOrderID}
	for _, other := range d.chronicle.Open() {
		if cmp.Or(other.Parent, other.Either) == head {
			ids = append(ids, other.ClientOrderID)
		}
	}
	return ids
}

// legsOf gives what came with an order.
func (d *desk) legsOf(r *paper.Record) []*paper.Record {
	var legs []*paper.Record
	for _, id := range r.Legs {
		legs = append(legs, d.chronicle.ByClientOrderID(id))
	}
	if all := d.chronicle.Orders(); r.Either == r.ClientOrderID && r.Number < len(all) && all[r.Number].Either == r.Either {
		legs = append(legs, all[r.Number])
	}
	return legs
}

// mark gives what a symbol is worth at this desk, nil while nothing is known.
func (d *desk) mark(symbol domain.Symbol) *domain.Price {
	q, _ := d.engine.Quote(symbol)
	switch {
	case q.LastPrice != nil:
		return q.LastPrice
	case q.Bid != nil && q.Ask != nil:
		mid, err := domain.NewPrice(q.Bid.Decimal().Add(q.Ask.Decimal()).Mul(half()))
		if err == nil {
			return &mid
		}
	case q.Bid != nil:
		return q.Bid
	}
	return q.Ask
}
