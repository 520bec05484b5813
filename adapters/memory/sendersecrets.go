package memory

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var (
	_ ports.SenderSecretRepository = senderSecrets{}
	_ ports.SenderSecretReader     = (*Store)(nil)
)

// senderSecretRow is a sealed secret; ends is nil for one in force for good.
type senderSecretRow struct {
	secret ports.SenderSecret
	ends   *time.Time
}

type senderSecrets struct{ as }

func (r senderSecrets) Keep(ctx context.Context, id domain.WebhookConfigID, s ports.SenderSecret, overlapSeconds int) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if _, err := configs(r).find(id); err != nil {
		return err
	}
	end := r.now.Add(time.Duration(overlapSeconds) * time.Second)
	rows := slices.Clone(r.senderSecrets[id])
	for i, row := range rows {
		if row.secret.Proof == s.Proof && (row.ends == nil || row.ends.After(end)) {
			rows[i].ends = &end
		}
	}
	s.Sealed = bytes.Clone(s.Sealed)
	put(r.tx, r.senderSecrets, id, append(rows, senderSecretRow{secret: s}))
	return nil
}

func (r senderSecrets) Forget(ctx context.Context, id domain.WebhookConfigID, proof domain.SenderProof) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if _, err := configs(r).find(id); err != nil {
		return nil //nolint:nilerr // nothing of the caller's
	}
	rows := slices.DeleteFunc(slices.Clone(r.senderSecrets[id]), func(row senderSecretRow) bool { return row.secret.Proof == proof })
	put(r.tx, r.senderSecrets, id, rows)
	return nil
}

// SenderSecrets gives those of a webhook that have not ended.
func (s *Store) SenderSecrets(ctx context.Context, id domain.WebhookConfigID) (found []ports.SenderSecret, err error) {
	err = s.transact(ctx, func(t *tx) error {
		for _, row := range t.senderSecrets[id] {
			if row.ends == nil || row.ends.After(t.now) {
				found = append(found, ports.SenderSecret{Proof: row.secret.Proof, Sealed: bytes.Clone(row.secret.Sealed)})
			}
		}
		return nil
	})
	return found, err
}
