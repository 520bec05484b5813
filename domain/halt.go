package domain

import (
	"slices"
	"time"
)

// Halt is the kill switch, set for a scope.
type Halt struct{ HaltTerms }

// HaltID names a halt.
type HaltID = ID[Halt]

// HaltMode says what a halt lets through.
type HaltMode string

// The modes, the most restrictive first.
const (
	// HaltModeHalt sends no order at all.
	HaltModeHalt HaltMode = "halt"
	// HaltModeReduceOnly sends exits alone.
	HaltModeReduceOnly HaltMode = "reduce_only"
	// HaltModeFlatten is reduce_only, and ends every order and position there is
	// in scope, once.
	HaltModeFlatten HaltMode = "flatten"
)

// HaltModes lists the valid modes.
func HaltModes() []HaltMode { return []HaltMode{HaltModeHalt, HaltModeReduceOnly, HaltModeFlatten} }

// ParseHaltMode reads one of HaltModes.
func ParseHaltMode(s string) (HaltMode, error) { return parseWord("invalid_mode", s, HaltModes()) }

// HaltScope says how far a halt reaches.
type HaltScope string

// The scopes. Only all reaches beyond its owner's own.
const (
	HaltScopeAll     HaltScope = "all"
	HaltScopeUser    HaltScope = "user"
	HaltScopeAccount HaltScope = "account"
	HaltScopeWebhook HaltScope = "webhook"
	HaltScopeSymbol  HaltScope = "symbol"
)

// HaltScopes lists the valid scopes.
func HaltScopes() []HaltScope {
	return []HaltScope{HaltScopeAll, HaltScopeUser, HaltScopeAccount, HaltScopeWebhook, HaltScopeSymbol}
}

// ParseHaltScope reads one of HaltScopes.
func ParseHaltScope(s string) (HaltScope, error) { return parseWord("invalid_scope", s, HaltScopes()) }

// HaltTarget is what a halt stops. Of the fields only those of its scope are
// set: none for all, and the owner beside one at most of the others.
type HaltTarget struct {
	Scope           HaltScope
	UserID          *UserID
	BrokerAccountID *BrokerAccountID
	WebhookConfigID *WebhookConfigID
	Symbol          Symbol
}

// HaltTerms are a halt's, as they are stored.
type HaltTerms struct {
	ID     HaltID
	Target HaltTarget
	Mode   HaltMode
	// Reason is for people; it may be empty.
	Reason string
	// By set it.
	By    UserID
	Since time.Time
	// LiftedAt is when it ended, nil while it is in force.
	LiftedAt *time.Time
}

// NewHaltTarget gives a target that a caller named, faults as KindInvalid. The
// owner is left out for scope all.
func NewHaltTarget(owner UserID, t HaltTarget) (HaltTarget, error) {
	var f faults
	if _, err := ParseHaltScope(string(t.Scope)); err != nil {
		f.addErr("scope", err)
		return HaltTarget{}, f.err()
	}
	for _, part := range []struct {
		scope HaltScope
		field string
		given bool
	}{
		{HaltScopeAccount, "broker_account_id", t.BrokerAccountID != nil},
		{HaltScopeWebhook, "webhook_config_id", t.WebhookConfigID != nil},
		{HaltScopeSymbol, "symbol", t.Symbol != ""},
	} {
		switch {
		case part.given && t.Scope != part.scope:
			f.add("not_of_the_scope", part.field, "it belongs to scope "+string(part.scope))
		case !part.given && t.Scope == part.scope:
			f.add("required", part.field, "scope "+string(part.scope)+" needs it")
		}
	}
	if t.UserID = &owner; t.Scope == HaltScopeAll {
		t.UserID = nil
	}
	return t, f.err()
}

// NewHalt makes a halt from all of t but LiftedAt; every fault is KindInvalid.
// What flattens a webhook ends what its own fills built and its own orders, and
// leaves what others have in its accounts.
func NewHalt(t HaltTerms) (Halt, error) {
	var f faults
	if _, err := ParseHaltMode(string(t.Mode)); err != nil {
		f.addErr("mode", err)
	}
	if t.Reason != "" && !isName(t.Reason) {
		f.add("invalid_reason", "reason", "a reason has at most 100 printable characters")
	}
	if err := f.err(); err != nil {
		return Halt{}, err
	}
	t.LiftedAt = nil
	return Halt{t}, nil
}

// Stops reports whether the halt reaches a ticket of that owner, account, config
// (nil for one by hand) and symbol.
func (t HaltTarget) Stops(owner UserID, account BrokerAccountID, config *WebhookConfigID, symbol Symbol) bool {
	return (t.UserID == nil || *t.UserID == owner) &&
		(t.BrokerAccountID == nil || *t.BrokerAccountID == account) &&
		(t.WebhookConfigID == nil || config != nil && *t.WebhookConfigID == *config) &&
		(t.Symbol == "" || t.Symbol == symbol)
}

// HaltJudgement is what halts say to an order.
type HaltJudgement struct {
	// Held keeps the order from being sent; Wait says that it is sent once the
	// halt is lifted, where it is otherwise given up.
	Held, Wait bool
	Decision   Decision
	Reason     Reason
}

// JudgeHalts holds a step against the halts that reach its ticket; of several
// the most restrictive counts. Under halt an entry is given up, for nobody
// wants it an hour later, and an exit waits: it is not lost, and the position is
// still there. Under reduce_only and flatten exits pass. An effect that is not
// EffectExit counts as an entry.
func JudgeHalts(halts []Halt, effect Effect) HaltJudgement {
	strictest := HaltMode("")
	var by Halt
	for _, h := range halts {
		if strictest == "" || h.Mode == HaltModeHalt && strictest != HaltModeHalt {
			strictest, by = h.Mode, h
		}
	}
	exits := effect == EffectExit
	j := HaltJudgement{Held: strictest == HaltModeHalt || strictest != "" && !exits, Wait: strictest == HaltModeHalt && exits}
	if !j.Held {
		return j
	}
	j.Reason = Reason{Code: "reduce_only", Message: "a halt of scope " + string(by.Target.Scope) + " lets exits through alone"}
	if strictest == HaltModeHalt {
		j.Reason = Reason{Code: "halted", Message: "a halt of scope " + string(by.Target.Scope) + " is in force"}
	}
	j.Decision = Decision{Rule: j.Reason.Code, Verdict: VerdictRefuse, Detail: j.Reason.Message}
	if j.Wait {
		j.Decision.Verdict, j.Decision.Detail = VerdictNote, j.Reason.Message+"; the exit waits until it is lifted"
	}
	return j
}

// Under gives a plan as halts leave it, as far as one can tell before its first
// order: what is held is not placed, and the plan is refused where that is all of
// it. An exit that waits stays.
func (p Plan) Under(halts []Halt) Plan {
	for n, step := range p.Steps {
		j := JudgeHalts(halts, step.Effect)
		if !j.Held {
			continue
		}
		p.Decisions = append(slices.Clip(p.Decisions), j.Decision)
		if j.Wait {
			return p
		}
		if p.Steps = p.Steps[:n]; n == 0 {
			p.Steps, p.State, p.Reasons = nil, StateRefused, []Reason{j.Reason}
		}
		return p
	}
	return p
}
