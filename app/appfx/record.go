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
	var user, environment, base string
	var version int
	var sealed []byte
	err := snapshot.QueryRow(ctx, `
		select a.user_id::text, coalesce(a.settings->>'environment', ''), coalesce(a.settings->>'base_url', ''), c.version, c.sealed
		from public.broker_accounts a join private.broker_credentials c on c.broker_account_id = a.id
		where a.id = $1::uuid`, account).Scan(&user, &environment, &base, &version, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, opened{}, fmt.Errorf("%w: it has no credentials", r.Unreadable)
	}
	if err != nil {
		return nil, opened{}, err
	}
	id, err := domain.ParseID[domain.BrokerAccount](account)
	if err != nil {
		return nil, opened{}, err
	}
	owner, err := domain.ParseID[domain.User](user)
	if err != nil {
		return nil, opened{}, err
	}
	a := domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID: id, UserID: owner, Kind: domain.BrokerKindAlpaca,
		Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaEnvironment(environment), BaseURL: base}, CredentialsVersion: version,
	})
	credentials, err := r.sealer.Open(a, sealed)
	if err != nil {
		return nil, opened{}, fmt.Errorf("%w: %w", r.Unreadable, err)
	}
	return a, opened(credentials), nil
}
