package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"github.com/hookfill/hookfill/ports"
)

// tokenBytes is what a webhook token carries: enough that none is ever guessed.
const tokenBytes = 32

func newToken() (string, ports.TokenHash) {
	secret := make([]byte, tokenBytes)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token := "hf_" + base64.RawURLEncoding.EncodeToString(secret)
	return token, hashToken(token)
}

func hashToken(token string) ports.TokenHash { return sha256.Sum256([]byte(token)) }
