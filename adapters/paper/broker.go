package paper

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Broker is the paper broker for every account of kind paper. What it knows of
// an account is in the journal: another Broker over the same journal, in this
// process or elsewhere, sees the same account, and each command is decided with
// everything journaled before it.
//
// A command or a look-up costs what it touches and what others journaled since
// the last one, however many orders the account has had. For each account used,
// a few hundred bytes an order stay in memory.
type Broker struct {
	journal ports.PaperJournal
	clock   ports.Clock

	mu      sync.Mutex
	ledgers map[domain.BrokerAccountID]*ledger
}

var (
	_ ports.Broker       = (*Broker)(nil)
	_ ports.Quotes       = (*Broker)(nil)
	_ ports.PaperMarket  = (*Broker)(nil)
	_ ports.OrderHistory = (*Broker)(nil)
)

// New gives the broker over a journal.
func New(journal ports.PaperJournal, clock ports.Clock) *Broker {
	return &Broker{journal: journal, clock: clock, ledgers: map[domain.BrokerAccountID]*ledger{}}
}

// Capabilities says what the package comment promises.
func (b *Broker) Capabilities() ports.Capabilities {
	return ports.Capabilities{
		OrderTypes: orderTypes(), TimesInForce: timesInForce(),
		Duplicates: ports.DuplicatesRejectedForever, Lookup: ports.LookupDirect, Brackets: true,
	}
}

// Instrument knows every symbol and trades it in steps of 0.000000001.
func (b *Broker) Instrument(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error) {
	if err := checkAccount(account); err != nil {
		return domain.Instrument{}, err
	}
	if err := ctx.Err(); err != nil {
		return domain.Instrument{}, unavailable(err)
	}
	if !isCanonical(symbol) {
		return domain.Instrument{}, domain.NotFound("symbol")
	}
	return domain.Instrument{
		Symbol: symbol, AssetClass: domain.AssetClassUnknown, Tradable: true, QuantityStep: smallestQuantity(),
	}, nil
}

// Submit places an order; the report tells what it filled at once. What the
// journal could not confirm is KindUnknownOutcome, and a journal that cannot be
// read back KindInternal: then nothing was placed.
func (b *Broker) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	made, err := b.command(ctx, account, func(e *Engine, at time.Time) (Decision, error) { return e.Submit(at, r) })
	if err != nil {
		return domain.OrderReport{}, err
	}
	if made.Rejection != nil {
		return domain.OrderReport{}, made.Rejection
	}
	return made.Report, nil
}

// Cancel ends an open order at once.
func (b *Broker) Cancel(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	made, err := b.command(ctx, account, func(e *Engine, at time.Time) (Decision, error) { return e.Cancel(at, clientOrderID) })
	return made.Report, err
}

// Push gives a symbol its market and fills what it lets fill. The same quote
// again changes nothing and is not journaled.
func (b *Broker) Push(ctx context.Context, account *domain.BrokerAccount, q ports.Quote) ([]string, error) {
	made, err := b.command(ctx, account, func(e *Engine, at time.Time) (Decision, error) { return e.Push(at, q) })
	return made.Changed, err
}

// ByClientOrderID finds an order as soon as it is journaled.
func (b *Broker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	var report domain.OrderReport
	var found bool
	if err := b.look(ctx, account, func(e *Engine) { report, found = e.Order(clientOrderID) }); err != nil {
		return domain.OrderReport{}, err
	}
	if !found {
		return domain.OrderReport{}, domain.NotFound("order")
	}
	return report, nil
}

// ChangedOrders lists an account's orders. It costs what the account has had.
func (b *Broker) ChangedOrders(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) ([]ports.ListedOrder, error) {
	var found []ports.ListedOrder
	err := b.look(ctx, account, func(e *Engine) { found = e.Changed(since, limit) })
	return found, err
}

// Quote gives the symbol's last pushed quote, which is what it trades at until
// the next one. The price of an alert is none.
func (b *Broker) Quote(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (ports.Quote, error) {
	var q ports.Quote
	var known bool
	if err := b.look(ctx, account, func(e *Engine) { q, known = e.Quote(symbol) }); err != nil {
		return ports.Quote{}, err
	}
	if !known {
		return ports.Quote{}, domain.NotFound("quote")
	}
	return q, nil
}

// Summary gives the account by its journal; one not used yet has its starting
// cash. Positions are those that are not flat, by symbol.
func (b *Broker) Summary(ctx context.Context, account *domain.BrokerAccount) (ports.AccountSummary, error) {
	var s ports.AccountSummary
	err := b.look(ctx, account, func(e *Engine) { s = e.Summary() })
	return s, err
}

// command runs one decision inside the journal.
func (b *Broker) command(
	ctx context.Context, account *domain.BrokerAccount, decide func(*Engine, time.Time) (Decision, error),
) (Decision, error) {
	if err := checkAccount(account); err != nil {
		return Decision{}, err
	}
	l := b.ledger(account)
	select {
	case <-ctx.Done():
		return Decision{}, unavailable(ctx.Err())
	case <-l.turn:
	}
	defer func() { l.turn <- struct{}{} }()
	if err := ctx.Err(); err != nil {
		return Decision{}, unavailable(err)
	}

	at := b.clock.Now()
	if l.wasIdle(at) {
		// Not with the journal locked: others would wait for as long as it takes.
		if err := b.catchUp(ctx, account, l); err != nil {
			return Decision{}, err
		}
	}
	l.commanded = at
	after := l.sequence()
	var made Decision
	var refused error
	var base int64
	last, err := b.journal.Append(ctx, account.ID(), after, func(entries [][]byte) ([][]byte, error) {
		base, made = after+int64(len(entries)), Decision{}
		broken := l.read(after, entries, func(e *Engine) { made, refused = decide(e, at) })
		if broken != nil {
			refused = broken
		}
		return made.Entries, refused
	})
	switch {
	case err == nil:
	case refused != nil:
		return Decision{}, refused
	case len(made.Entries) == 0 || errors.Is(err, domain.KindUnavailable):
		return Decision{}, unavailable(err)
	default:
		return Decision{}, &domain.Error{
			Kind: domain.KindUnknownOutcome, Code: "paper_journal_unconfirmed",
			Msg: "the paper account's journal did not confirm the entry", Err: err,
		}
	}
	if last == base+int64(len(made.Entries)) {
		// Whatever is wrong with the entries, the next call says so.
		_ = l.read(base, made.Entries, func(*Engine) {})
	} else {
		l.forget(account)
	}
	return made, nil
}

// look reads what was journaled since and lets fn look at the account.
func (b *Broker) look(ctx context.Context, account *domain.BrokerAccount, fn func(*Engine)) error {
	if err := checkAccount(account); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	l := b.ledger(account)
	if err := b.catchUp(ctx, account, l); err != nil {
		return err
	}
	return l.read(l.sequence(), nil, fn)
}

// catchUp reads what was journaled since, page by page. What was folded stays so
// where the rest cannot be read now: the next call goes on from there, however long
// the history.
func (b *Broker) catchUp(ctx context.Context, account *domain.BrokerAccount, l *ledger) error {
	for {
		after := l.sequence()
		entries, err := b.journal.Read(ctx, account.ID(), after)
		if err != nil {
			return unavailable(err)
		}
		if len(entries) == 0 {
			return nil
		}
		if err := l.read(after, entries, func(*Engine) {}); err != nil {
			return err
		}
	}
}

func (b *Broker) ledger(account *domain.BrokerAccount) *ledger {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.ledgers[account.ID()]
	if !ok {
		l = newLedger(account)
		b.ledgers[account.ID()] = l
	}
	return l
}

func checkAccount(account *domain.BrokerAccount) error {
	if account.Kind() != domain.BrokerKindPaper {
		return domain.Invalid("unsupported_broker", "kind", "only accounts of kind paper trade here")
	}
	return nil
}

// unavailable says that nothing happened: the journal was not written to.
func unavailable(cause error) error {
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: "paper_journal_unavailable",
		Msg: "the paper account's journal cannot be reached", Err: cause,
	}
}
