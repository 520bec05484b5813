package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// ReachedWebhook is a config as a token reaches it.
type ReachedWebhook struct {
	*domain.WebhookConfig
	// Former reports that another token was added after this one, which works on for
	// its overlap.
	Former bool
}

// WebhookDirectory finds the config a token reaches.
type WebhookDirectory interface {
	// ByToken gives the config reached by the token with its present rules and
	// status. An unknown, ended or revoked token, and one of a removed config,
	// are the same KindNotFound.
	ByToken(ctx context.Context, token TokenHash) (ReachedWebhook, error)
	// ByID gives a config by its id, whosever it is, for a delivery whose token was
	// looked at when it came. An unknown and a removed one are KindNotFound.
	ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error)
}

// DedupeKey identifies an alert among those of its config.
type DedupeKey struct {
	// Key is a digest of what identifies the alert.
	Key [32]byte
	// Body is a digest of the whole body.
	Body [32]byte
	// Window is how long the identity is remembered, above 0.
	Window time.Duration
}

// Arrival is one delivery on its way into the inbox.
type Arrival struct {
	Delivery domain.Delivery
	// Waited says that the delivery is one that waited: WaitingDeliveries gave it.
	Waited bool
	// ConfigVersion and ConfigStatus are what the delivery was judged under.
	ConfigVersion int
	ConfigStatus  domain.WebhookStatus
	Dedupe        DedupeKey
	// Signals are what it comes to, in order; none for a refused delivery, whose
	// Refusal says why.
	Signals []*domain.Signal
	Refusal []domain.Reason
	// Prepared is what the inbox's Prepare left for its Append, of no meaning to
	// anybody else. Without it Append prepares the arrival itself.
	Prepared any
}

// ArrivalOutcome is what the inbox made of an arrival.
type ArrivalOutcome string

// The outcomes.
const (
	// ArrivalStored: delivery, signals and tickets are durable.
	ArrivalStored ArrivalOutcome = "stored"
	// ArrivalDuplicate: the same alert was stored before; nothing new queues.
	ArrivalDuplicate ArrivalOutcome = "duplicate"
	// ArrivalKeyReused: the key was used before with another body; nothing
	// queues and the delivery is kept as refused.
	ArrivalKeyReused ArrivalOutcome = "key_reused"
	// ArrivalOutdated: the config's version or status is not the one the
	// delivery was judged under, or the config is gone; nothing is stored, the
	// caller judges again.
	ArrivalOutdated ArrivalOutcome = "outdated"
	// ArrivalBehind: deliveries of the config wait to be judged, and one that
	// did not wait and has signals comes after them; nothing is stored.
	ArrivalBehind ArrivalOutcome = "behind"
	// ArrivalSeenIn: the delivery waits no more, somebody saw to it before; nothing
	// is stored.
	ArrivalSeenIn ArrivalOutcome = "seen_in"
)

// ArrivalResult answers one arrival.
type ArrivalResult struct {
	Outcome ArrivalOutcome
	// FirstSignalID is, for a duplicate, the first signal of the alert that was
	// stored before.
	FirstSignalID *domain.SignalID
	// Err is set instead of Outcome where this arrival alone could not be stored.
	Err error
}

// SignalInbox makes deliveries durable.
type SignalInbox interface {
	// Prepare does ahead what Append needs no storage for, in the goroutine that
	// brings the arrival: so a batch does not do it for all, one after the other.
	// It calls nobody. Neither the arrival nor its signals may change afterwards.
	// What can't be stored, whatever else is, is KindInvalid.
	Prepare(a *Arrival) error
	// Append stores all arrivals in one transaction and answers each, in their
	// order. When it returns without an error everything it answered is durable.
	// An error means that nothing of any arrival is stored, but for
	// KindUnknownOutcome: then all or nothing may be.
	//
	// A stored signal's tickets get the next places of their lanes, without a
	// gap, in the order of the arrivals and within one in the order of its
	// signals; lanes are made as needed and woken. A signal with an empty symbol
	// gets one ticket a lane of each routed account; where there is no lane it is
	// stored as refused, with code nothing_to_do.
	//
	// Two arrivals of one config with the same key within the window of the first
	// are duplicates, also inside one call; beyond the window the key counts as
	// new. A duplicate's delivery is kept. A key met again with another body is
	// ArrivalKeyReused. An arrival with a Refusal takes no key.
	//
	// With whatever is stored of an arrival that Waited, its wait ends, in the same
	// transaction; so of several calls one stores it. What is ArrivalOutdated, or has
	// an Err, waits on.
	Append(ctx context.Context, arrivals []Arrival) ([]ArrivalResult, error)
	// Submit stores one signal that came by hand, for a caller already checked,
	// with the promises of Append for its tickets. A signal already stored is
	// KindConflict and queues nothing more.
	Submit(ctx context.Context, s *domain.Signal) error
}
