package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// HaltRepository keeps the caller's halts and, for all to see and for operators
// to change, those of scope all. One halt at most is in force for a target; those
// that were are kept.
type HaltRepository interface {
	// Put brings a halt into force in the place of the one its target had, and
	// gives what is in force: the present one, unchanged, where that has the same
	// mode. A target of scope all is KindForbidden for who is no operator, an
	// account or config that is missing or another user's KindNotFound.
	Put(ctx context.Context, h domain.Halt) (domain.Halt, error)
	// Lift ends the halt in force for a target. Where there is none, it is
	// KindNotFound; scope all is KindForbidden for who is no operator.
	Lift(ctx context.Context, target domain.HaltTarget, at time.Time) error
	// List gives the halts in force that the caller may see, oldest first.
	List(ctx context.Context) ([]domain.Halt, error)
}

// HaltDesk is the kill switch in the caller's hand.
type HaltDesk interface {
	// SetHalt brings a halt into force: no process sends what it holds from then
	// on, after a second at the latest. Errors are those of domain.NewHaltTarget,
	// domain.NewHalt and HaltRepository.Put.
	SetHalt(ctx context.Context, caller domain.Principal, target domain.HaltTarget, mode domain.HaltMode, reason string) (domain.Halt, error)
	// LiftHalt ends a halt. Errors are those of HaltRepository.Lift.
	LiftHalt(ctx context.Context, caller domain.Principal, target domain.HaltTarget) error
}

// Flattening is a halt of mode flatten that is in force and whose exits are not
// all queued yet.
type Flattening struct {
	Halt domain.Halt
	// Accounts are those in scope that are not removed; of a webhook those that it
	// routes to or ever did.
	Accounts []FlattenedAccount
	// ConfigVersion is the present one of the webhook's config, whose exits these
	// are; 0 in any other scope.
	ConfigVersion int
}

// FlattenedAccount is an account and its owner.
type FlattenedAccount struct {
	ID     domain.BrokerAccountID
	UserID domain.UserID
	// Holders are the configs whose fills hold something in the account, of the
	// halt's symbol where it has one, by id; none where the halt is a webhook's.
	Holders []FlattenedConfig
}

// FlattenedConfig is a config and its present version.
type FlattenedConfig struct {
	ID      domain.WebhookConfigID
	Version int
}

// HaltBoard is the worker's view of the halts that ask for something to be done.
type HaltBoard interface {
	// Flattenings gives what is still to be flattened, oldest halt first.
	Flattenings(ctx context.Context) ([]Flattening, error)
	// Flattened says that the exits of a halt are queued: it is not given again.
	Flattened(ctx context.Context, id domain.HaltID, at time.Time) error
}
