package appfx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// AlpacaRecord opens accounts at Alpaca to whoever judges what is said of them: it
// gives Alpaca's own words.
type AlpacaRecord struct {
	sealer ports.Sealer
	egress []netip.Prefix
	// Unreadable is the error for an account that cannot be opened with the key
	// there is, or has no credentials any more.
	Unreadable error
}

// NewAlpacaRecord opens credentials with the master keys of a server.
func NewAlpacaRecord(master, previous []byte, egress []netip.Prefix, unreadable error) (*AlpacaRecord, error) {
	sealer, err := seal.New(master, previous)
	return &AlpacaRecord{sealer, egress, unreadable}, err
}

// Page gives one page of the account's orders, for a query of GET /v2/orders. When
// Alpaca takes no more requests for now it waits.
func (r *AlpacaRecord) Page(ctx context.Context, snapshot pgx.Tx, account, query string) ([]byte, error) {
	a, keys, err := r.open(ctx, snapshot, account)
	if err != nil {
		return nil, err
	}
	broker := alpaca.New(keys, system.NewClock(), alpaca.Config{AllowAddresses: r.egress})
	defer broker.Close()
	for {
		text, err := broker.OrderPage(ctx, a, query)
		e, ok := errors.AsType[*domain.Error](err)
		if !ok || e.Code != "throttled" {
			return text, err
		}
		pause := time.NewTimer(e.RetryAfter)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil, ctx.Err()
		}
	}
}

// opened is the credentials of one account.
type opened domain.BrokerCredentials

// Credentials implements ports.CredentialReader.
func (o opened) Credentials(context.Context, *domain.BrokerAccount) (domain.BrokerCredentials, error) {
	return domain.BrokerCredentials(o), nil
}

func (r *AlpacaRecord) open(ctx context.Context, snapshot pgx.Tx, account string) (*domain.BrokerAccount, opened, error) {
	s, err := scanSealed(snapshot.QueryRow(ctx, sealedSQL+` where a.id = $1::uuid`, account))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, opened{}, fmt.Errorf("%w: it has no credentials", r.Unreadable)
	}
	if err != nil {
		return nil, opened{}, err
	}
	credentials, err := r.sealer.Open(s.account, s.text)
	if err != nil {
		return nil, opened{}, fmt.Errorf("%w: %w", r.Unreadable, err)
	}
	return s.account, opened(credentials), nil
}
