package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// SignalQuery narrows a list of signals; zero fields do not.
type SignalQuery struct {
	WebhookConfigID *domain.WebhookConfigID
	State           domain.State
	Symbol          domain.Symbol
	Source          domain.Source
	// Asks keeps to signals of which a ticket asks.
	Asks bool
	// Since and Until bound ReceivedAt: Since is inclusive, Until exclusive.
	Since, Until *time.Time
	Page         PageRequest
}

// SignalRepository reads the caller's signals.
type SignalRepository interface {
	// ByID gives a signal with its tickets, in the order of the config's routes;
	// a missing one and another user's are the same KindNotFound.
	ByID(ctx context.Context, id domain.SignalID) (*domain.Signal, error)
	// List gives the signals every field of q admits.
	List(ctx context.Context, q SignalQuery) (Page[*domain.Signal], error)
}

// OrderQuery narrows a list of orders; zero fields do not.
type OrderQuery struct {
	SignalID        *domain.SignalID
	TicketID        *domain.TicketID
	BrokerAccountID *domain.BrokerAccountID
	Symbol          domain.Symbol
	Status          domain.OrderStatus
	Submission      domain.Submission
	Page            PageRequest
}

// OrderRepository reads the caller's orders.
type OrderRepository interface {
	// ByID gives an order with its events; a missing one and another user's are
	// the same KindNotFound.
	ByID(ctx context.Context, id domain.OrderID) (*domain.Order, error)
	// List gives the orders every field of q admits, with their events.
	List(ctx context.Context, q OrderQuery) (Page[*domain.Order], error)
}

// HeldPosition is a position of one account in one symbol: the account's whole,
// or, by webhook, what one config's fills built (without a config: what orders by
// hand built).
type HeldPosition struct {
	Scope           PositionScope
	BrokerAccountID domain.BrokerAccountID
	WebhookConfigID *domain.WebhookConfigID
	Symbol          domain.Symbol
	Position        domain.Position
	UpdatedAt       time.Time
}

// PositionScope chooses which positions to list.
type PositionScope string

// The scopes of a list of positions.
const (
	PositionsByAccount PositionScope = "account"
	PositionsByWebhook PositionScope = "webhook"
)

// PositionRepository reads the caller's positions.
type PositionRepository interface {
	// List gives every position that was ever held in the scope, flat ones too,
	// by account, symbol and config.
	List(ctx context.Context, by PositionScope) ([]HeldPosition, error)
}

// RequestRepository remembers the writes a caller marked with an idempotency
// key, for 24 hours.
type RequestRepository interface {
	// Begin claims key for a request with the given fingerprint. The first claim
	// gives nil. A later one with the same fingerprint gives the id Finish
	// stored, and KindConflict with code idempotency_key_reused with another.
	// Two concurrent claims are decided one after the other.
	Begin(ctx context.Context, key string, fingerprint [32]byte) (*string, error)
	// Finish stores which resource the request made or changed.
	Finish(ctx context.Context, key string, resourceID string) error
}
