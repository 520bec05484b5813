package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// HistoryBroker is a broker that can list orders and knows prices.
type HistoryBroker interface {
	ports.Broker
	ports.OrderHistory
	ports.Quotes
}

// Watched is a broker whose accounts are marked when their credentials are not
// accepted, and no more once they are. A marked account's lanes are parked. What
// it is told when it asks for prices marks none: trading may well be open.
type Watched struct {
	HistoryBroker

	care  ports.AccountCare
	clock ports.Clock
	log   *slog.Logger
}

var (
	_ ports.Broker       = (*Watched)(nil)
	_ ports.OrderHistory = (*Watched)(nil)
	_ ports.Quotes       = (*Watched)(nil)
	_ ports.Broker       = Telling{}
	_ ports.TradeUpdates = Telling{}
)

// NewWatched watches a broker.
func NewWatched(broker HistoryBroker, care ports.AccountCare, clock ports.Clock, log *slog.Logger) *Watched {
	return &Watched{broker, care, clock, log}
}

// Telling is a watched broker that tells by itself what happens to orders. Of
// credentials that its stream does not accept no account is marked: whoever trades
// with them will see.
type Telling struct {
	*Watched
	ports.TradeUpdates
}

// Instrument implements ports.Broker.
func (w *Watched) Instrument(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error) {
	i, err := w.HistoryBroker.Instrument(ctx, account, symbol)
	w.see(ctx, account, err, false) // it may be remembered: it proves nothing
	return i, err
}

// Submit implements ports.Broker.
func (w *Watched) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	report, err := w.HistoryBroker.Submit(ctx, account, r)
	w.see(ctx, account, err, true)
	return report, err
}

// ByClientOrderID implements ports.Broker.
func (w *Watched) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	report, err := w.HistoryBroker.ByClientOrderID(ctx, account, clientOrderID)
	w.see(ctx, account, err, true)
	return report, err
}

// Cancel implements ports.Broker.
func (w *Watched) Cancel(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	report, err := w.HistoryBroker.Cancel(ctx, account, clientOrderID)
	w.see(ctx, account, err, true)
	return report, err
}

// Summary implements ports.Broker.
func (w *Watched) Summary(ctx context.Context, account *domain.BrokerAccount) (ports.AccountSummary, error) {
	s, err := w.HistoryBroker.Summary(ctx, account)
	w.see(ctx, account, err, true)
	return s, err
}

// ChangedOrders implements ports.OrderHistory.
func (w *Watched) ChangedOrders(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) ([]ports.ListedOrder, error) {
	listed, err := w.HistoryBroker.ChangedOrders(ctx, account, since, limit)
	w.see(ctx, account, err, true)
	return listed, err
}

// markTimeout bounds the writing of a mark, which outlives the call it is of.
const markTimeout = 5 * time.Second

// see marks an account, or takes its mark away where the answer proves that its
// credentials are accepted. A mark that could not be written is made by the next
// call.
func (w *Watched) see(ctx context.Context, account *domain.BrokerAccount, err error, proves bool) {
	now := w.clock.Now()
	var mark *domain.AccountTrouble
	switch e, _ := asError(err); {
	case e != nil && e.Code == ports.CodeCredentialsRefused:
		if account.ParkedFor(now) > 0 {
			return
		}
		mark = new(account.TroubledBy(e.Code, e.Msg, now))
	case account.Trouble() == nil || !proves || !isAnswer(err):
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTimeout)
	defer cancel()
	if err := w.care.Mark(ctx, account.ID(), account.Snapshot().CredentialsVersion, mark); err != nil {
		w.log.ErrorContext(ctx, "cannot mark a broker account", "broker_account_id", account.ID(), "error", err)
		return
	}
	if mark != nil {
		w.log.ErrorContext(ctx, "a broker does not accept an account's credentials; its lanes are parked",
			"broker_account_id", account.ID(), "retry_at", mark.RetryAt)
	}
}

// isAnswer reports what only a venue that accepts the credentials says.
func isAnswer(err error) bool {
	return err == nil || errors.Is(err, domain.KindNotFound) || errors.Is(err, domain.KindRejected) || errors.Is(err, domain.KindConflict)
}

// waitForCredentials is how soon a parked lane sees that its account has others.
const waitForCredentials = 15 * time.Second

// parked gives how long the ticket's lane rests because of its account.
func (x *execution) parked() time.Duration {
	return min(x.account.ParkedFor(x.clock.Now()), waitForCredentials)
}
