package ports

import (
	"context"
	"net/netip"

	"github.com/hookfill/hookfill/domain"
)

// Alert is one POST to a webhook URL.
type Alert struct {
	// Token is the secret part of the URL.
	Token string
	Body  []byte
	// Source names where it came from, for the owner's eyes.
	Source string
	// Sender is what the connection and the headers show of who posted it.
	Sender AlertSender
}

// AlertSender is what an alert's sender shows beside the URL. The zero value is
// nothing.
type AlertSender struct {
	// Address is where the alert was posted from; not valid where that cannot be told.
	Address netip.Addr
	// Certificates are what its sender showed for a client certificate, in DER, its
	// own first. Nobody has looked at whether they are genuine.
	Certificates [][]byte
	Signature    AlertSignature
}

// AlertSignature is what headers say of an alert's signature, as they stand; the zero
// value is none.
type AlertSignature struct {
	// ID, Timestamp and Signatures are webhook-id, webhook-timestamp and
	// webhook-signature of Standard Webhooks 1.0.0.
	ID, Timestamp, Signatures string
	// HMAC is sha256= and, in hexadecimal, the HMAC-SHA256 of the body.
	HMAC string
}

// ReceiptResult says what became of an alert.
type ReceiptResult string

// The results.
const (
	// ReceiptAccepted: durable, and queued for execution.
	ReceiptAccepted ReceiptResult = "accepted"
	// ReceiptDuplicate: the same alert is durable already.
	ReceiptDuplicate ReceiptResult = "duplicate"
	// ReceiptRefused: durable, and deliberately not executed.
	ReceiptRefused ReceiptResult = "refused"
)

// Receipt answers an alert that is durable.
type Receipt struct {
	Result ReceiptResult
	// SignalIDs are the signals made, in order; for a duplicate, the first one of
	// the alert met before.
	SignalIDs []domain.SignalID
	// DeliveryID names an accepted alert that is judged later, behind others of its
	// webhook that wait; what it comes to is told by no receipt.
	DeliveryID *domain.DeliveryID
	Reasons    []domain.Reason
}

// SignalIntake takes alerts.
type SignalIntake interface {
	// Receive makes an alert durable and only then answers. An unknown, ended or
	// revoked token is KindNotFound, with the same error for each; one in use may
	// work for a second after it ended. An alert that
	// is not understood is KindInvalid with its reasons and code not_understood,
	// one that is understood and impossible KindInvalid with any other code; both
	// are recorded for the config's owner, as is one that does not show what the
	// config asks of senders, which is KindForbidden. When the alert could not be made
	// durable within 2.5 s, or more wait than is sane, the error is
	// KindUnavailable with a RetryAfter, and the sender should send again.
	Receive(ctx context.Context, a Alert) (Receipt, error)
}

// AlertParser reads what senders post.
type AlertParser interface {
	// Formats lists the names a config may ask for, auto first.
	Formats() []domain.AlertFormat
	// Parse gives the intents of an alert, at least one, in the order the alert
	// has them. The format auto is recognised by the content alone. What cannot
	// be read is KindInvalid with code not_understood and reasons that name the
	// field; what is read and makes no sense is KindInvalid with the codes of
	// domain.NewIntent. A field that asks for what is not built is refused by
	// name, with code unsupported_field. It never panics, and takes no more than
	// linear time.
	Parse(format domain.AlertFormat, body []byte) (ParsedAlert, error)
	// ParseMapped is Parse for a config's own mapping: the alert is one JSON object
	// and makes one intent. An expression that fails is KindInvalid with code
	// not_understood and names its field.
	ParseMapped(mapping domain.Mapping, body []byte) (ParsedAlert, error)
	// CheckMapping refuses a mapping whose expressions cannot be read, with code
	// invalid_expression and the field mapping.<name>.
	CheckMapping(mapping domain.Mapping) error
	// Redact gives a body as it may be stored and shown: what its sender
	// authenticates itself with is replaced, whether the rest is understood or not.
	// What is read from it stays the same, and so does a body without secrets. It
	// never panics, writes nothing into body and takes no more than linear time.
	Redact(body []byte) []byte
	// Secrets gives what Redact takes out of a body, as text. It is as harmless as
	// Redact.
	Secrets(body []byte) []string
}

// Expressions evaluates what custom mappings say.
type Expressions interface {
	// Check refuses an expression that cannot be read, or reaches for what is not
	// offered, with KindInvalid and code invalid_expression.
	Check(source string) error
	// Run evaluates an expression, which sees body and nothing else. One that
	// cannot be read, or fails, is KindInvalid; the error repeats nothing of body.
	// It never panics, and takes no more than time linear in the texts in body.
	Run(source string, body map[string]any) (any, error)
}

// ParsedAlert is an alert as it was understood.
type ParsedAlert struct {
	// Format is the one it was read as, never auto.
	Format  domain.AlertFormat
	Intents []domain.Intent
	// Fields are the alert's top-level scalar fields as text, for duplicate keys;
	// no secret is among them. A plain-text alert has none.
	Fields map[string]string
}
