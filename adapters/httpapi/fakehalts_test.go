package httpapi_test

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.HaltDesk = (*world)(nil)

func (w *world) SetHalt(ctx context.Context, caller domain.Principal, target domain.HaltTarget, mode domain.HaltMode, reason string) (set domain.Halt, err error) {
	err = w.do(ctx, func() error {
		if target, err = w.haltTarget(caller, target); err != nil {
			return err
		}
		set, err = domain.NewHalt(domain.HaltTerms{
			ID: domain.HaltID{UUID: w.nextID()}, Target: target, Mode: mode, Reason: reason, By: caller.UserID, Since: noon(),
		})
		if err == nil {
			w.halts = append(w.halts, set)
		}
		return err
	})
	return set, err
}

func (w *world) LiftHalt(ctx context.Context, caller domain.Principal, target domain.HaltTarget) error {
	return w.do(ctx, func() error {
		target, err := w.haltTarget(caller, target)
		if err != nil {
			return err
		}
		for i, h := range w.halts {
			if h.Target.Scope == target.Scope && h.By == caller.UserID {
				w.halts = append(w.halts[:i], w.halts[i+1:]...)
				return nil
			}
		}
		return domain.NotFound("halt")
	})
}

func (w *world) haltTarget(caller domain.Principal, target domain.HaltTarget) (domain.HaltTarget, error) {
	if target.Scope == domain.HaltScopeAll && !caller.Operator {
		return target, &domain.Error{Kind: domain.KindForbidden, Code: "operator_required", Msg: "scope all needs an operator's token"}
	}
	return domain.NewHaltTarget(caller.UserID, target)
}

type haltRows struct {
	ports.HaltRepository
	rows
}

func (r haltRows) List(context.Context) ([]domain.Halt, error) {
	var mine []domain.Halt
	for _, h := range r.w.halts {
		if h.By == r.owner {
			mine = append(mine, h)
		}
	}
	return mine, nil
}
