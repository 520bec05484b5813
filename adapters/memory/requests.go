package memory

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.RequestRepository = requests{}

// requestMemory is how long a request is remembered.
const requestMemory = 24 * time.Hour

type requests struct{ as }

func (r requests) Begin(ctx context.Context, key string, fingerprint [32]byte) (*string, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	if err := storable(key); err != nil {
		return nil, err
	}
	k := requestKey{r.user, key}
	row, known := r.requests[k]
	switch {
	case !known || row.expired(r.now):
		put(r.tx, r.requests, k, requestRow{fingerprint: fingerprint, begun: r.now})
		return nil, nil
	case row.fingerprint != fingerprint:
		return nil, domain.Conflict("idempotency_key_reused", "the idempotency key was used for another request; choose a new one")
	}
	return clone(row.resource), nil
}

func (row requestRow) expired(now time.Time) bool { return now.Sub(row.begun) >= requestMemory }

func (r requests) Finish(ctx context.Context, key, resourceID string) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	k := requestKey{r.user, key}
	row, known := r.requests[k]
	if !known {
		return domain.NotFound("request")
	}
	row.resource = &resourceID
	put(r.tx, r.requests, k, row)
	return nil
}

// Sweep removes the alert identities and idempotency keys that have expired.
func (s *Store) Sweep(ctx context.Context, limit int) (int, error) {
	var swept int
	err := s.transact(ctx, func(t *tx) error {
		swept = sweep(t, t.keys, limit, func(row keyRow) bool { return !t.now.Before(row.expires) }) +
			sweep(t, t.requests, limit, func(row requestRow) bool { return row.expired(t.now) })
		return nil
	})
	if err != nil {
		return 0, err
	}
	return swept, nil
}

// sweep drops up to limit rows.
func sweep[K comparable, V any](t *tx, table map[K]V, limit int, expired func(V) bool) int {
	n := 0
	for k, row := range table {
		if n < limit && expired(row) {
			drop(t, table, k)
			n++
		}
	}
	return n
}
