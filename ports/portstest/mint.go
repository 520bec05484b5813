package portstest

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// mint makes the times and ids of one spec. Both rise strictly, so that what
// was made later is newer by either.
type mint struct {
	mu   sync.Mutex
	last time.Time
}

func (m *mint) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := time.Now().UTC().Truncate(time.Microsecond)
	if !t.After(m.last) {
		t = m.last.Add(time.Microsecond)
	}
	m.last = t
	return t
}

// newID gives a UUID of version 7 with the microsecond behind the millisecond.
func newID[E any](m *mint) domain.ID[E] {
	t := m.now()
	var b [16]byte
	_, _ = rand.Read(b[8:])
	binary.BigEndian.PutUint64(b[:8], uint64(t.UnixMilli())<<16|0x7000|uint64(t.UnixMicro()%1000)) //nolint:gosec // times after 1970
	b[8] = b[8]&0x3f | 0x80
	var id domain.ID[E]
	id.UUID = b
	return id
}
