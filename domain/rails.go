package domain

import "slices"

// ReasonCollapsed is the code of an entry that a later one goes on for.
const ReasonCollapsed = "collapsed"

// collapse leaves an entry to the one that waits behind it. An exit is never
// left to another.
func (p *Plan) collapse(rule Staleness, next *Intent) {
	if rule.Collapse && next != nil && !next.IsExitOnly() && p.Steps[0].Effect == EffectEntry {
		p.end(StateSuperseded, ReasonCollapsed, "", "a later entry of the webhook waits: it goes on to the last target")
	}
}

// judge holds the steps against staleness and the entry against the rails. A
// refused entry takes nothing from the exit before it; an exit that is too old
// takes the entry with it.
func (p *Plan) judge(i Intent, rules WebhookRules, s Situation) {
	if rules.Staleness.BySender && s.Age.SenderSeconds == nil {
		p.note("clock", "the alert carries no time of its own: its age is measured from receipt")
	}
	first, last := p.Steps[0], p.Steps[len(p.Steps)-1]
	if first.Effect == EffectExit {
		rules.Session.judge(p, EffectExit, i.Symbol, s.Now)
		if p.State == "" {
			p.judgeExit(rules.Staleness, s.Age)
		}
	}
	if p.State == "" && last.Effect != EffectEntry && i.IsProtected() {
		p.note(ReasonProtection, "nothing is entered, so there is nothing to protect")
	}
	if p.State != "" || last.Effect != EffectEntry {
		return
	}
	rules.Session.judge(p, EffectEntry, i.Symbol, s.Now)
	if p.State == "" {
		rules.Staleness.judge(p, EffectEntry, s.Age)
	}
	if p.State == "" {
		p.judgeMaxAge(i, s.Age)
	}
	if p.State == "" {
		rules.Staleness.judgeDrift(p, i.ReferencePrice, s.Market.For(last.Side), len(p.Steps) > 1)
		rules.judgeSide(p, last.Side)
		rules.Risk.judge(p, entry{last.Quantity, i.tradePrice(), p.Target, len(p.Steps) - 1, s.Usage})
		p.protect(i, s)
	}
	if p.State != "" && len(p.Steps) > 1 {
		p.State, p.Reasons, p.Steps, p.WaitsUntil = "", nil, p.Steps[:1], nil
		p.note("entry", "as things stand the entry is not made; the exit before it is placed, and then it is judged again")
	}
}

func (p *Plan) judgeExit(rule Staleness, age Age) {
	if rule.ExitSeconds != nil {
		rule.judge(p, EffectExit, age)
		if p.State != "" {
			return
		}
	}
	p.pass("exit", "an exit is never held up by rails")
}

func (r WebhookRules) judgeSide(p *Plan, side Side) {
	switch {
	case len(r.Sides) == 0:
	case slices.Contains(r.Sides, side):
		p.pass("sides", string(side))
	default:
		p.refuse("side_not_allowed", "side", string(side)+" is not among the sides the webhook enters on")
	}
}

func (p *Plan) rail(rule string, ok bool, detail string) {
	if ok {
		p.pass(rule, detail)
		return
	}
	p.refuse(rule, "", detail)
}
