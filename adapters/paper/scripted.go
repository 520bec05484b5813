package paper

import (
	"context"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Scripted is a broker that fails as told. What is scripted for the next order
// happens to the next Submit and is then spent; several are spent in the order
// they were scripted. Everything else the broker behind it answers.
type Scripted struct {
	broker ports.Broker

	mu     sync.Mutex
	script []fault
	lag    int
	hidden map[orderKey]int
}

var (
	_ ports.Broker = (*Scripted)(nil)
	_ ports.Quotes = (*Scripted)(nil)
)

// fault is what happens to one Submit.
type fault struct {
	places bool
	err    *domain.Error
}

type orderKey struct {
	account       domain.BrokerAccountID
	clientOrderID string
}

// NewScripted puts a script, empty for now, before a broker.
func NewScripted(broker ports.Broker) *Scripted {
	return &Scripted{broker: broker, hidden: map[orderKey]int{}}
}

// RejectNext makes the broker say no to the next order for good, with that
// reason: KindRejected, not placed.
func (s *Scripted) RejectNext(reason string) {
	s.add(fault{err: &domain.Error{Kind: domain.KindRejected, Code: "rejected", Msg: reason}})
}

// LoseReplyNext lets the broker have the next order and loses its answer,
// whatever that is: KindUnknownOutcome. A request that the broker finds
// KindInvalid is never sent, so that answer comes through.
func (s *Scripted) LoseReplyNext() {
	s.add(fault{places: true, err: unknownOutcome("the connection broke before the broker answered")})
}

// UnknownNotPlacedNext loses the next order on its way to the broker, and
// nobody can tell: KindUnknownOutcome, not placed.
func (s *Scripted) UnknownNotPlacedNext() {
	s.add(fault{err: unknownOutcome("the connection broke while the order was sent")})
}

// FailBeforeNext fails before the next order is sent: KindUnavailable, not
// placed.
func (s *Scripted) FailBeforeNext() {
	s.add(fault{err: &domain.Error{Kind: domain.KindUnavailable, Code: "broker_unavailable", Msg: "the broker cannot be reached"}})
}

// DelayVisibility makes the first n look-ups of every order submitted from now
// on find nothing; 0 ends that for later orders.
func (s *Scripted) DelayVisibility(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lag = n
}

// Capabilities are those of the broker behind the script.
func (s *Scripted) Capabilities() ports.Capabilities { return s.broker.Capabilities() }

// Instrument is answered by the broker behind the script.
func (s *Scripted) Instrument(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error) {
	return s.broker.Instrument(ctx, account, symbol)
}

// Submit follows the script.
func (s *Scripted) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	f := s.next()
	if f.err != nil && !f.places {
		return domain.OrderReport{}, f.err
	}
	s.hide(orderKey{account.ID(), r.ClientOrderID})
	report, err := s.broker.Submit(ctx, account, r)
	if f.err != nil && domain.KindOf(err) != domain.KindInvalid {
		return domain.OrderReport{}, f.err
	}
	return report, err
}

// ByClientOrderID finds what the broker behind the script has, once its delay is
// over.
func (s *Scripted) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	report, err := s.broker.ByClientOrderID(ctx, account, clientOrderID)
	if err == nil && s.isHidden(orderKey{account.ID(), clientOrderID}) {
		return domain.OrderReport{}, domain.NotFound("order")
	}
	return report, err
}

// Cancel is answered by the broker behind the script.
func (s *Scripted) Cancel(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	return s.broker.Cancel(ctx, account, clientOrderID)
}

// Summary is answered by the broker behind the script.
func (s *Scripted) Summary(ctx context.Context, account *domain.BrokerAccount) (ports.AccountSummary, error) {
	return s.broker.Summary(ctx, account)
}

// Quote gives the quote of the broker behind, where that has quotes.
func (s *Scripted) Quote(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (ports.Quote, error) {
	quotes, ok := s.broker.(ports.Quotes)
	if !ok {
		return ports.Quote{}, domain.NotFound("quote")
	}
	return quotes.Quote(ctx, account, symbol)
}

func (s *Scripted) add(f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, f)
}

func (s *Scripted) next() fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) == 0 {
		return fault{}
	}
	f := s.script[0]
	s.script = s.script[1:]
	return f
}

// hide keeps an order from being found for as many look-ups as are to miss it.
// An order that was hidden before keeps what is left of its delay.
func (s *Scripted) hide(key orderKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, already := s.hidden[key]; !already && s.lag > 0 {
		s.hidden[key] = s.lag
	}
}

// isHidden counts one look-up.
func (s *Scripted) isHidden(key orderKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hidden[key] == 0 {
		return false
	}
	s.hidden[key]--
	return true
}

func unknownOutcome(msg string) *domain.Error {
	return &domain.Error{Kind: domain.KindUnknownOutcome, Code: "reply_lost", Msg: msg}
}
