package domain

import (
	"slices"
	"time"
)

// Admission is how a config judged one intent before it is queued.
type Admission struct {
	// Intent is the one to queue, its symbol mapped.
	Intent    Intent
	Decisions []Decision
	// Reasons is empty for an admitted intent.
	Reasons []Reason
}

// Admit judges what needs no position and no price: whether the config is
// active, allows the symbol and trades at this moment. What may be an exit, of those
// that are exempt, is left to the plan. Rules are judged in that order and each
// leaves a decision; the first that refuses ends it.
func (c *WebhookConfig) Admit(i Intent, at time.Time) Admission {
	a := Admission{Intent: i}
	if to := c.s.Rules.Mapped(i.Symbol); to != i.Symbol {
		a.Intent.Symbol = to
		a.Decisions = append(a.Decisions, Decision{"symbol_map", VerdictAdjust, string(i.Symbol) + " is " + string(to)})
	}
	if a.Intent.Symbol.IsContinuous() {
		a.Decisions = append(a.Decisions, Decision{
			"continuous_future", VerdictNote,
			string(a.Intent.Symbol) + " is a continuous future, and no contract is guessed: name the one to trade in the symbol map, or only a broker that knows this name trades it",
		})
	}
	if c.s.Status == WebhookPaused {
		a.refuse("paused", "", "the webhook is paused; resume it to execute its alerts")
		return a
	}
	a.Decisions = append(a.Decisions, Decision{"active", VerdictPass, ""})
	if len(c.s.Rules.Symbols) > 0 && !a.Intent.Symbol.IsZero() {
		if !slices.Contains(c.s.Rules.Symbols, a.Intent.Symbol) {
			a.refuse("symbol_not_allowed", "symbol", string(a.Intent.Symbol)+" is not among the webhook's symbols")
			return a
		}
		a.Decisions = append(a.Decisions, Decision{"symbols", VerdictPass, string(a.Intent.Symbol)})
	}
	if session := c.s.Rules.Session; session.bindsWhole(a.Intent) {
		why := session.Closed(a.Intent.Symbol, at)
		on, waits := session.waitsUntil(a.Intent.Symbol, at)
		switch {
		case why == "":
			a.Decisions = append(a.Decisions, Decision{"session", VerdictPass, ""})
		case waits:
			a.Decisions = append(a.Decisions, Decision{"session", VerdictNote, why + "; it waits until " + on.Format(time.RFC3339)})
		default:
			a.refuse(ReasonOutsideSession, "", why)
		}
	}
	return a
}

func (a *Admission) refuse(code, field, msg string) {
	a.Reasons = append(a.Reasons, Reason{Code: code, Field: field, Message: msg})
	a.Decisions = append(a.Decisions, Decision{code, VerdictRefuse, msg})
}
