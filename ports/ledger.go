package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// TicketBrief is all that is needed to decide what a ticket comes to.
type TicketBrief struct {
	Ticket domain.Ticket
	Signal *domain.Signal
	// Account is the ticket's, also where it was removed.
	Account *domain.BrokerAccount
	// Rules are those of the config version that judged the signal, nil for a
	// signal by hand.
	Rules *domain.WebhookRules
	// ConfigPosition is what this config's fills built in the lane (by hand: what
	// orders by hand built), AccountPosition the account's whole.
	ConfigPosition  domain.Position
	AccountPosition domain.Position
	// Orders are the ticket's own so far but for legs, by step and revision; Legs
	// are its legs, likewise.
	Orders []*domain.Order
	Legs   []*domain.Order
	// Working are the orders of the same config in the lane that are acknowledged
	// and not terminal, or unsettled, but for the ticket's own; of a signal of
	// source halt those of every config and by hand.
	Working []*domain.Order
	// Halts are those in force that reach the ticket.
	Halts []domain.Halt
	// Others are the orders in the lane, of other configs or by hand, that Working
	// would have if they were of the same.
	Others []*domain.Order
	// Usage is what the config has used, by the storage's clock, of the rails its
	// rules set; what no rule limits may be left zero.
	Usage domain.Usage
	// Next is the intent of the same config's next ticket in the lane, where that
	// goes by the same version of the rules; nil where there is none, or the rules do
	// not collapse.
	Next *domain.Intent
	// Carried is the target of the same config's last ticket before, where that was
	// collapsed, or waits for its session or did; nil where there is none, or the
	// rules neither collapse nor wait. One that ReplacedBy ended does not count.
	Carried *domain.Net
	// ReplacedBy is the first signal in the lane, between the ticket that this one
	// resumes and this one, that is of the same config, or a full exit that is not by
	// an alert, and resumes nothing older; nil where there is none.
	ReplacedBy *domain.SignalID
	// SupersededBy is the signal of the first ticket behind this one in the lane
	// that is a full exit, of the same config or not by an alert at all; nil where
	// there is none.
	SupersededBy *domain.SignalID
	// Stood is where the config's alert before left its sender, as the links of the
	// lane's decisions say; nil where nothing is known.
	Stood *domain.Net
	// Behind are the first tickets behind this one in the lane, in order and at most
	// ChainReach, where the signal says where its sender came from and the rules
	// hold a break; else there are none.
	Behind []QueuedSignal
}

// TicketPlan is what a ticket was understood to want.
type TicketPlan struct {
	Target    domain.Net
	Decisions []domain.Decision
	// Limits, where they are set, are kept to when an order is written down,
	// however many lanes of the config do so at once; a loss is that of the fills
	// recorded until then.
	Limits *domain.RiskLimits
	// Link, where it is set, is kept as where the alert leaves its sender.
	Link *ChainLink
	// Legs are sent with the order that is written down.
	Legs []*domain.Order
	// Synthetic, where it is set, watches over what that order enters.
	Synthetic *domain.SyntheticStop
	// Protected says that the order's stop-loss is at the broker, or will be: the
	// entry is kept, as Protections says.
	Protected bool
	// Afresh says that the order enters where there was no position: synthetic stops
	// and kept entries of the same config in the lane end as closed where the entries
	// fill no more, for what they built is gone.
	Afresh bool
}

// TicketEnd is how a ticket ends, or, where State is needs_review, that only a
// person can end it.
type TicketEnd struct {
	TicketID  domain.TicketID
	LaneSeq   int64
	State     domain.State
	Reasons   []domain.Reason
	Decisions []domain.Decision
	// Link is that of TicketPlan.
	Link *ChainLink
	// WaitsUntil is when a ticket that waits for its session is gone on for.
	WaitsUntil *time.Time
}

// Attempt is one send of an order, written down before it happens.
type Attempt struct {
	// Number counts from 1.
	Number int
	// Deadline is when the sender gives up waiting.
	Deadline time.Time
	At       time.Time
	// Request is what the send takes from the account's budget.
	Request Request
	// Effect is what the order does to the position, which halts are judged by;
	// the zero value counts as an entry.
	Effect domain.Effect
	// Found says that the broker has the order already, of an attempt that was
	// forgotten: nothing is sent, so nothing holds it and nothing is charged.
	Found bool
}

// OrderFacts are events learned about one order.
type OrderFacts struct {
	OrderID domain.OrderID
	Events  []domain.OrderEvent
}

// Ledger is the worker's record of what was decided and what happened.
// Decisions are fenced: they name the lease they are made under, and under a
// void one they are KindConflict with code lease_lost and change nothing. Facts
// are recorded whatever the lease.
type Ledger interface {
	Reconciliations
	Recalls
	SyntheticStops
	Protections
	Resumptions
	// Installation gives the mark all client order ids of this database carry. It
	// never changes.
	Installation(ctx context.Context) (domain.Installation, error)
	// Brief gathers what is known about a ticket. A missing one is KindNotFound.
	Brief(ctx context.Context, id domain.TicketID) (*TicketBrief, error)
	// Plan writes down what a ticket was understood to want and the ticket as
	// executing. It is fenced. The target of the first call stays; decisions are
	// added to those before.
	Plan(ctx context.Context, lease Lease, id domain.TicketID, plan TicketPlan) error
	// Note adds decisions to a ticket that waits, and changes nothing else. It is
	// fenced.
	Note(ctx context.Context, lease Lease, id domain.TicketID, decisions []domain.Decision) error
	// Intend writes an order down together with its first attempt, and its
	// ticket's plan as Plan does, before anything is sent. The attempt becomes the
	// order's event domain.AttemptedEvent. It is fenced. A second order for the
	// same ticket, step and revision is KindConflict with code order_exists. An
	// order of a config beyond the limits of the plan that count orders is
	// KindConflict with code limit_reached, and changes nothing. Where a halt that
	// is in force holds the attempt, by domain.JudgeHalts, it is KindConflict with
	// code halted, and changes nothing: once a halt is committed, nothing that it
	// holds is written down, whoever asks at the same moment. The attempt's
	// request is taken from the account's budget as Spend does, together with the
	// rest or not at all. The plan's legs are written down with the order, each
	// with the same first attempt, or none of it is. No limit counts them. The same
	// goes for the plan's synthetic stop, and for those that it ends. An attempt that
	// is Found no halt and no limit holds, and no budget is charged.
	Intend(ctx context.Context, lease Lease, o *domain.Order, first Attempt, plan TicketPlan) error
	// Retry writes a further attempt of an order down. It is fenced, and a
	// conflict where the order's submission admits no attempt. Halts are judged,
	// and the account's budget is charged, as in Intend.
	Retry(ctx context.Context, lease Lease, id domain.OrderID, next Attempt) (*domain.Order, error)
	// Record adds facts to an order and gives what it is now. A fact already
	// known, by its source id, changes nothing. Every new fill moves the
	// position of the order's config and of its account, once. A missing order
	// is KindNotFound.
	Record(ctx context.Context, facts OrderFacts, at time.Time) (*domain.Order, error)
	// Review adds what a person learned or decided about an order that needs
	// review, as Record does, and makes its lane ready unless it is leased. An
	// order that does not need review is KindConflict with code not_in_review and
	// nothing is added, unless the first of the facts is known already, by its
	// source id: then nothing changes.
	Review(ctx context.Context, facts OrderFacts, at time.Time) (*domain.Order, error)
	// Finish ends the ticket at the head of its lane and moves the lane on, in
	// one transaction with the facts, and brings the signal's state in line. The
	// lane stays leased. With needs_review the lane does not move on: the ticket
	// stays its head. It is fenced, but the facts are recorded even then. A ticket
	// that is not the lane's head is KindConflict with code not_head.
	Finish(ctx context.Context, lease Lease, end TicketEnd, facts []OrderFacts, at time.Time) error
	// Answer replaces the reason of a ticket that has the code by another, and gives
	// the reasons as they are then; where the ticket has none of that code they stay
	// as they were. Of several at once one replaces it. A ticket that waits for its
	// session waits no more, unless the answer is that it is resuming. A missing ticket
	// is KindNotFound.
	Answer(ctx context.Context, id domain.TicketID, code string, answer domain.Reason) ([]domain.Reason, error)
	// Overtake lets a ticket go before those that wait before it in its lane, each
	// of which moves back by one place; it becomes the head, and the decision is
	// added to its own. It is fenced. Where one of them is not queued any more, or
	// the ticket is the head already, it is KindConflict with code not_waiting and
	// changes nothing.
	Overtake(ctx context.Context, lease Lease, id domain.TicketID, why domain.Decision) error
	// Spend takes a request from the account's budget, which all processes share,
	// by the database's clock. Where nothing is left for it, it is KindUnavailable
	// with code throttled and takes nothing; RetryAfter says when the next one is
	// there, if nobody else comes first.
	Spend(ctx context.Context, account domain.BrokerAccountID, r Request) error
	// Working gives up to limit orders that are acknowledged and not terminal and
	// were last asked about before the given age by the database's clock, oldest
	// first, and counts them as asked about now.
	Working(ctx context.Context, account *domain.BrokerAccountID, age time.Duration, limit int) ([]*domain.Order, error)
	// Account gives an account for the worker, removed ones too. A missing one is
	// KindNotFound.
	Account(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error)
	// ByClientOrderIDs gives the orders with those client order ids, in no
	// particular order; ids without an order are left out.
	ByClientOrderIDs(ctx context.Context, ids []string) ([]*domain.Order, error)
}
