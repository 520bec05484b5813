package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type senderSecrets struct{ session }

var _ ports.SenderSecretRepository = (*senderSecrets)(nil)

// Keep implements ports.SenderSecretRepository.
func (r *senderSecrets) Keep(ctx context.Context, id domain.WebhookConfigID, s ports.SenderSecret, overlapSeconds int) error {
	// The lock lets two come one after the other, so that the first's ends too.
	if err := lockRow(ctx, r.tx, webhookConfigsTable, "webhook", id.UUID); err != nil {
		return err
	}
	return r.asAPI(ctx, func(tx bun.Tx) error {
		// An end that was set before is never put off.
		_, err := tx.ExecContext(ctx, `
			update private.sender_secrets
			set ends_at = least(ends_at, now() + make_interval(secs => ?))
			where webhook_config_id = ? and proof = ?`, overlapSeconds, id.UUID, s.Proof)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			insert into private.sender_secrets (user_id, webhook_config_id, proof, sealed)
			values (?, ?, ?, ?)`, r.user.UUID, id.UUID, s.Proof, s.Sealed)
		return err
	})
}

// Forget implements ports.SenderSecretRepository.
func (r *senderSecrets) Forget(ctx context.Context, id domain.WebhookConfigID, proof domain.SenderProof) error {
	return r.asAPI(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "delete from private.sender_secrets where webhook_config_id = ? and proof = ?", id.UUID, proof)
		return err
	})
}

// SenderSecrets gives what alerts are held against.
type SenderSecrets struct{ db *DB }

var _ ports.SenderSecretReader = (*SenderSecrets)(nil)

// NewSenderSecrets makes a SenderSecrets on the worker pool of db.
func NewSenderSecrets(db *DB) *SenderSecrets { return &SenderSecrets{db} }

type senderSecretRow struct {
	Proof  string
	Sealed []byte
}

// SenderSecrets implements ports.SenderSecretReader.
func (s *SenderSecrets) SenderSecrets(ctx context.Context, id domain.WebhookConfigID) ([]ports.SenderSecret, error) {
	rows, err := alone(ctx, s.db, pgx.RowToStructByName[senderSecretRow], `
select proof, sealed
from private.sender_secrets
where webhook_config_id = $1 and (ends_at is null or ends_at > now())
order by created_at desc, id`, id.UUID)
	if err != nil {
		return nil, err
	}
	return column(rows, func(r senderSecretRow) ports.SenderSecret {
		return ports.SenderSecret{Proof: domain.SenderProof(r.Proof), Sealed: r.Sealed}
	}), nil
}
