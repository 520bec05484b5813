package appfx

import (
	"time"

	"github.com/hookfill/hookfill/adapters/localauth"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
)

// SigningKeyLength is how many random bytes the key of local mode has.
const SigningKeyLength = localauth.KeyLength

// IssueToken makes a bearer token of local mode, which a server with the same
// key accepts until ttl is over.
func IssueToken(key []byte, caller domain.Principal, ttl time.Duration) (string, error) {
	tokens, err := localauth.New(key, nil, system.NewClock())
	if err != nil {
		return "", err
	}
	return tokens.Issue(caller, ttl)
}
