package domain

import "time"

// Effect says what a step does to the position.
type Effect string

// The effects.
const (
	EffectExit  Effect = "exit"
	EffectEntry Effect = "entry"
)

// The codes of a plan that finds nothing to trade: the position is where it should
// be, or the account has nothing of it.
const (
	ReasonNothingToDo      = "nothing_to_do"
	ReasonNothingAvailable = "nothing_available"
)

// Step is one order to place. A later step is placed only when the one before
// it is filled.
type Step struct {
	Effect   Effect
	Side     Side
	Quantity Quantity
}

// Situation is what an intent meets when its turn comes.
type Situation struct {
	// Position is the one traded against, by the config's scope.
	Position Net
	// Account is the account's whole position in the symbol. An exit never
	// sells more than the account holds.
	Account    Net
	Instrument Instrument
	Multiplier Quantity
	Age        Age
	// Now is when it is planned, for the session.
	Now time.Time
	// Equity is what the account is worth, where the size of an entry hangs on it;
	// nil is unknown.
	Equity *Money
	// Market is what the symbol trades at now, where a rule asks for it.
	Market Prices
	// Usage is what the config has used of its rails that count.
	Usage Usage
	// Next is the config's next alert in the lane, nil where none waits or this one
	// has placed something. Carried is the position that those collapsed before
	// this one wanted; nil where there are none.
	Next    *Intent
	Carried *Net
	// Brackets reports that the broker takes an entry together with the orders
	// that protect it, Protected that such orders of the config are open, and
	// Restorable that they are stop-losses alone, which can be put back.
	// Stops reports that the broker takes a stop order that works until canceled,
	// Quotes that it tells what the symbol trades at.
	Brackets   bool
	Stops      bool
	Quotes     bool
	Protected  bool
	Restorable bool
	// Stood is where the config's alert before left its sender, nil where that is
	// not known.
	Stood *Net
}

// Plan is what an intent comes to. Steps is empty when there is nothing to
// trade, and then State and Reasons say why.
type Plan struct {
	Steps []Step
	// Legs protect what an entry among the steps builds, and Class says how: with
	// the entry or after it. It is simple where there are none, and where they are
	// Synthetic: no orders, but prices that are watched here.
	Legs      []Leg
	Class     OrderClass
	Synthetic bool
	Target    Net
	State     State
	Reasons   []Reason
	Decisions []Decision
	// WaitsUntil is when the session is on, where what is left waits for that: then
	// State is expired, and a ticket that has Target goes on for this one.
	WaitsUntil *time.Time
}

// PlanOrders works out what an intent means in a situation. It is pure: the
// same arguments give the same plan. Rules are judged in this order, each that
// is set leaving a decision: the chain of alerts, what the alert means, the instrument, the backlog,
// the session and the age of an exit; then for an entry the session, its age, the drift of the price,
// the sides and the rails as RiskLimits lists them, and last what protects it. Session and age end it,
// the others are all told.
func PlanOrders(i Intent, rules WebhookRules, s Situation) Plan {
	p := Plan{}
	if i.Action == ActionCancel {
		p.Target = s.Position
		if i.IsProtected() {
			p.note(ReasonProtection, "nothing is entered, so there is nothing to protect")
		}
		p.State, p.Reasons = StateDone, []Reason{{Code: "nothing_to_trade", Message: "a cancel ends open orders and trades nothing"}}
		return p
	}
	i = p.judgeChain(i, rules.Chain, s.Stood)
	read := s
	if s.Carried != nil && !i.IsExitOnly() {
		read.Position = *s.Carried
		p.note("backlog", "read from "+s.Carried.String()+", which the alerts before it wanted")
	}
	target, err := p.resolve(i, rules, read)
	if err == nil && target.Size().Cmp(s.Position.Size()) > 0 {
		_, err = newAmount(target.d)
	}
	if err != nil {
		e := err.(*Error) //nolint:errcheck,errorlint,forcetypeassert // both give nothing else
		p.refuse(e.Code, e.Field, e.Msg)
		return p
	}
	p.note("target_position", "from "+s.Position.String()+" to "+target.String())
	p.reach(i, rules, s, target)
	return p
}

// ContinuePlan is PlanOrders once the target is settled: what is left to do
// from the position there is now. A reversal whose exit is filled continues
// with its entry, and nothing is read from the quantity a second time.
func ContinuePlan(i Intent, rules WebhookRules, s Situation, target Net) Plan {
	p := Plan{}
	rules.Staleness.Ask = false // something was begun
	p.reach(i, rules, s, target)
	return p
}

func (p *Plan) reach(i Intent, rules WebhookRules, s Situation, target Net) {
	p.Target = target
	if !s.Instrument.Tradable {
		p.refuse("not_tradable", "symbol", string(i.Symbol)+" cannot be traded at this broker")
		return
	}
	p.steps(s, target)
	if p.State == "" {
		p.keepProtection(i, s, target)
	}
	if p.State == "" {
		p.collapse(rules.Staleness, s.Next)
	}
	if p.State == "" {
		p.judge(i, rules, s)
	}
	if p.State != "" {
		p.Steps, p.Legs, p.Class, p.Synthetic = nil, nil, "", false
	}
}

// IsExitOnly reports whether the intent can only reduce a position whatever the
// situation.
func (i Intent) IsExitOnly() bool {
	return i.Action == ActionExit || i.Action == ActionCancel || i.Sentiment == SentimentFlat ||
		i.TargetPosition != nil && i.TargetPosition.IsFlat()
}

// IsFullExit reports whether the intent closes all of a position whatever the
// situation, so that entries it finds waiting are not wanted any more. An exit
// of one side is none.
func (i Intent) IsFullExit() bool {
	switch {
	case i.Action == ActionCancel:
		return false
	case i.Sentiment == SentimentFlat || i.TargetPosition != nil && i.TargetPosition.IsFlat():
		return true
	}
	return i.Action == ActionExit && i.Quantity == nil && i.ExitPercent == nil && i.Closes == "" && i.TargetPosition == nil
}

// resolve gives the position the intent wants. Where the alert carries one,
// that is it; else the quantity says, as the config reads it.
func (p *Plan) resolve(i Intent, rules WebhookRules, s Situation) (Net, error) {
	switch {
	case i.Sentiment == SentimentFlat || i.TargetPosition != nil && i.TargetPosition.IsFlat():
		return Net{}, nil
	case i.Action == ActionExit:
		return exitTarget(i, s), nil
	case i.TargetPosition != nil:
		return p.statedTarget(i, rules, s)
	case i.Action == ActionReverse:
		return p.reverseTarget(i, rules, s)
	}
	return p.quantityTarget(i, rules, s)
}

// exitTarget never enters: where the alert carries the position that stays, an
// exit goes towards it as far as the position reaches.
func exitTarget(i Intent, s Situation) Net {
	if t := i.TargetPosition; t != nil && t.SameSide(s.Position) {
		stays := t.Size().Times(s.Multiplier).Min(s.Position.Size())
		return NetOf(s.Position.ExitSide().Opposite(), stays)
	}
	if i.TargetPosition != nil || s.Position.IsFlat() {
		return Net{}
	}
	if contradicts(i.Closes, s.Position) {
		return s.Position
	}
	return s.Position.After(s.Position.ExitSide(), i.exitSize(s))
}

// reverseTarget turns the position round, but never away from the side the
// alert says: then the sender has turned and so have we.
func (p *Plan) reverseTarget(i Intent, rules WebhookRules, s Situation) (Net, error) {
	turned := s.Position.Opposite()
	if !turned.IsFlat() && (i.Quantity != nil || i.Notional != nil || rules.Sizing.of(i).Type != SizingAlert) {
		q, err := p.size(i, rules, s)
		if err != nil {
			return Net{}, err
		}
		turned = NetOf(s.Position.ExitSide(), q.Times(s.Multiplier))
	}
	if !turned.IsFlat() && contradicts(i.Sentiment, turned) {
		p.note("reverse", "the position is "+string(i.Sentiment)+" already, as the alert says")
		return s.Position, nil
	}
	return turned, nil
}

// statedTarget takes the alert's own position, or its side with the config's
// size where the config sizes.
func (p *Plan) statedTarget(i Intent, rules WebhookRules, s Situation) (Net, error) {
	side := SideBuy
	if i.TargetPosition.IsShort() {
		side = SideSell
	}
	q := i.TargetPosition.Size()
	if rules.Sizing.of(i).Type != SizingAlert {
		sized, err := p.size(i, rules, s)
		if err != nil {
			return Net{}, err
		}
		p.adjust("sizing", sizedBy(i, rules)+" sizes the position to "+sized.String())
		q = sized
	}
	return NetOf(side, q.Times(s.Multiplier)), nil
}

func (p *Plan) quantityTarget(i Intent, rules WebhookRules, s Situation) (Net, error) {
	side, means := i.Action.Side(), rules.QuantityMeans
	if i.QuantityMeans != "" {
		means = i.QuantityMeans
	}
	q, err := p.size(i, rules, s)
	if err != nil {
		return Net{}, err
	}
	q = q.Times(s.Multiplier)
	entry := NetOf(side, q)
	netted := s.Position.After(side, q)
	opposite := !s.Position.IsFlat() && !s.Position.SameSide(entry)
	switch {
	case means == QuantityEntry && opposite:
		p.note("quantity_means", "the quantity is the new entry after a full exit")
		return entry, nil
	case i.Sentiment == "" || !contradicts(i.Sentiment, netted):
		return netted, nil
	case !contradicts(i.Sentiment, entry):
		p.note("quantity_means", "netting would end "+netted.String()+", the alert says "+string(i.Sentiment)+": the quantity is the new entry after a full exit")
		return entry, nil
	}
	// Selling while staying long, or buying while staying short, is a reduction;
	// the sender holds more than we do. Reduce what there is, never cross zero.
	p.note("quantity_means", "the alert stays "+string(i.Sentiment)+" but netting would end "+netted.String()+": only what is held is reduced")
	if s.Position.SameSide(entry) {
		return s.Position, nil
	}
	return Net{}, nil
}

// steps turns the way from the position to the target into orders: crossing
// zero takes an exit and an entry.
func (p *Plan) steps(s Situation, target Net) {
	from := s.Position
	reduces := !from.IsFlat() && (target.IsFlat() || !target.SameSide(from) || target.Size().Cmp(from.Size()) < 0)
	if reduces {
		q := from.Size()
		if target.SameSide(from) {
			q = q.Less(target.Size())
		}
		p.exit(s, q, !target.IsFlat() && !target.SameSide(from))
		if p.State != "" {
			return
		}
		from = from.After(from.ExitSide(), q)
	}
	if !target.IsFlat() && (from.IsFlat() || target.SameSide(from) && target.Size().Cmp(from.Size()) > 0) {
		p.enter(s, NetOf(target.ExitSide().Opposite(), target.Size().Less(from.Size())))
	}
	if p.State == "" && len(p.Steps) == 0 {
		p.end(StateRefused, ReasonNothingToDo, "", "the position already is "+s.Position.String())
	}
}

// exit places what of q the account has, in whole steps. Less than one step
// cannot be sold: it stays, and holds up no entry that follows.
func (p *Plan) exit(s Situation, q Quantity, entryFollows bool) {
	available := Quantity{}
	if s.Account.SameSide(s.Position) {
		available = s.Account.Size()
	}
	if q.Cmp(available) > 0 {
		p.adjust("available", "the account has "+available.String()+" of "+q.String())
		q = available
	}
	if q.IsZero() {
		p.end(StateRefused, ReasonNothingAvailable, "", "the account holds nothing of this position any more")
		return
	}
	rounded := s.Instrument.RoundQuantity(q)
	if rounded.Cmp(q) != 0 {
		p.adjust("quantity_step", q.String()+" rounded down to "+rounded.String())
	}
	switch {
	case !rounded.IsZero():
		p.Steps = append(p.Steps, Step{EffectExit, s.Position.ExitSide(), rounded})
	case !entryFollows:
		p.end(StateRefused, "below_minimum", "quantity", q.String()+" is less than the step of "+s.Instrument.QuantityStep.String())
	}
}

func (p *Plan) enter(s Situation, n Net) {
	q := s.Instrument.RoundQuantity(n.Size())
	if q.Cmp(n.Size()) != 0 {
		p.adjust("quantity_step", n.Size().String()+" rounded down to "+q.String())
	}
	if q.IsZero() || q.Cmp(s.Instrument.MinimumQuantity) < 0 {
		if len(p.Steps) > 0 {
			p.note("minimum_quantity", "the entry of "+n.Size().String()+" is below the minimum; only the exit is placed")
			return
		}
		p.end(StateRefused, "below_minimum", "quantity", n.Size().String()+" is below the minimum of "+s.Instrument.MinimumQuantity.String())
		return
	}
	if n.IsShort() && !s.Instrument.canShort(q) {
		const why = "fractional orders cannot be sold short"
		if len(p.Steps) > 0 {
			p.note("fractional_short", why+": "+q.String()+"; only the exit is placed")
			return
		}
		p.end(StateRefused, "fractional_short", "quantity", why)
		return
	}
	p.Steps = append(p.Steps, Step{EffectEntry, n.ExitSide().Opposite(), q})
}

func (p *Plan) refuse(code, field, msg string) { p.end(StateRefused, code, field, msg) }

func (p *Plan) end(state State, code, field, msg string) {
	p.State = state
	p.Reasons = append(p.Reasons, Reason{Code: code, Field: field, Message: msg})
	p.Decisions = append(p.Decisions, Decision{code, VerdictRefuse, msg})
}

func (p *Plan) pass(rule, detail string) {
	p.Decisions = append(p.Decisions, Decision{rule, VerdictPass, detail})
}

func (p *Plan) adjust(rule, detail string) {
	p.Decisions = append(p.Decisions, Decision{rule, VerdictAdjust, detail})
}

func (p *Plan) note(rule, detail string) {
	p.Decisions = append(p.Decisions, Decision{rule, VerdictNote, detail})
}
