package httpapi

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// signalSummaryJSON is a signal in a list.
type signalSummaryJSON struct {
	ID                   domain.SignalID         `json:"id"`
	Source               domain.Source           `json:"source"`
	WebhookConfigID      *domain.WebhookConfigID `json:"webhook_config_id"`
	WebhookConfigVersion *int                    `json:"webhook_config_version"`
	Symbol               *domain.Symbol          `json:"symbol"`
	State                domain.State            `json:"state"`
	Action               domain.Action           `json:"action"`
	ReceivedAt           string                  `json:"received_at"`
	SenderTime           *string                 `json:"sender_time"`
	Intent               intentJSON              `json:"intent"`
	Reasons              []reasonJSON            `json:"reasons"`
}

// signalJSON is a signal with all there is to know about it. Decisions are those
// of the config and then those of each ticket.
type signalJSON struct {
	signalSummaryJSON

	Payload   *string        `json:"payload"`
	Decisions []decisionJSON `json:"decisions"`
	Tickets   []ticketJSON   `json:"tickets"`
	Timeline  []momentJSON   `json:"timeline"`
}

type ticketJSON struct {
	ID              domain.TicketID        `json:"id"`
	BrokerAccountID domain.BrokerAccountID `json:"broker_account_id"`
	LaneSeq         int64                  `json:"lane_seq"`
	State           domain.State           `json:"state"`
	// WaitsUntil is when a ticket that waits for its session is gone on for.
	WaitsUntil *string        `json:"waits_until"`
	Reasons    []reasonJSON   `json:"reasons"`
	Decisions  []decisionJSON `json:"decisions"`
	Orders     []orderJSON    `json:"orders"`
}

func signalSummaryOf(signal *domain.Signal) signalSummaryJSON {
	s := signal.Snapshot()
	return signalSummaryJSON{
		ID: s.ID, Source: s.Source, WebhookConfigID: s.WebhookConfigID,
		WebhookConfigVersion: orNull(s.WebhookConfigVersion), Symbol: orNull(s.Intent.Symbol),
		State: s.State, Action: s.Intent.Action, ReceivedAt: stamp(s.ReceivedAt), SenderTime: stampOrNull(s.Intent.SenderTime),
		Intent: intentOf(s.Intent), Reasons: reasonsOf(s.Reasons),
	}
}

func signalOf(signal *domain.Signal, orders []*domain.Order) signalJSON {
	s := signal.Snapshot()
	out := signalJSON{
		signalSummaryJSON: signalSummaryOf(signal),
		Decisions:         decisionsOf(s.Decisions),
		Tickets:           make([]ticketJSON, 0, len(s.Tickets)),
		Timeline:          timelineOf(s, orders),
	}
	if s.Source == domain.SourceAlert {
		payload := string(s.Payload)
		out.Payload = &payload
	}
	for _, t := range s.Tickets {
		ticket := ticketOf(t, orders)
		out.Decisions = append(out.Decisions, ticket.Decisions...)
		out.Tickets = append(out.Tickets, ticket)
	}
	return out
}

// ticketOf picks the ticket's orders, by step and revision.
func ticketOf(t domain.Ticket, orders []*domain.Order) ticketJSON {
	own := []*domain.Order{}
	for _, o := range orders {
		if o.Terms().TicketID == t.ID {
			own = append(own, o)
		}
	}
	slices.SortStableFunc(own, byStep)
	wired := make([]orderJSON, 0, len(own))
	for _, o := range own {
		wired = append(wired, orderOf(o))
	}
	return ticketJSON{
		ID: t.ID, BrokerAccountID: t.BrokerAccountID, LaneSeq: t.LaneSeq, State: t.State,
		WaitsUntil: stampOrNull(t.WaitsUntil), Reasons: reasonsOf(t.Reasons), Decisions: decisionsOf(t.Decisions), Orders: wired,
	}
}
