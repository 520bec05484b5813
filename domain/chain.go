package domain

// ChainBreak says what is done with an alert whose sender did not stand where
// the alert before had left it: one is lost, or comes later than it was made.
type ChainBreak string

// What may be done with a break. It is recorded whatever is done.
const (
	// ChainAsIs executes the alert as if nothing were missing.
	ChainAsIs ChainBreak = "as_is"
	// ChainTarget reaches the position the alert leads to, whatever its action and
	// quantity say; without one it is executed as is.
	ChainTarget ChainBreak = "target"
	// ChainHold waits for the alert that is missing, which then goes first, and
	// where it does not come in time is ChainTarget.
	ChainHold ChainBreak = "hold"
)

// ChainBreaks lists what may be done.
func ChainBreaks() []ChainBreak { return []ChainBreak{ChainAsIs, ChainTarget, ChainHold} }

// ParseChainBreak reads one of ChainBreaks.
func ParseChainBreak(s string) (ChainBreak, error) {
	return parseWord("invalid_chain_break", s, ChainBreaks())
}

// ChainRule is what a config does with breaks.
type ChainRule struct {
	OnBreak ChainBreak
	// HoldSeconds is how long after its receipt an alert is held at most; 1 to 60.
	HoldSeconds int
}

// The bounds of holding an alert.
const (
	DefaultHoldSeconds = 5
	maxHoldSeconds     = 60
)

// DefaultChainRule executes as is, and would hold for 5 s.
func DefaultChainRule() ChainRule { return ChainRule{ChainAsIs, DefaultHoldSeconds} }

func (r ChainRule) check() error {
	var f faults
	if _, err := ParseChainBreak(string(r.OnBreak)); err != nil {
		f.addErr("on_break", err)
	}
	if r.HoldSeconds < 1 || r.HoldSeconds > maxHoldSeconds {
		f.add("invalid_hold", "hold_seconds", "must be 1 to 60")
	}
	return f.err()
}

// Stand gives where an alert says that its sender stands afterwards; nil where
// it does not tell.
func (i Intent) Stand() *Net {
	if i.IsFullExit() {
		return &Net{}
	}
	return copied(i.TargetPosition)
}

// BreaksChain reports whether the sender says it came from somewhere else than
// the alert before left it. Where either is not known it does not, nor does an
// alert that leads to where the sender stands already, or that does not move.
func (i Intent) BreaksChain(stood *Net) bool {
	if stood == nil || i.PreviousPosition == nil || i.Action == ActionCancel {
		return false
	}
	to := i.Stand()
	stays := to != nil && (to.Cmp(*stood) == 0 || to.IsFlat() && i.PreviousPosition.IsFlat())
	return !stays && i.PreviousPosition.Cmp(*stood) != 0
}

// BuildsOnly reports whether an alert, by its own words, takes nothing from what
// was there: whatever else it is, it is no exit.
func (i Intent) BuildsOnly() bool {
	from, to := i.PreviousPosition, i.TargetPosition
	return from != nil && to != nil && !i.IsExitOnly() && to.Size().Cmp(from.Size()) > 0 &&
		(from.IsFlat() || from.SameSide(*to))
}

// HoldFor gives how many seconds more an alert that breaks the chain is held. An
// exit, and what turns a position round, never is.
func (r ChainRule) HoldFor(i Intent, stood *Net, age Age) int {
	if r.OnBreak != ChainHold || !i.BuildsOnly() || !i.BreaksChain(stood) {
		return 0
	}
	return max(r.HoldSeconds-max(age.ReceivedSeconds, 0), 0)
}

// Precedes reports whether an alert that arrived after the other is the one the
// other came from: it leads there, does not come from where the other leads, and
// was not made later by the senders' times.
func (i Intent) Precedes(other Intent) bool {
	to := i.Stand()
	if to == nil || i.PreviousPosition == nil || i.Action == ActionCancel ||
		other.PreviousPosition == nil || to.Cmp(*other.PreviousPosition) != 0 {
		return false
	}
	if a, b := i.SenderTime, other.SenderTime; a != nil && b != nil && a.After(*b) {
		return false
	}
	after := other.Stand()
	return after == nil || i.PreviousPosition.Cmp(*after) != 0
}

const codeChainBreak = "chain_break"

// judgeChain records how an alert hangs together with the one before, and gives
// what of it is executed.
func (p *Plan) judgeChain(i Intent, rule ChainRule, stood *Net) Intent {
	if !i.BreaksChain(stood) {
		if stood != nil && i.PreviousPosition != nil {
			p.pass("chain", "")
		}
		return i
	}
	broken := chainBroken(i, *stood)
	switch {
	case rule.OnBreak == ChainHold && i.BuildsOnly():
		broken += "; nothing that leads there came in time"
	case rule.OnBreak == ChainHold:
		broken += "; an exit is not held"
	}
	to := i.Stand()
	if rule.OnBreak == ChainAsIs || to == nil {
		p.note(codeChainBreak, broken+": executed as is")
		return i
	}
	p.adjust(codeChainBreak, broken+": the target is "+to.String())
	i.Action, i.TargetPosition, i.Quantity, i.Notional = ActionTarget, to, nil, nil
	if to.IsFlat() {
		i.Sentiment = SentimentFlat
	}
	return i
}

// ChainDecisions records a break of an alert that is not executed.
func ChainDecisions(i Intent, stood *Net) []Decision {
	if !i.BreaksChain(stood) {
		return nil
	}
	return []Decision{{codeChainBreak, VerdictNote, chainBroken(i, *stood)}}
}

func chainBroken(i Intent, stood Net) string {
	return "the sender comes from " + i.PreviousPosition.String() + " and its alert before led to " + stood.String()
}
