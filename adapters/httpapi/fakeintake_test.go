package httpapi_test

import (
	"context"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// intake answers alerts as answer says and keeps what it was given, the bodies
// as they are and not copied.
type intake struct {
	mu       sync.Mutex
	answer   func(ctx context.Context, a ports.Alert) (ports.Receipt, error)
	received []ports.Alert
}

var _ ports.SignalIntake = (*intake)(nil)

func (i *intake) Receive(ctx context.Context, a ports.Alert) (ports.Receipt, error) {
	i.mu.Lock()
	i.received = append(i.received, a)
	answer := i.answer
	i.mu.Unlock()
	return answer(ctx, a)
}

func (i *intake) alerts() []ports.Alert {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]ports.Alert(nil), i.received...)
}

// gives answers every alert the same.
func (i *intake) gives(r ports.Receipt, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = func(context.Context, ports.Alert) (ports.Receipt, error) { return r, err }
}

// keyring knows the bearer tokens of a few people.
type keyring map[string]domain.Principal

var _ ports.TokenVerifier = keyring{}

func (k keyring) Verify(_ context.Context, token string) (domain.Principal, error) {
	if token == "outage" {
		return domain.Principal{}, &domain.Error{Kind: domain.KindUnavailable, Msg: "the keys cannot be fetched"}
	}
	if p, known := k[token]; known {
		return p, nil
	}
	return domain.Principal{}, &domain.Error{Kind: domain.KindUnauthenticated, Code: "invalid_token", Msg: "signature " + token}
}
