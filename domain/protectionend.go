package domain

// ProtectionEnd is why nobody sees to the stop-loss of an entry any more.
type ProtectionEnd string

// The ends.
const (
	// ProtectionClosed: nothing of the position is left.
	ProtectionClosed ProtectionEnd = "closed"
	// ProtectionCanceled: its owner had the stop order end.
	ProtectionCanceled ProtectionEnd = "canceled"
	// ProtectionFailed: neither a stop order nor an exit was taken, however often; a
	// person has to see to the position.
	ProtectionFailed ProtectionEnd = "failed"
)

// ProtectionEnds lists the ends.
func ProtectionEnds() []ProtectionEnd {
	return []ProtectionEnd{ProtectionClosed, ProtectionCanceled, ProtectionFailed}
}
