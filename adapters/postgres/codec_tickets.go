package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

type ticketModel struct {
	bun.BaseModel `bun:"table:public.tickets,alias:ticket"`

	ID              uuid.UUID     `bun:"id,pk"`
	UserID          uuid.UUID     `bun:"user_id"`
	SignalID        uuid.UUID     `bun:"signal_id"`
	Position        int           `bun:"position"`
	BrokerAccountID uuid.UUID     `bun:"broker_account_id"`
	Symbol          domain.Symbol `bun:"symbol"`
	Multiplier      string        `bun:"multiplier"`
	LaneID          int64         `bun:"lane_id"`
	LaneSeq         int64         `bun:"lane_seq"`
	State           domain.State  `bun:"state"`
	Target          *string       `bun:"target"`
	WaitsUntil      *time.Time    `bun:"waits_until"`
	Resumes         *int64        `bun:"resumes"`
	Reasons         string        `bun:"reasons"`
	Decisions       string        `bun:"decisions"`
	CreatedAt       time.Time     `bun:"created_at"`
	UpdatedAt       time.Time     `bun:"updated_at"`
}

func (m *ticketModel) toDomain() (domain.Ticket, error) {
	var r amounts
	t := domain.Ticket{
		ID:              domain.TicketID{UUID: m.ID},
		UserID:          domain.UserID{UUID: m.UserID},
		SignalID:        domain.SignalID{UUID: m.SignalID},
		BrokerAccountID: domain.BrokerAccountID{UUID: m.BrokerAccountID},
		Symbol:          m.Symbol,
		Multiplier:      amountIn(&r, "multiplier", m.Multiplier, domain.RestoreQuantity),
		LaneSeq:         m.LaneSeq,
		State:           m.State,
		Target:          amountOrNil(&r, "target", m.Target, domain.RestoreNet),
		WaitsUntil:      utc(m.WaitsUntil),
		CreatedAt:       m.CreatedAt.UTC(),
		UpdatedAt:       m.UpdatedAt.UTC(),
	}
	if r.err != nil {
		return domain.Ticket{}, r.err
	}
	if m.Resumes != nil {
		t.Resumes = *m.Resumes
	}
	var err error
	if t.Reasons, err = decodeReasons(m.Reasons); err != nil {
		return domain.Ticket{}, err
	}
	if t.Decisions, err = decodeDecisions(m.Decisions); err != nil {
		return domain.Ticket{}, err
	}
	return t, nil
}
