package domain

// Staleness says when an intent is too old to execute, or the market too far
// away from where it was.
type Staleness struct {
	// EntrySeconds is how old an entry may get; nil is for ever.
	EntrySeconds *int
	// ExitSeconds is how old an exit may get; nil is for ever.
	ExitSeconds *int
	// MaxPriceDriftPercent is how far, in percent of the alert's price, the market
	// may have moved from it, either way, for an entry; nil is any way.
	MaxPriceDriftPercent *Quantity
	// BySender measures an alert's age from its own time where it carries one, and
	// else, as without it, from receipt. No alert is younger than its receipt.
	BySender bool
	// Collapse ends an entry that has placed nothing while the config's next alert
	// in the lane is an entry as well: only the last one trades, to where all of
	// them together wanted to be.
	Collapse bool
	// Ask leaves an entry that is too old, and of which nothing was begun, to its
	// owner's word. It excludes Collapse.
	Ask bool
}

// What is said of an entry that waits for its owner's word, and what came of it.
const (
	ReasonAsks      = "asks"
	ReasonGranted   = "execution_granted"
	ReasonExecuted  = "executed_after_all"
	ReasonDiscarded = "discarded"
)

// Age is how old an intent is, in whole seconds.
type Age struct {
	// ReceivedSeconds is since receipt, SenderSeconds since the alert's own time;
	// nil where it carries none.
	ReceivedSeconds int
	SenderSeconds   *int
}

// Prices are what a symbol trades at; nil is unknown.
type Prices struct {
	Bid  *Price
	Ask  *Price
	Last *Price
}

// For gives what an order of the side trades at: the ask for a buy, the bid
// for a sell, where it is unknown the last price; nil where that is too.
func (p Prices) For(side Side) *Price {
	near := p.Ask
	if side == SideSell {
		near = p.Bid
	}
	if near != nil {
		return near
	}
	return p.Last
}

// Expired reports whether a step of an intent of that age is too old to place.
func (s Staleness) Expired(effect Effect, age Age) bool {
	limit := s.EntrySeconds
	if effect == EffectExit {
		limit = s.ExitSeconds
	}
	return limit != nil && s.seconds(age) > *limit
}

func (s Staleness) seconds(age Age) int {
	if s.BySender && age.SenderSeconds != nil {
		return max(age.ReceivedSeconds, *age.SenderSeconds)
	}
	return age.ReceivedSeconds
}

func (s Staleness) check() error {
	var f faults
	if s.EntrySeconds != nil && *s.EntrySeconds < 1 {
		f.add("invalid_staleness", "entry_seconds", "must be 1 or more, or null for never")
	}
	if s.ExitSeconds != nil && *s.ExitSeconds < 1 {
		f.add("invalid_staleness", "exit_seconds", "must be 1 or more, or null for never")
	}
	if s.MaxPriceDriftPercent != nil && s.MaxPriceDriftPercent.IsZero() {
		f.add("limit_not_positive", "max_price_drift_percent", "must be above 0; leave it out to switch it off")
	}
	if s.Ask && s.Collapse {
		f.add("invalid_backlog", "backlog", "what collapses is not asked about")
	}
	return f.err()
}

func (s Staleness) clone() Staleness {
	s.EntrySeconds, s.ExitSeconds = copied(s.EntrySeconds), copied(s.ExitSeconds)
	s.MaxPriceDriftPercent = copied(s.MaxPriceDriftPercent)
	return s
}

// judge ends the plan where its step of the effect is too old.
func (s Staleness) judge(p *Plan, effect Effect, age Age) {
	if s.Expired(effect, age) && effect == EffectEntry && s.Ask {
		p.end(StateExpired, ReasonAsks, "", "the alert is older than the entry limit of the webhook's staleness rule: say whether to execute or discard it")
		return
	}
	if s.Expired(effect, age) {
		p.end(StateExpired, "stale", "", "the alert is older than the "+string(effect)+" limit of the webhook's staleness rule")
		return
	}
	p.pass("staleness", "")
}

// judgeDrift holds the price an entry would trade at against the alert's. Where
// one of them is unknown it refuses. What the market does until an exit before
// it is filled nobody knows, so nobody waits for its prices before that.
func (s Staleness) judgeDrift(p *Plan, alert, market *Price, exitFirst bool) {
	const rule = "max_price_drift_percent"
	limit := s.MaxPriceDriftPercent
	switch {
	case limit == nil:
	case exitFirst:
		p.note(rule, "judged once the exit is filled")
	case alert == nil:
		p.rail(rule, false, "the alert carries no price, so the limit of "+limit.String()+" cannot be judged")
	case market == nil:
		p.rail(rule, false, "the broker knows no price, so the limit of "+limit.String()+" cannot be judged")
	default:
		// Exact: nothing is divided.
		hundredfold := market.d.Sub(alert.d).Abs().Shift(2)
		ok := hundredfold.Cmp(limit.d.Mul(alert.d)) <= 0
		p.rail(rule, ok, "alert at "+alert.String()+", market at "+market.String()+", limit "+limit.String())
	}
}
