package domain

import (
	"slices"
	"time"
)

// Source says what a signal came from.
type Source string

// The sources.
const (
	SourceAlert      Source = "alert"
	SourceOperator   Source = "operator"
	SourceProtection Source = "protection"
	SourceHalt       Source = "halt"
)

// Sources lists the valid sources.
func Sources() []Source { return []Source{SourceAlert, SourceOperator, SourceProtection, SourceHalt} }

// ParseSource reads one of Sources.
func ParseSource(s string) (Source, error) { return parseWord("invalid_source", s, Sources()) }

// mayHaveConfig reports whether a signal may be of a webhook config: what closes a
// position is, where a config's entry is protected or its webhook is flattened.
func (s Source) mayHaveConfig() bool {
	return s == SourceAlert || s == SourceProtection || s == SourceHalt
}

// Signal is one admitted intent, whatever its source. Everything that trades is
// a signal.
type Signal struct{ s SignalSnapshot }

// SignalSnapshot is a signal as it is stored.
type SignalSnapshot struct {
	ID     SignalID
	UserID UserID
	Source Source
	// WebhookConfigID and WebhookConfigVersion name the rules that judged it, for
	// protection those of the entry that is protected, for a halt those of the
	// webhook that is flattened; nil and 0 for a signal by hand.
	WebhookConfigID      *WebhookConfigID
	WebhookConfigVersion int
	// DeliveryID names the delivery it came in, nil for a signal by hand.
	DeliveryID *DeliveryID
	Intent     Intent
	// Payload is the alert as it was posted.
	Payload   []byte
	State     State
	Reasons   []Reason
	Decisions []Decision
	Tickets   []Ticket
	// ReceivedAt is when the alert arrived, by our clock.
	ReceivedAt time.Time
	UpdatedAt  time.Time
}

// NewSignal makes a queued signal with a ticket a route, or, where reasons are
// given, a refused one without tickets. The ids of the tickets are taken from
// s.Tickets, one for each.
func NewSignal(s SignalSnapshot, reasons []Reason) (*Signal, error) {
	var f faults
	if s.ID.IsZero() || s.UserID.IsZero() {
		f.add("id_required", "id", "a signal names itself and its owner")
	}
	if _, err := ParseSource(string(s.Source)); err != nil {
		f.addErr("source", err)
	}
	ofConfig := s.WebhookConfigID != nil
	if s.Source == SourceAlert && !ofConfig || ofConfig && !s.Source.mayHaveConfig() {
		f.add("webhook_config_required", "webhook_config_id", "an alert's signal names its webhook config, one by hand none")
	}
	if len(reasons) == 0 && len(s.Tickets) == 0 {
		f.add("ticket_required", "tickets", "a signal that is not refused has a ticket")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	s.Reasons, s.UpdatedAt, s.State = reasons, s.ReceivedAt, StateQueued
	if len(reasons) > 0 {
		s.State, s.Tickets = StateRefused, nil
	}
	s = s.clone()
	for i := range s.Tickets {
		t := &s.Tickets[i]
		t.UserID, t.SignalID, t.State, t.CreatedAt, t.UpdatedAt = s.UserID, s.ID, StateQueued, s.ReceivedAt, s.ReceivedAt
	}
	return &Signal{s}, nil
}

// RestoreSignal rebuilds a stored signal.
func RestoreSignal(s SignalSnapshot) *Signal { return &Signal{s.clone()} }

// Snapshot gives everything there is to store. It shares nothing with s that
// can change.
func (s *Signal) Snapshot() SignalSnapshot { return s.s.clone() }

func (s SignalSnapshot) clone() SignalSnapshot {
	s.WebhookConfigID, s.DeliveryID = copied(s.WebhookConfigID), copied(s.DeliveryID)
	s.Intent = s.Intent.clone()
	s.Payload = slices.Clone(s.Payload)
	s.Reasons, s.Decisions = slices.Clone(s.Reasons), slices.Clone(s.Decisions)
	s.Tickets = slices.Clone(s.Tickets)
	for i := range s.Tickets {
		s.Tickets[i] = s.Tickets[i].clone()
	}
	return s
}

// ID gives the signal's id.
func (s *Signal) ID() SignalID { return s.s.ID }

// State says how far the signal got.
func (s *Signal) State() State { return s.s.State }

// Symbol gives the instrument the signal is about, zero for everything.
func (s *Signal) Symbol() Symbol { return s.s.Intent.Symbol }

// Reasons says why the signal was refused, nil where it was not.
func (s *Signal) Reasons() []Reason { return slices.Clone(s.s.Reasons) }
