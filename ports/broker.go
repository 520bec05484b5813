package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// DuplicateRule is what a broker does with a client order id it has seen.
type DuplicateRule string

// The duplicate rules. Only DuplicatesRejectedForever makes sending again safe
// without proof that the former request was not accepted.
const (
	DuplicatesRejectedForever   DuplicateRule = "rejected_forever"
	DuplicatesRejectedWhileOpen DuplicateRule = "rejected_while_open"
	DuplicatesRejected24h       DuplicateRule = "rejected_24h"
	DuplicatesAccepted          DuplicateRule = "accepted"
)

// LookupRule is how an order is found by its client order id.
type LookupRule string

// The look-up rules.
const (
	LookupDirect LookupRule = "direct"
	LookupScan   LookupRule = "scan"
	LookupNone   LookupRule = "none"
)

// Capabilities is what a broker declares about itself. Order types and times in
// force that are not listed are refused before sending.
type Capabilities struct {
	OrderTypes   []domain.OrderType
	TimesInForce []domain.TimeInForce
	Duplicates   DuplicateRule
	Lookup       LookupRule
	// VisibleWithin is how long a look-up may miss an order the broker has taken;
	// 0 for a broker whose look-ups never lag.
	VisibleWithin time.Duration
	// RequestExpiry is how long after OrderRequest.MadeAt a request can still be
	// accepted: the broker refuses one that arrives later. 0 for a broker whose
	// requests do not expire.
	RequestExpiry time.Duration
	// Requests is what the broker takes for one account; zero for one that does
	// not count.
	Requests RateLimit
	// Brackets reports that an order may be sent with its legs. An order with legs
	// is KindInvalid elsewhere, before sending.
	Brackets bool
}

// OrderRequest is an order as it is sent.
type OrderRequest struct {
	ClientOrderID string
	// MadeAt is when the attempt was written down. A broker whose requests expire
	// is told it, so that one sent late by a process that stood still expires too.
	MadeAt      time.Time
	Symbol      domain.Symbol
	Side        domain.Side
	Type        domain.OrderType
	TimeInForce domain.TimeInForce
	// Exactly one of Quantity and Notional is set.
	Quantity   *domain.Quantity
	Notional   *domain.Money
	LimitPrice *domain.Price
	StopPrice  *domain.Price
	// ReferencePrice is the price the decision was made at. A venue with a market
	// of its own ignores it.
	ReferencePrice *domain.Price
	// Legs protect what the order enters, by quantity: a stop-loss, a take-profit
	// or both, each once. They are taken with it as a whole or not at all, can be
	// looked up and canceled as orders of their own from then on, and wait as held
	// until it is filled. Then they work, good till canceled, and never open a
	// position: what the account does not hold any more they do not trade. When one
	// fills, the other is canceled; both are, where the order ends unfilled.
	Legs []OrderLeg
}

// BrokerPosition is a holding by the broker's own books.
type BrokerPosition struct {
	Symbol   domain.Symbol
	Position domain.Position
}

// AccountSummary is what an account has by the broker's own books.
type AccountSummary struct {
	Cash        domain.Money
	Equity      domain.Money
	BuyingPower domain.Money
	Positions   []BrokerPosition
}

// Broker is one kind of broker, for any of its accounts.
type Broker interface {
	// Capabilities says what the broker can do. It asks nobody.
	Capabilities() Capabilities
	// Instrument gives what the broker says of a symbol. A symbol it does not
	// know is KindNotFound.
	Instrument(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error)
	// Submit sends an order once and gives what the broker made of it. The kind of
	// the error is the promise: KindInvalid, nothing was sent; KindRejected, the
	// broker said no for good; KindConflict with code duplicate_client_order_id,
	// it has an order of that id; KindUnavailable, it provably has not taken the
	// order; anything else is KindUnknownOutcome and it may have.
	Submit(ctx context.Context, account *domain.BrokerAccount, r OrderRequest) (domain.OrderReport, error)
	// ByClientOrderID gives the order with that id, whatever its status, and what
	// was ordered: its side and, unless it was of an amount of money, its quantity. A broker
	// that has none is KindNotFound; one that could not be asked is
	// KindUnavailable.
	ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error)
	// Cancel asks for an open order to end and gives what it is now. An order
	// that is over is KindConflict with code order_not_open, one that the broker
	// does not have KindNotFound.
	Cancel(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error)
	// Summary gives the account by the broker's own books.
	Summary(ctx context.Context, account *domain.BrokerAccount) (AccountSummary, error)
}

// Brokers finds the adapter for a kind of account.
type Brokers interface {
	// For gives the broker of a kind; one that is not built is KindInvalid.
	For(kind domain.BrokerKind) (Broker, error)
}

// Quote is what a symbol trades at. At least one price is set.
type Quote struct {
	Symbol    domain.Symbol
	Bid       *domain.Price
	Ask       *domain.Price
	LastPrice *domain.Price
}

// Prices gives the quote's prices to judge by.
func (q Quote) Prices() domain.Prices {
	return domain.Prices{Bid: q.Bid, Ask: q.Ask, Last: q.LastPrice}
}

// Quotes is what a Broker is as well that knows what symbols trade at.
type Quotes interface {
	// Quote gives what a symbol trades at now. Where no price is known, or none
	// that is of now, it is KindNotFound; a broker that could not be asked is
	// KindUnavailable.
	Quote(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (Quote, error)
}

// PaperMarket takes quotes for a paper account.
type PaperMarket interface {
	// Push makes q what the account's symbol trades at from now on and fills what
	// it lets fill. It gives the client order ids of the orders it changed. A
	// quote without a price, or with a bid above its ask, is KindInvalid.
	Push(ctx context.Context, account *domain.BrokerAccount, q Quote) ([]string, error)
}

// PaperJournal keeps the history of paper accounts, from which an account's
// whole state follows. An entry is a JSON document and comes back meaning the
// same, not byte for byte.
type PaperJournal interface {
	// Append runs fn alone for the account: no other Append for it, in any
	// process, runs meanwhile. fn is given the entries after the given sequence
	// number, in order, and what it returns is stored behind them as a whole. An
	// error of fn comes back unchanged and nothing is stored. fn may run more than
	// once. It gives the number of the account's last entry, 0 for none.
	Append(ctx context.Context, account domain.BrokerAccountID, after int64, fn func(entries [][]byte) ([][]byte, error)) (int64, error)
	// Read gives entries after a sequence number, in order and without a gap, without
	// waiting for an Append that is under way. It may give fewer than there are, but
	// never none where there is one: who wants all of them asks again.
	Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error)
}
