package app

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// once runs a write that carries an idempotency key at most one time. do makes
// the change and gives the id of what it made; again finds what an earlier run
// of the same request made. Key and change are kept together or not at all.
func once(
	ctx context.Context, r ports.Repositories, i ports.Idempotency,
	do func() (resourceID string, err error), again func(resourceID string) error,
) error {
	if i.Key == "" {
		_, err := do()
		return err
	}
	made, err := r.Requests.Begin(ctx, i.Key, i.Fingerprint)
	if err != nil {
		return err
	}
	if made != nil {
		return again(*made)
	}
	id, err := do()
	if err != nil {
		return err
	}
	return r.Requests.Finish(ctx, i.Key, id)
}

// madeEarlier reads the id a former run stored.
func madeEarlier[E any](resourceID string) (domain.ID[E], error) {
	id, err := domain.ParseID[E](resourceID)
	if err != nil {
		return id, domain.Conflict("idempotency_key_reused", "the idempotency key was used for another request; choose a new one")
	}
	return id, nil
}
