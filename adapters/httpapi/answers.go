package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// parseYes reads a parameter that is there or not.
func parseYes(s string) (bool, error) {
	if s != "true" {
		return false, domain.Invalid("invalid_parameter", "", "must be true, or left out")
	}
	return true, nil
}

func (a *API) answerSignal(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.Signal](c, signalNoun)
	if err != nil {
		return answer{}, err
	}
	f, _, err := c.input()
	if err != nil {
		return answer{}, err
	}
	action := word(f, "action", ports.ParseBacklogAction)
	f.required("action", "say execute or discard")
	if err := f.end(); err != nil {
		return answer{}, err
	}
	signal, err := a.deps.Desk.Answer(ctx, c.caller, id, *action)
	if err != nil {
		return answer{}, err
	}
	return ok(signalOf(signal, nil)), nil
}
