package domain

import "github.com/google/uuid"

// ID is the UUID of an E, so that an order's id cannot stand where a signal's
// is meant. The zero ID means none. Text, JSON and SQL codecs are the UUID's.
type ID[E any] struct{ uuid.UUID }

// User is a person known to the sign-in service; only the id is ours to hold.
type User struct{}

// The ids of the things hookfill keeps.
type (
	UserID          = ID[User]
	BrokerAccountID = ID[BrokerAccount]
	WebhookConfigID = ID[WebhookConfig]
	DeliveryID      = ID[Delivery]
	SignalID        = ID[Signal]
	TicketID        = ID[Ticket]
	OrderID         = ID[Order]
)

// IsZero reports whether the id is unset.
func (id ID[E]) IsZero() bool { return id.UUID == uuid.Nil }

// ParseID reads the 36-character form of a UUID and nothing else.
func ParseID[E any](s string) (ID[E], error) {
	u, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return ID[E]{}, Invalid("invalid_id", "id", "not a UUID; write it as 8-4-4-4-12 hexadecimal digits")
	}
	return ID[E]{u}, nil
}

// Principal is the caller of a use case, taken from a verified token and from
// nothing else. Operator marks a person who may act for every user.
type Principal struct {
	UserID   UserID
	Operator bool
}
