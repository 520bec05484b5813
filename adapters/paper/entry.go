package paper

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
)

// entryVersion is the form of the entries written; Fold reads no other.
const entryVersion = 1

// event is what one journal entry tells: a fact that holds whatever rules a
// later version decides by.
type event interface {
	// kind is the entry's word for it.
	kind() string
	// check finds what is wrong with the entry by itself.
	check() error
	// apply makes it part of the account, or says why it cannot follow on what
	// came before and changes nothing.
	apply(a *account, at time.Time) error
}

// The events. A client order id names an order sent before.
type (
	// opened is the first entry of every journal.
	opened struct {
		Account uuid.UUID    `json:"account"`
		Cash    domain.Money `json:"cash"`
	}
	// quoted is a pushed quote.
	quoted struct {
		Symbol domain.Symbol `json:"symbol"`
		Bid    *domain.Price `json:"bid,omitempty"`
		Ask    *domain.Price `json:"ask,omitempty"`
		Last   *domain.Price `json:"last,omitempty"`
	}
	// priced is an alert's price that is the market for want of a quote.
	priced struct {
		Symbol domain.Symbol `json:"symbol"`
		Price  domain.Price  `json:"price"`
	}
	// submitted is an order taken in, with its terms.
	submitted struct {
		ClientOrderID string             `json:"client_order_id"`
		BrokerOrderID uuid.UUID          `json:"broker_order_id"`
		Symbol        domain.Symbol      `json:"symbol"`
		Side          domain.Side        `json:"side"`
		Type          domain.OrderType   `json:"type"`
		TimeInForce   domain.TimeInForce `json:"time_in_force"`
		Quantity      *domain.Quantity   `json:"quantity,omitempty"`
		Notional      *domain.Money      `json:"notional,omitempty"`
		LimitPrice    *domain.Price      `json:"limit_price,omitempty"`
		StopPrice     *domain.Price      `json:"stop_price,omitempty"`
		// Legs are the client order ids of those submitted right behind it. Parent
		// names the order that a leg is one of.
		Legs   []string `json:"legs,omitempty"`
		Parent string   `json:"parent,omitempty"`
		// Either names the first of two orders that work beside each other until one
		// of them fills.
		Either string `json:"either,omitempty"`
		// Replaces names the order that it takes the place of.
		Replaces string `json:"replaces,omitempty"`
		// ExpiresAt is when it ends unfilled; ExtendedHours says that it trades
		// outside the core session too.
		ExpiresAt     *time.Time `json:"expires_at,omitempty"`
		ExtendedHours bool       `json:"extended_hours,omitempty"`
		// One of the trails makes the stop price follow the market at a distance;
		// HighWater is the best price it followed so far.
		TrailPrice   *domain.Price `json:"trail_price,omitempty"`
		TrailPercent *domain.Price `json:"trail_percent,omitempty"`
		HighWater    *domain.Price `json:"high_water,omitempty"`
	}
	// activated is a leg that works from now on: its parent is filled.
	activated struct {
		ClientOrderID string `json:"client_order_id"`
	}
	// triggered is a stop price that was reached.
	triggered struct {
		ClientOrderID string `json:"client_order_id"`
	}
	// trailed is a stop price that followed the market.
	trailed struct {
		ClientOrderID string       `json:"client_order_id"`
		HighWater     domain.Price `json:"high_water"`
		StopPrice     domain.Price `json:"stop_price"`
	}
	// partlyFilled is an execution that leaves something open.
	partlyFilled struct {
		ClientOrderID string          `json:"client_order_id"`
		ExecutionID   uuid.UUID       `json:"execution_id"`
		Quantity      domain.Quantity `json:"quantity"`
		Price         domain.Price    `json:"price"`
	}
	// filled is the execution that completes an order.
	filled struct {
		ClientOrderID string          `json:"client_order_id"`
		ExecutionID   uuid.UUID       `json:"execution_id"`
		Quantity      domain.Quantity `json:"quantity"`
		Price         domain.Price    `json:"price"`
	}
	canceled struct {
		ClientOrderID string `json:"client_order_id"`
	}
	// expired is an order whose time was over.
	expired struct {
		ClientOrderID string `json:"client_order_id"`
	}
	// replaced is an order whose place the next one takes.
	replaced struct {
		ClientOrderID string `json:"client_order_id"`
		By            string `json:"by"`
	}
	rejected struct {
		ClientOrderID string `json:"client_order_id"`
		Code          string `json:"code"`
		Reason        string `json:"reason"`
	}
)

// The words of the entries.
const (
	kindOpened    = "opened"
	kindQuoted    = "quoted"
	kindPriced    = "priced"
	kindSubmitted = "submitted"
	kindActivated = "activated"
	kindTriggered = "triggered"
	kindTrailed   = "trailed"
	kindPartly    = "partially_filled"
	kindFilled    = "filled"
	kindExpired   = "expired"
	kindReplaced  = "replaced"
	kindCanceled  = "canceled"
	kindRejected  = "rejected"
)

func (*opened) kind() string       { return kindOpened }
func (*quoted) kind() string       { return kindQuoted }
func (*priced) kind() string       { return kindPriced }
func (*submitted) kind() string    { return kindSubmitted }
func (*activated) kind() string    { return kindActivated }
func (*triggered) kind() string    { return kindTriggered }
func (*trailed) kind() string      { return kindTrailed }
func (*partlyFilled) kind() string { return kindPartly }
func (*filled) kind() string       { return kindFilled }
func (*expired) kind() string      { return kindExpired }
func (*replaced) kind() string     { return kindReplaced }
func (*canceled) kind() string     { return kindCanceled }
func (*rejected) kind() string     { return kindRejected }

func blankEvent(kind string) (event, error) {
	switch kind {
	case kindOpened:
		return &opened{}, nil
	case kindQuoted:
		return &quoted{}, nil
	case kindPriced:
		return &priced{}, nil
	case kindSubmitted:
		return &submitted{}, nil
	case kindActivated:
		return &activated{}, nil
	case kindTriggered:
		return &triggered{}, nil
	case kindTrailed:
		return &trailed{}, nil
	case kindPartly:
		return &partlyFilled{}, nil
	case kindFilled:
		return &filled{}, nil
	case kindExpired:
		return &expired{}, nil
	case kindReplaced:
		return &replaced{}, nil
	case kindCanceled:
		return &canceled{}, nil
	case kindRejected:
		return &rejected{}, nil
	}
	return nil, fmt.Errorf("unknown kind %q", kind)
}

// envelope is an entry as it is stored. Entries are told apart by what they
// say, not by their bytes: a store may reorder the keys.
type envelope struct {
	V    int             `json:"v"`
	Kind string          `json:"kind"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data"`
}

func encodeEntry(ev event, at time.Time) ([]byte, error) {
	data, err := json.Marshal(ev)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{V: entryVersion, Kind: ev.kind(), At: at, Data: data})
}

func decodeEntry(b []byte) (event, time.Time, error) {
	var env envelope
	if err := decodeStrictly(b, &env); err != nil {
		return nil, time.Time{}, err
	}
	if env.V != entryVersion {
		return nil, time.Time{}, fmt.Errorf("version %d, and only %d is known", env.V, entryVersion)
	}
	if env.At.IsZero() {
		return nil, time.Time{}, errors.New("no time")
	}
	ev, err := blankEvent(env.Kind)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := decodeStrictly(env.Data, ev); err != nil {
		return nil, time.Time{}, err
	}
	return ev, env.At.UTC(), ev.check()
}

// decodeStrictly takes one JSON value and nothing it has no place for: an entry
// that is understood in part would give another account.
func decodeStrictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}
