package domain

import "time"

// Delivery is one POST of an alert, kept raw.
type Delivery struct {
	ID              DeliveryID
	UserID          UserID
	WebhookConfigID WebhookConfigID
	ReceivedAt      time.Time
	// Body is what was posted, at most 64 KiB.
	Body []byte
	// Source names the sender's address, for the owner's eyes.
	Source string
	// Proofs are what its sender showed of what its config asked for.
	Proofs []ProofShown
}
