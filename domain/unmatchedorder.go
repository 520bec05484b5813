package domain

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// UnmatchedOrder is an order at a broker that carries this installation's mark
// and that no row accounts for: something was sent twice, or the database has
// forgotten that it was sent. It is shown, and never taken for one of ours. Its
// owner settles it.
type UnmatchedOrder struct {
	ID              UnmatchedOrderID
	UserID          UserID
	BrokerAccountID BrokerAccountID
	ClientOrderID   string
	BrokerOrderID   string
	Symbol          Symbol
	// Status and FilledQuantity are as they were found, or as the broker told when
	// it was asked to end the order.
	Status         OrderStatus
	FilledQuantity Net
	FoundAt        time.Time
	// Settlement is what its owner said of it, nil while nobody did.
	Settlement *UnmatchedSettlement
	// Outcome is what came of a cancel, nil until nothing is left to do for it.
	Outcome *UnmatchedOutcome
}

// UnmatchedOrderID names an UnmatchedOrder.
type UnmatchedOrderID = ID[UnmatchedOrder]

// UnmatchedVerdict is what an owner makes of an unmatched order.
type UnmatchedVerdict string

// The verdicts.
const (
	// UnmatchedAcknowledge: it is known and nothing is to be done.
	UnmatchedAcknowledge UnmatchedVerdict = "acknowledge"
	// UnmatchedCancel: the broker is asked to end it.
	UnmatchedCancel UnmatchedVerdict = "cancel"
)

// UnmatchedVerdicts lists the valid verdicts.
func UnmatchedVerdicts() []UnmatchedVerdict {
	return []UnmatchedVerdict{UnmatchedAcknowledge, UnmatchedCancel}
}

// ParseUnmatchedVerdict reads one of UnmatchedVerdicts.
func ParseUnmatchedVerdict(s string) (UnmatchedVerdict, error) {
	return parseWord("invalid_verdict", s, UnmatchedVerdicts())
}

// UnmatchedSettlement is what an owner said of an unmatched order.
type UnmatchedSettlement struct {
	Verdict UnmatchedVerdict
	// Note says why: 1 to 500 printable characters.
	Note string
	By   UserID
	At   time.Time
}

// UnmatchedOutcome is what came of an unmatched order that was to be canceled.
type UnmatchedOutcome struct {
	Detail string
	At     time.Time
}

// maxUnmatchedNote is how much may be said of why.
const maxUnmatchedNote = 500

// Check gives what is wrong with a settlement by itself, as KindInvalid.
func (s UnmatchedSettlement) Check() error {
	var f faults
	if _, err := ParseUnmatchedVerdict(string(s.Verdict)); err != nil {
		f.addErr("verdict", err)
	}
	n := utf8.RuneCountInString(s.Note)
	unprintable := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	if n == 0 || n > maxUnmatchedNote || strings.ContainsFunc(s.Note, unprintable) {
		f.add("invalid_note", "note", "say why in 1 to 500 printable characters; it is kept with the order")
	}
	return f.err()
}

// Settled gives the order as it is once that is said of it. The same verdict
// again changes nothing. What was acknowledged may still be canceled, while it is
// not over: that is KindConflict with code order_not_open. A cancel is not taken
// back: another verdict is KindConflict with code already_settled.
func (o UnmatchedOrder) Settled(s UnmatchedSettlement) (UnmatchedOrder, error) {
	switch {
	case o.Settlement != nil && o.Settlement.Verdict == s.Verdict:
		return o, nil
	case o.Settlement != nil && o.Settlement.Verdict == UnmatchedCancel:
		return o, Conflict("already_settled", "the broker is asked to end this order, or was; that is not taken back")
	case s.Verdict == UnmatchedCancel && o.Status.IsTerminal():
		return o, Conflict("order_not_open", "the order is "+string(o.Status)+" and cannot be canceled; acknowledge it")
	}
	o.Settlement = &s
	return o, nil
}

// IsUnwanted reports whether the broker is still to be asked to end the order.
func (o UnmatchedOrder) IsUnwanted() bool {
	return o.Settlement != nil && o.Settlement.Verdict == UnmatchedCancel && o.Outcome == nil
}

// Marks reports whether a client order id carries the installation's mark.
func (in Installation) Marks(clientOrderID string) bool {
	return strings.HasPrefix(clientOrderID, "hf"+string(in))
}
