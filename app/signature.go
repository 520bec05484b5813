package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// signatureTolerance is how far a signed alert's time may be from ours
// (standardwebhooks.com, specification 1.0.0).
const signatureTolerance = 5 * time.Minute

// secretPrefix marks a signing secret of Standard Webhooks; base64 of its key
// follows.
const secretPrefix = "whsec_"

// verifySignature tells what comes of an alert's signature, under any of the secrets.
// By Standard Webhooks the id, the time and the body are signed; a plain HMAC is of
// the body alone, with the secret's text for its key, and says nothing of when.
func verifySignature(s ports.AlertSignature, body []byte, secrets []string, now time.Time) domain.ProofResult {
	if s == (ports.AlertSignature{}) {
		return domain.ProofAbsent
	}
	for _, secret := range secrets {
		if s.HMAC != "" && signsPlainly(s.HMAC, body, secret) || s.Signatures != "" && signsByStandard(s, body, secret, now) {
			return domain.ProofPassed
		}
	}
	return domain.ProofFailed
}

func signsPlainly(shown string, body []byte, secret string) bool {
	digest, err := hex.DecodeString(strings.TrimPrefix(shown, "sha256="))
	return err == nil && hmac.Equal(digest, hmacOf([]byte(secret), body))
}

func signsByStandard(s ports.AlertSignature, body []byte, secret string, now time.Time) bool {
	seconds, err := strconv.ParseInt(s.Timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > signatureTolerance || s.ID == "" {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return false
	}
	want := hmacOf(key, []byte(s.ID+"."+s.Timestamp+"."), body)
	for one := range strings.FieldsSeq(s.Signatures) {
		text, ok := strings.CutPrefix(one, "v1,")
		digest, err := base64.StdEncoding.DecodeString(text)
		if ok && err == nil && hmac.Equal(digest, want) {
			return true
		}
	}
	return false
}

func hmacOf(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// signedID gives the id an alert was signed with; empty where no signature of one
// passed.
func signedID(shown []domain.ProofShown, s ports.AlertSignature) string {
	if s.HMAC != "" || !slices.Contains(shown, domain.ProofShown{Proof: domain.ProofSignature, Result: domain.ProofPassed}) {
		return ""
	}
	return s.ID
}
