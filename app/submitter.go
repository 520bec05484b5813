package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// submitter speaks to brokers and says what it learned as order events.
type submitter struct {
	ledger  ports.Ledger
	brokers ports.Brokers
	clock   ports.Clock
	log     *slog.Logger
	timeout time.Duration
	// routine leaves the reserve of an account's requests alone when it asks.
	routine bool
}

// attempt numbers the next send of an order, which gives up after the timeout. An
// urgent one may use the reserve of the account's requests.
func (s *submitter) attempt(number int, account *domain.BrokerAccount, urgent bool) (ports.Attempt, error) {
	broker, err := s.brokers.For(account.Kind())
	if err != nil {
		return ports.Attempt{}, err
	}
	now := s.clock.Now()
	return ports.Attempt{
		Number: number, At: now, Deadline: now.Add(s.timeout),
		Request: ports.Request{Limit: broker.Capabilities().Requests, Urgent: urgent},
	}, nil
}

// send submits an order whose attempt is committed, once, and classifies what
// came back. Only what a broker's answer proves counts as refused or not taken;
// everything else is ambiguous. The attempt's time runs from when it was written
// down: whoever takes the lane over counts on nothing being sent after it. The
// order's legs are sent with it.
func (s *submitter) send(ctx context.Context, account *domain.BrokerAccount, o *domain.Order, legs []*domain.Order) []domain.OrderEvent {
	broker, err := s.brokers.For(account.Kind())
	if err != nil {
		return s.denied(o, err)
	}
	t, madeAt := o.Terms(), lastAttemptAt(o)
	left := s.timeout - s.clock.Now().Sub(madeAt)
	if left <= 0 {
		return []domain.OrderEvent{s.ours(o, domain.EventNotWritten, "", "the time to send it was over before it was sent")}
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	report, err := broker.Submit(ctx, account, ports.OrderRequest{
		ClientOrderID: t.ClientOrderID, MadeAt: madeAt, Symbol: t.Symbol, Side: t.Side, Type: t.Type, TimeInForce: t.TimeInForce,
		Quantity: t.Quantity, Notional: t.Notional, LimitPrice: t.LimitPrice, StopPrice: t.StopPrice, ReferencePrice: t.ReferencePrice,
		Legs: legRequests(legs),
	})
	if err == nil {
		return append([]domain.OrderEvent{s.ours(o, domain.EventAcknowledged, report.BrokerOrderID, "")}, report.Events()...)
	}
	switch domain.KindOf(err) { //nolint:exhaustive // whatever is not proof is ambiguous
	case domain.KindInvalid:
		return s.denied(o, err)
	case domain.KindRejected:
		return []domain.OrderEvent{s.ours(o, domain.EventRefused, "", reasonOf(err))}
	case domain.KindUnavailable:
		return []domain.OrderEvent{s.ours(o, domain.EventNotWritten, "", reasonOf(err))}
	}
	return []domain.OrderEvent{s.ours(o, domain.EventAmbiguous, "", reasonOf(err))}
}

func (s *submitter) denied(o *domain.Order, err error) []domain.OrderEvent {
	return []domain.OrderEvent{
		s.ours(o, domain.EventNotWritten, "", reasonOf(err)),
		s.ours(o, domain.EventDenied, "", reasonOf(err)),
	}
}

// lookUp asks the broker for an order by its client order id and gives the
// events that follow. A broker that has no such order is KindNotFound.
func (s *submitter) lookUp(ctx context.Context, account *domain.BrokerAccount, o *domain.Order) ([]domain.OrderEvent, error) {
	report, err := s.find(ctx, account, o.Terms().ClientOrderID)
	if err != nil {
		return nil, err
	}
	return append(s.foundIfNew(o, report), report.Events()...), nil
}

func (s *submitter) find(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	broker, err := s.brokers.For(account.Kind())
	if err != nil {
		return domain.OrderReport{}, err
	}
	if err := s.spend(ctx, broker, account); err != nil {
		return domain.OrderReport{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return broker.ByClientOrderID(ctx, account, clientOrderID)
}

// cancel asks the broker to end an order and gives the events that follow,
// also where the order turns out to be over already.
func (s *submitter) cancel(ctx context.Context, account *domain.BrokerAccount, o *domain.Order) ([]domain.OrderEvent, error) {
	report, err := s.end(ctx, account, o.Terms().ClientOrderID)
	if err != nil {
		return nil, err
	}
	return append(s.foundIfNew(o, report), report.Events()...), nil
}

// end asks the broker to end an order and gives what it is then.
func (s *submitter) end(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	broker, err := s.brokers.For(account.Kind())
	if err != nil {
		return domain.OrderReport{}, err
	}
	if err := s.spend(ctx, broker, account); err != nil {
		return domain.OrderReport{}, err
	}
	asked, done := context.WithTimeout(ctx, s.timeout)
	defer done()
	report, err := broker.Cancel(asked, account, clientOrderID)
	if errors.Is(err, domain.KindConflict) {
		return s.find(ctx, account, clientOrderID)
	}
	return report, err
}

// spend takes a look-up or a cancel from the account's budget. What a broker
// without a limit is asked is not counted.
func (s *submitter) spend(ctx context.Context, broker ports.Broker, account *domain.BrokerAccount) error {
	limit := broker.Capabilities().Requests
	if limit.IsUnlimited() {
		return nil
	}
	return s.ledger.Spend(ctx, account.ID(), ports.Request{Limit: limit, Urgent: !s.routine})
}

func (s *submitter) foundIfNew(o *domain.Order, report domain.OrderReport) []domain.OrderEvent {
	if o.Submission() == domain.SubmissionAcknowledged {
		return nil
	}
	return []domain.OrderEvent{s.ours(o, domain.EventFound, report.BrokerOrderID, "")}
}

// ours makes an event of ours about the order's latest attempt. Its source id
// says attempt and kind, so that learning it twice counts once.
func (s *submitter) ours(o *domain.Order, kind domain.OrderEventKind, brokerOrderID, reason string) domain.OrderEvent {
	return domain.OrderEvent{
		SourceID: domain.SubmissionSourceID(o.Attempts(), kind), Kind: kind, At: s.clock.Now(),
		Attempt: o.Attempts(), BrokerOrderID: brokerOrderID, Reason: reason,
	}
}

// reasonOf gives the words of an error that a user may read: its own, never
// those of its cause.
func reasonOf(err error) string {
	e, ok := asError(err)
	if !ok || e.Kind == domain.KindInternal {
		return "the broker's answer was lost or unreadable"
	}
	return e.AllReasons()[0].Message
}

func asError(err error) (*domain.Error, bool) { return errors.AsType[*domain.Error](err) }
