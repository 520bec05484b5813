package ports

import (
	"time"

	"github.com/google/uuid"
)

// Clock tells the time.
type Clock interface {
	// Now gives the present time in UTC, whole microseconds. It never goes
	// backwards within one process.
	Now() time.Time
}

// IDs makes identifiers.
type IDs interface {
	// New gives an id that no other call gives, anywhere. Ids made later sort
	// after ids made earlier, to the millisecond (UUID version 7, RFC 9562).
	New() uuid.UUID
}
