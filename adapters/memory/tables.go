package memory

import (
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// tables are the rows. A row is never written through: a change puts a new one
// in its place, so that undoing a transaction is putting the old one back.
type tables struct {
	accounts   map[domain.BrokerAccountID]domain.BrokerAccountSnapshot
	configs    map[domain.WebhookConfigID]configRow
	tokens     map[ports.TokenHash]tokenRow
	deliveries map[domain.DeliveryID]deliveryRow
	waiting    map[domain.DeliveryID]waitingRow
	keys       map[alertKey]keyRow
	signals    map[domain.SignalID]signalRow
	tickets    map[domain.TicketID]domain.Ticket
	// resting are the tickets that wait for their session, and until when.
	resting   map[domain.TicketID]time.Time
	lanes     map[int64]laneRow
	laneIDs   map[laneKey]int64
	places    map[place]domain.TicketID
	orders    map[domain.OrderID]orderRow
	byTicket  map[domain.TicketID][]domain.OrderID
	clientIDs map[string]domain.OrderID
	// live are the orders that are working or unsettled: few, however long the
	// history.
	live      map[domain.OrderID]struct{}
	positions map[positionKey]positionRow
	requests  map[requestKey]requestRow
	halts     map[domain.HaltID]haltRow
	budgets   map[domain.BrokerAccountID]budgetRow
	chains    map[chainKey]*domain.Net
	compared  map[domain.BrokerAccountID]comparisonRow
	unmatched map[unmatchedKey]unmatchedRow
	sealed    map[domain.BrokerAccountID]credentialRow
	streams   map[domain.BrokerAccountID]streamRow
	synthetic map[domain.OrderID]domain.SyntheticStop
	protected map[domain.OrderID]protectedRow

	senderSecrets map[domain.WebhookConfigID][]senderSecretRow

	// laneCount, waits and wakes only ever grow, as a sequence does: a transaction that
	// is undone leaves a hole.
	laneCount int64
	waits     int64
	wakes     int64
	// lastTurn is the user whose lane was claimed last.
	lastTurn domain.UserID
}

func newTables() tables {
	return tables{
		accounts:   map[domain.BrokerAccountID]domain.BrokerAccountSnapshot{},
		configs:    map[domain.WebhookConfigID]configRow{},
		tokens:     map[ports.TokenHash]tokenRow{},
		deliveries: map[domain.DeliveryID]deliveryRow{},
		waiting:    map[domain.DeliveryID]waitingRow{},
		keys:       map[alertKey]keyRow{},
		signals:    map[domain.SignalID]signalRow{},
		tickets:    map[domain.TicketID]domain.Ticket{},
		resting:    map[domain.TicketID]time.Time{},
		lanes:      map[int64]laneRow{},
		laneIDs:    map[laneKey]int64{},
		places:     map[place]domain.TicketID{},
		orders:     map[domain.OrderID]orderRow{},
		byTicket:   map[domain.TicketID][]domain.OrderID{},
		clientIDs:  map[string]domain.OrderID{},
		live:       map[domain.OrderID]struct{}{},
		positions:  map[positionKey]positionRow{},
		requests:   map[requestKey]requestRow{},
		halts:      map[domain.HaltID]haltRow{},
		budgets:    map[domain.BrokerAccountID]budgetRow{},
		chains:     map[chainKey]*domain.Net{},
		compared:   map[domain.BrokerAccountID]comparisonRow{},
		unmatched:  map[unmatchedKey]unmatchedRow{},
		sealed:     map[domain.BrokerAccountID]credentialRow{},
		streams:    map[domain.BrokerAccountID]streamRow{},
		synthetic:  map[domain.OrderID]domain.SyntheticStop{},
		protected:  map[domain.OrderID]protectedRow{},

		senderSecrets: map[domain.WebhookConfigID][]senderSecretRow{},
	}
}

// configRow is a config with the rules it has and had, oldest first.
type configRow struct {
	config   domain.WebhookConfigSnapshot
	versions []rulesVersion
}

type rulesVersion struct {
	number int
	rules  domain.WebhookRules
}

type tokenRow struct {
	config domain.WebhookConfigID
	// turn is the place of the token among all, in the order they were added.
	turn int
	// ends is nil for a token nothing ends.
	ends *time.Time
}

type deliveryRow struct {
	delivery domain.Delivery
	// reasons are why it made no signal, empty for one that did.
	reasons []domain.Reason
}

type alertKey struct {
	config domain.WebhookConfigID
	key    [32]byte
}

type keyRow struct {
	body    [32]byte
	first   *domain.SignalID
	expires time.Time
}

// signalRow is a signal without its tickets, which are rows of their own.
type signalRow struct {
	signal  domain.SignalSnapshot
	tickets []domain.TicketID
}

type laneKey struct {
	account domain.BrokerAccountID
	symbol  domain.Symbol
}

type laneRow struct {
	user domain.UserID
	key  laneKey
	// last is the place given out last, done the place finished last.
	last, done int64
	// ready is when there is something to do: the end of the lease while one is
	// held, nil while nothing waits. Where two are ready since the same time, the
	// lower wake waited longer.
	ready *time.Time
	wake  int64
	// parked says that ready is a rest, not the end of a lease.
	parked bool
	epoch  int64
}

// place is where a ticket stands.
type place struct{ lane, seq int64 }

// orderRow is an order with what lists ask of its fold.
type orderRow struct {
	order      domain.OrderSnapshot
	submission domain.Submission
	status     domain.OrderStatus
	working    bool
	asked      time.Time
	// intended is when it was written down, by the store's clock.
	intended time.Time
}

// isLeg reports whether the order protects what another one enters.
func (r orderRow) isLeg() bool { return r.order.Terms.ParentID != nil }

// positionKey names a holding; config is zero for the account's whole and for
// what orders by hand built.
type positionKey struct {
	scope   ports.PositionScope
	account domain.BrokerAccountID
	symbol  domain.Symbol
	config  domain.WebhookConfigID
}

type positionRow struct {
	user     domain.UserID
	position domain.Position
	updated  time.Time
	// moved is when it moved last, by the store's clock, and earned what it
	// realized on that day.
	moved  time.Time
	earned domain.Money
}

// budgetRow is how many requests were left at a time.
type budgetRow struct {
	level float64
	at    time.Time
}

type requestKey struct {
	user domain.UserID
	key  string
}

type requestRow struct {
	fingerprint [32]byte
	resource    *string
	begun       time.Time
}
