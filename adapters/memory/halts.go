package memory

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.HaltRepository = halts{}

type haltRow struct {
	halt      domain.Halt
	flattened bool
}

type halts struct{ as }

func (r halts) Put(ctx context.Context, h domain.Halt) (domain.Halt, error) {
	if err := r.begin(ctx); err != nil {
		return domain.Halt{}, err
	}
	if err := r.mayHalt(h.Target); err != nil {
		return domain.Halt{}, err
	}
	if err := storable(h.Reason, string(h.Target.Symbol)); err != nil {
		return domain.Halt{}, err
	}
	if id := h.Target.BrokerAccountID; id != nil {
		if _, err := accounts(r).find(*id); err != nil {
			return domain.Halt{}, err
		}
	}
	if id := h.Target.WebhookConfigID; id != nil {
		if _, err := configs(r).find(*id); err != nil {
			return domain.Halt{}, err
		}
	}
	if row, found := r.inForce(h.Target); found {
		if row.halt.Mode == h.Mode {
			return copyHalt(row.halt), nil
		}
		r.lift(row, h.Since)
	}
	put(r.tx, r.halts, h.ID, haltRow{halt: copyHalt(h)})
	return copyHalt(h), nil
}

func (r halts) Lift(ctx context.Context, target domain.HaltTarget, at time.Time) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if err := r.mayHalt(target); err != nil {
		return err
	}
	row, found := r.inForce(target)
	if !found {
		return domain.NotFound("halt")
	}
	r.lift(row, at)
	return nil
}

func (r halts) List(ctx context.Context) ([]domain.Halt, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	return r.haltsWhere(func(t domain.HaltTarget) bool { return t.UserID == nil || *t.UserID == r.user }), nil
}

// mayHalt refuses scope all to who is no operator, and what is somebody else's.
func (r halts) mayHalt(target domain.HaltTarget) error {
	if target.UserID == nil && !r.operator {
		return &domain.Error{Kind: domain.KindForbidden, Code: "operator_required", Msg: "scope all needs an operator's token"}
	}
	if target.UserID != nil {
		return r.own(*target.UserID)
	}
	return nil
}

func (r halts) lift(row haltRow, at time.Time) {
	row.halt = copyHalt(row.halt)
	row.halt.LiftedAt = &at
	put(r.tx, r.halts, row.halt.ID, row)
}

func (t *tx) inForce(target domain.HaltTarget) (haltRow, bool) {
	for _, row := range t.halts {
		if row.halt.LiftedAt == nil && sameTarget(row.halt.Target, target) {
			return row, true
		}
	}
	return haltRow{}, false
}

func sameTarget(a, b domain.HaltTarget) bool {
	return a.Scope == b.Scope && a.Symbol == b.Symbol && same(a.UserID, b.UserID) &&
		same(a.BrokerAccountID, b.BrokerAccountID) && same(a.WebhookConfigID, b.WebhookConfigID)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// haltsWhere gives the halts in force of such targets, oldest first.
func (t *tx) haltsWhere(admits func(domain.HaltTarget) bool) []domain.Halt {
	var found []domain.Halt
	for _, row := range t.halts {
		if row.halt.LiftedAt == nil && admits(row.halt.Target) {
			found = append(found, copyHalt(row.halt))
		}
	}
	slices.SortFunc(found, func(a, b domain.Halt) int { return compareIDs(a.ID.UUID, b.ID.UUID) })
	return found
}

// haltsOn gives the halts in force that reach a ticket.
func (t *tx) haltsOn(ticket domain.Ticket) []domain.Halt {
	config := t.signals[ticket.SignalID].signal.WebhookConfigID
	return t.haltsWhere(func(target domain.HaltTarget) bool {
		return target.Stops(ticket.UserID, ticket.BrokerAccountID, config, ticket.Symbol)
	})
}

// mayAttempt refuses an attempt that a halt holds.
func (t *tx) mayAttempt(ticket domain.Ticket, a ports.Attempt) error {
	if j := domain.JudgeHalts(t.haltsOn(ticket), a.Effect); j.Held {
		return domain.Conflict("halted", j.Reason.Message)
	}
	return nil
}

// Flattenings gives what is still to be flattened.
func (s *Store) Flattenings(ctx context.Context) ([]ports.Flattening, error) {
	var all []ports.Flattening
	err := s.transact(ctx, func(t *tx) error {
		for _, h := range t.haltsWhere(func(domain.HaltTarget) bool { return true }) {
			if h.Mode != domain.HaltModeFlatten || t.halts[h.ID].flattened {
				continue
			}
			f := ports.Flattening{Halt: h}
			config := h.Target.WebhookConfigID
			if config != nil {
				f.ConfigVersion = t.configs[*config].config.Version
			}
			for id, a := range t.accounts {
				if a.DeletedAt == nil && h.Target.Stops(a.UserID, id, config, h.Target.Symbol) && (config == nil || t.routed(*config, id)) {
					f.Accounts = append(f.Accounts, ports.FlattenedAccount{ID: id, UserID: a.UserID, Holders: t.holders(h.Target, id)})
				}
			}
			slices.SortFunc(f.Accounts, func(a, b ports.FlattenedAccount) int { return compareIDs(a.ID.UUID, b.ID.UUID) })
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// holders gives the configs that hold something in an account.
func (t *tx) holders(target domain.HaltTarget, account domain.BrokerAccountID) (found []ports.FlattenedConfig) {
	if target.WebhookConfigID != nil {
		return nil
	}
	for k, row := range t.positions {
		if k.scope != ports.PositionsByWebhook || k.account != account || k.config.IsZero() || row.position.Quantity.IsFlat() ||
			target.Symbol != "" && target.Symbol != k.symbol {
			continue
		}
		holder := ports.FlattenedConfig{ID: k.config, Version: t.configs[k.config].config.Version}
		if !slices.Contains(found, holder) {
			found = append(found, holder)
		}
	}
	slices.SortFunc(found, func(a, b ports.FlattenedConfig) int { return compareIDs(a.ID.UUID, b.ID.UUID) })
	return found
}

// routed reports whether a config routes to an account or ever did.
func (t *tx) routed(config domain.WebhookConfigID, account domain.BrokerAccountID) bool {
	return slices.ContainsFunc(t.configs[config].versions, func(v rulesVersion) bool {
		return slices.ContainsFunc(v.rules.Routes, func(r domain.Route) bool { return r.BrokerAccountID == account })
	})
}

// Flattened notes that a halt's exits are queued.
func (s *Store) Flattened(ctx context.Context, id domain.HaltID, _ time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		if row, ok := t.halts[id]; ok {
			row.flattened = true
			put(t, t.halts, id, row)
		}
		return nil
	})
}

func copyHalt(h domain.Halt) domain.Halt {
	h.Target.UserID, h.Target.BrokerAccountID = clone(h.Target.UserID), clone(h.Target.BrokerAccountID)
	h.Target.WebhookConfigID, h.LiftedAt = clone(h.Target.WebhookConfigID), clone(h.LiftedAt)
	return h
}
