package memory

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/ports"
)

var _ ports.IDs = (*SequentialIDs)(nil)

// SequentialIDs counts: the same calls give the same ids, UUIDs of version 7 a
// millisecond apart. Two of them give the same ids, so a process that stores
// what they made needs one and no other.
type SequentialIDs struct{ n atomic.Uint64 }

// NewSequentialIDs makes a source that starts from one.
func NewSequentialIDs() *SequentialIDs { return &SequentialIDs{} }

// The start of 2026 in milliseconds, so that ids look like those of a server.
const firstMillisecond = 1767225600000

// New gives the next id.
func (s *SequentialIDs) New() uuid.UUID {
	n := s.n.Add(1)
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], (firstMillisecond+n)<<16|0x7000)
	binary.BigEndian.PutUint64(id[8:], 1<<63|n)
	return id
}
