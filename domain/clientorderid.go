package domain

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// Installation marks the orders of one hookfill database at a broker: 4
// characters of [a-z2-7] that every client order id starts with after "hf".
type Installation string

const installationLength = 4

// NewInstallation derives an installation mark from random bytes; it needs at
// least 3.
func NewInstallation(random []byte) Installation {
	return Installation(lowerBase32(random)[:installationLength])
}

// NewClientOrderID gives the id an order carries at the broker: the same for
// every attempt of one (ticket, step, revision), different for any other, 30
// characters of [a-z2-7] that start with "hf" and the installation.
func NewClientOrderID(in Installation, ticket TicketID, step, revision int) string {
	h := sha256.New()
	h.Write(ticket.UUID[:])
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(step)))     //nolint:gosec // steps are small and positive
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(revision))) //nolint:gosec // revisions are small and positive
	return "hf" + string(in) + lowerBase32(h.Sum(nil))[:24]
}

func lowerBase32(b []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}
