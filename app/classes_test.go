package app_test

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// fate is what becomes of one request whose answer is lost.
type fate struct {
	lost bool
	// arrives is how long after the send the request gets there.
	arrives time.Duration
	// hidden is how many look-ups miss the order.
	hidden int
}

// lossyBroker loses answers as told, delays requests, and follows the duplicate
// rule and request expiry it declares. It counts what became an order.
type lossyBroker struct {
	ports.Broker
	can   ports.Capabilities
	clock *memory.Clock

	mu      sync.Mutex
	fates   []fate
	late    []lateRequest
	placed  map[string]int
	hidden  map[string]int
	refused int
}

type lateRequest struct {
	account *domain.BrokerAccount
	r       ports.OrderRequest
	at      time.Time
	hidden  int
}

func (b *lossyBroker) Capabilities() ports.Capabilities {
	can := b.Broker.Capabilities()
	can.Duplicates, can.Lookup = b.can.Duplicates, b.can.Lookup
	can.RequestExpiry, can.VisibleWithin = b.can.RequestExpiry, b.can.VisibleWithin
	return can
}

func (b *lossyBroker) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deliver(ctx)
	if len(b.fates) == 0 {
		return b.place(ctx, account, r)
	}
	f := b.fates[0]
	b.fates = b.fates[1:]
	if !f.lost {
		b.late = append(b.late, lateRequest{account, r, b.clock.Now().Add(f.arrives), f.hidden})
		b.deliver(ctx)
	}
	return domain.OrderReport{}, &domain.Error{Kind: domain.KindUnknownOutcome, Code: "reply_lost", Msg: "the answer was lost"}
}

// deliver lets the requests arrive whose time has come.
func (b *lossyBroker) deliver(ctx context.Context) {
	var waiting []lateRequest
	for _, l := range b.late {
		if l.at.After(b.clock.Now()) {
			waiting = append(waiting, l)
			continue
		}
		if b.can.RequestExpiry > 0 && l.at.After(l.r.MadeAt.Add(b.can.RequestExpiry)) {
			b.refused++
			continue
		}
		if _, err := b.place(ctx, l.account, l.r); err == nil {
			b.hidden[l.r.ClientOrderID] = l.hidden
		}
	}
	b.late = waiting
}

// place makes an order. An order is over at once, so only an id that is used up
// for ever refuses the next.
func (b *lossyBroker) place(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	report, err := b.Broker.Submit(ctx, account, r)
	if err == nil || b.can.Duplicates != ports.DuplicatesRejectedForever {
		b.placed[r.ClientOrderID]++
	}
	return report, err
}

func (b *lossyBroker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deliver(ctx)
	if b.can.Lookup == ports.LookupNone {
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindUnavailable, Code: "no_lookup", Msg: "the broker cannot be asked"}
	}
	report, err := b.Broker.ByClientOrderID(ctx, account, id)
	if err == nil && b.hidden[id] > 0 {
		b.hidden[id]--
		return domain.OrderReport{}, domain.NotFound("order")
	}
	return report, err
}

// orders gives how many orders each client order id became.
func (b *lossyBroker) orders() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.placed)
}
