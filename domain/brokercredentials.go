package domain

import "strings"

// BrokerCredentials open an account at its broker: a key and its secret, or an
// OAuth token. They say nothing of themselves when they are printed or logged.
type BrokerCredentials struct {
	KeyID      string
	SecretKey  string
	OAuthToken string
}

const maxCredentialLength = 4096

// NewBrokerCredentials takes a key with its secret, or a token; anything else is
// KindInvalid, and nothing of it is repeated.
func NewBrokerCredentials(keyID, secretKey, oauthToken string) (BrokerCredentials, error) {
	c := BrokerCredentials{keyID, secretKey, oauthToken}
	var f faults
	c.check(&f)
	return c, f.err()
}

func (c BrokerCredentials) check(f *faults) {
	hasKeys, hasToken := c.KeyID != "" || c.SecretKey != "", c.OAuthToken != ""
	switch {
	case hasKeys == hasToken:
		f.add("credentials_required", "credentials", "give key_id and secret_key, or oauth_token")
	case hasKeys && c.KeyID == "":
		f.add("credentials_required", "credentials.key_id", "give the key's id as well")
	case hasKeys && c.SecretKey == "":
		f.add("credentials_required", "credentials.secret_key", "give the key's secret as well")
	}
	for _, part := range []struct{ field, value string }{
		{"credentials.key_id", c.KeyID}, {"credentials.secret_key", c.SecretKey}, {"credentials.oauth_token", c.OAuthToken},
	} {
		if !isCredential(part.value) {
			f.add("invalid_credentials", part.field, "has at most 4096 printable ASCII characters and no space")
		}
	}
}

// isCredential reports what can stand in a header as it is.
func isCredential(s string) bool {
	return len(s) <= maxCredentialLength && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// IsZero reports that there are none.
func (c BrokerCredentials) IsZero() bool { return c == BrokerCredentials{} }

const hidden = "[hidden]"

// String hides them, also in %v and %+v.
func (c BrokerCredentials) String() string { return hidden }

// GoString hides them in %#v.
func (c BrokerCredentials) GoString() string { return hidden }

// MarshalText hides them wherever they are encoded, in logs as well.
func (c BrokerCredentials) MarshalText() ([]byte, error) { return []byte(hidden), nil }
