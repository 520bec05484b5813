package app

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// ReconcilerConfig says how accounts are compared with their brokers' books.
type ReconcilerConfig struct {
	// Every is how often an account is compared, beside once when a process
	// starts.
	Every time.Duration
	// Poll is how often accounts are looked for that are due, Lease how long a
	// comparison may take before another process takes it over.
	Poll, Lease time.Duration
	// Batch is how many accounts are taken at once, Page how many orders are asked
	// for at once.
	Batch, Page int
	// Overlap is how far a comparison reaches back beyond what it has to.
	Overlap time.Duration
	// SendTimeout bounds one call to a broker.
	SendTimeout time.Duration
	// Found, where it is set, is called for every order that no row accounts for.
	Found func()
}

// DefaultReconcilerConfig is what the server uses.
func DefaultReconcilerConfig() ReconcilerConfig {
	return ReconcilerConfig{
		Every: 24 * time.Hour, Poll: time.Minute, Lease: 10 * time.Minute, Batch: 10, Page: 500,
		Overlap: 10 * time.Minute, SendTimeout: 8 * time.Second,
	}
}

// Reconciler compares accounts with their brokers' books, where a broker can
// list orders: what the broker knows of our orders is recorded, and an order that
// carries our mark and that no row accounts for is an alarm. It is never taken
// for one of ours, and the orders of others are left alone. Several reconcilers
// share the accounts.
type Reconciler struct {
	ledger  ports.Ledger
	orders  *submitter
	guard   *Guard
	clock   ports.Clock
	ids     ports.IDs
	log     *slog.Logger
	c       ReconcilerConfig
	started time.Time
}

// NewReconciler makes a reconciler; Run starts it.
func NewReconciler(
	ledger ports.Ledger, brokers ports.Brokers, guard *Guard, clock ports.Clock, ids ports.IDs, log *slog.Logger, c ReconcilerConfig,
) *Reconciler {
	return &Reconciler{
		ledger: ledger, guard: guard, clock: clock, ids: ids, log: log, c: c, started: clock.Now(),
		orders: &submitter{ledger: ledger, brokers: brokers, clock: clock, log: log, timeout: c.SendTimeout, routine: true},
	}
}

// Run compares until ctx ends.
func (r *Reconciler) Run(ctx context.Context) {
	goRound(ctx, r.c.Poll, r.Round, func(err error) {
		r.log.ErrorContext(ctx, "cannot compare accounts with their brokers; trying again", "error", err)
	})
}

// Round compares every account that is due, once. All are that were not compared
// since this process started: its database may be one put back from a backup.
func (r *Reconciler) Round(ctx context.Context) error {
	for ctx.Err() == nil {
		age := min(r.c.Every, r.clock.Now().Sub(r.started))
		due, err := r.ledger.Compare(ctx, age, r.c.Lease, r.c.Batch)
		if err != nil {
			return err
		}
		for _, comparison := range due {
			if err := r.compare(ctx, comparison); err != nil && ctx.Err() == nil {
				r.log.WarnContext(ctx, "cannot compare an account with its broker; trying again",
					"broker_account_id", comparison.BrokerAccountID, "kind", domain.KindOf(err), "error", err)
			}
		}
		if len(due) < r.c.Batch {
			return nil
		}
	}
	return ctx.Err()
}

// compare lists what changed since the account's newest order was written down,
// and in the time since the last comparison at least.
func (r *Reconciler) compare(ctx context.Context, c ports.Comparison) error {
	account, err := r.ledger.Account(ctx, c.BrokerAccountID)
	if err != nil {
		return err
	}
	broker, err := r.orders.brokers.For(account.Kind())
	if err != nil {
		return err
	}
	history, ok := broker.(ports.OrderHistory)
	if !ok {
		return r.ledger.Compared(ctx, account.ID())
	}
	since := r.clock.Now().Add(-r.c.Every)
	last := c.LastOrderAt
	if last.IsZero() {
		last = account.Snapshot().CreatedAt
	}
	if last.Before(since) {
		since = last
	}
	return r.walk(ctx, broker, history, account, since.Add(-r.c.Overlap))
}

// walk matches all that changed since, a page at a time, by time and id: a page
// begins with the very time at which the one before ended, without what was met
// of it. What turns up at that time meanwhile is met, and nothing is twice.
func (r *Reconciler) walk(
	ctx context.Context, broker ports.Broker, history ports.OrderHistory, account *domain.BrokerAccount, since time.Time,
) error {
	met := map[string]bool{}
	for {
		limit := r.c.Page + len(met)
		listed, err := r.list(ctx, broker, history, account, since, limit)
		if err != nil {
			return err
		}
		fresh := slices.DeleteFunc(slices.Clone(listed), func(l ports.ListedOrder) bool {
			return l.Report.At.Equal(since) && met[l.Report.BrokerOrderID]
		})
		if err := r.match(ctx, account, fresh); err != nil {
			return err
		}
		if len(listed) < limit || len(fresh) == 0 {
			return r.ledger.Compared(ctx, account.ID())
		}
		last := fresh[len(fresh)-1].Report.At
		if !last.Equal(since) {
			since, met = last, map[string]bool{}
		}
		for _, l := range fresh {
			if l.Report.At.Equal(last) {
				met[l.Report.BrokerOrderID] = true
			}
		}
	}
}

func (r *Reconciler) list(
	ctx context.Context, broker ports.Broker, history ports.OrderHistory, account *domain.BrokerAccount, since time.Time, limit int,
) ([]ports.ListedOrder, error) {
	if err := r.orders.spend(ctx, broker, account); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.c.SendTimeout)
	defer cancel()
	return history.ChangedOrders(ctx, account, since, limit)
}

// match holds what a broker listed against the rows. The rows are read after the
// list: an order is written down before it is sent.
func (r *Reconciler) match(ctx context.Context, account *domain.BrokerAccount, listed []ports.ListedOrder) error {
	mark, err := r.ledger.Installation(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, l := range listed {
		if mark.Marks(l.Report.ClientOrderID) {
			ids = append(ids, l.Report.ClientOrderID)
		}
	}
	found, err := r.ledger.ByClientOrderIDs(ctx, ids)
	if err != nil {
		return err
	}
	rows := map[string]*domain.Order{}
	for _, o := range found {
		if o.Terms().BrokerAccountID == account.ID() {
			rows[o.Terms().ClientOrderID] = o
		}
	}
	for _, l := range listed {
		id := l.Report.ClientOrderID
		if !mark.Marks(id) {
			continue
		}
		o, known := rows[id]
		if !known || o.BrokerOrderID() != "" && o.BrokerOrderID() != l.Report.BrokerOrderID {
			if err := r.alarm(ctx, account, l); err != nil {
				return err
			}
			continue
		}
		if rows[id], err = r.learn(ctx, account, o, l.Report); err != nil {
			return err
		}
	}
	return nil
}

// learn records what a broker's list tells of an order.
func (r *Reconciler) learn(ctx context.Context, account *domain.BrokerAccount, o *domain.Order, report domain.OrderReport) (*domain.Order, error) {
	if o.Submission() == domain.SubmissionAcknowledged && o.Status() == report.Status && len(o.Fills()) == len(report.Fills) {
		return o, nil
	}
	if o.Submission().NeverReached() {
		r.log.ErrorContext(ctx, "the broker has an order that was taken for not placed; it is put right",
			"order_id", o.ID(), "submission", o.Submission(), "broker_order_id", report.BrokerOrderID)
	}
	events := append(r.orders.foundIfNew(o, report), report.Events()...)
	if err := r.guard.see(ctx, r.orders, account, o, events); err != nil {
		return nil, err
	}
	return r.ledger.Record(ctx, ports.OrderFacts{OrderID: o.ID(), Events: events}, r.clock.Now())
}

func (r *Reconciler) alarm(ctx context.Context, account *domain.BrokerAccount, l ports.ListedOrder) error {
	isNew, err := r.ledger.Unmatched(ctx, unmatched(r.ids, account, l.Symbol, l.Report, r.clock.Now()))
	if err != nil || !isNew {
		return err
	}
	r.log.ErrorContext(ctx, "the broker has an order with our mark that no row accounts for",
		"broker_account_id", account.ID(), "client_order_id", l.Report.ClientOrderID, "broker_order_id", l.Report.BrokerOrderID,
		"symbol", l.Symbol, "status", l.Report.Status)
	if r.c.Found != nil {
		r.c.Found()
	}
	return nil
}

func unmatched(ids ports.IDs, account *domain.BrokerAccount, symbol domain.Symbol, report domain.OrderReport, at time.Time) domain.UnmatchedOrder {
	return domain.UnmatchedOrder{
		ID: domain.UnmatchedOrderID{UUID: ids.New()}, UserID: account.UserID(), BrokerAccountID: account.ID(),
		ClientOrderID: report.ClientOrderID, BrokerOrderID: report.BrokerOrderID, Symbol: symbol,
		Status: report.Status, FilledQuantity: filledOf(report), FoundAt: at,
	}
}

// filledOf adds up what a report says is filled.
func filledOf(report domain.OrderReport) (filled domain.Net) {
	for _, f := range report.Fills {
		filled = filled.After(domain.SideBuy, f.Quantity)
	}
	return filled
}
