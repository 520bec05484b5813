package system

import (
	"github.com/google/uuid"

	"github.com/hookfill/hookfill/ports"
)

// IDs makes UUIDs of version 7 (RFC 9562). It is safe for concurrent use.
type IDs struct{}

var _ ports.IDs = IDs{}

// NewIDs makes a source of ids.
func NewIDs() IDs { return IDs{} }

// New implements ports.IDs. It panics where the machine has no randomness left
// to give, as nothing safe could be done then.
func (IDs) New() uuid.UUID { return uuid.Must(uuid.NewV7()) }
