package supabaseauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
)

// The algorithms a published key may be for (RFC 7518, section 3.1).
const (
	es256 = "ES256"
	rs256 = "RS256"
)

// What an RSA key must be like: as long as RFC 7518, section 3.3, asks for, and
// not so long that checking signatures becomes an attack.
const (
	minRSABits     = 2048
	maxRSABits     = 8192
	minRSAExponent = 1<<16 + 1
)

// key is a public key and the one algorithm it is used with.
type key struct {
	algorithm string
	public    crypto.PublicKey
}

// jwk is a published key (RFC 7517).
type jwk struct {
	KeyType    string          `json:"kty"`
	ID         string          `json:"kid"`
	Use        string          `json:"use"`
	Algorithm  string          `json:"alg"`
	Operations []string        `json:"key_ops"`
	Curve      string          `json:"crv"`
	X          string          `json:"x"`
	Y          string          `json:"y"`
	Modulus    string          `json:"n"`
	Exponent   string          `json:"e"`
	Private    json.RawMessage `json:"d"`
}

// parseKeys gives the keys of a set that may verify a token, by their ids. What
// else the set has is passed over, as RFC 7517, section 5, asks; two keys of one
// id are neither. A set without one usable key is an error.
func parseKeys(body []byte) (map[string]key, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, errors.New("the answer is no key set")
	}
	keys, twice := map[string]key{}, map[string]bool{}
	for _, text := range set.Keys {
		var j jwk
		if json.Unmarshal(text, &j) != nil {
			continue
		}
		k, usable := j.key()
		if !usable {
			continue
		}
		if _, known := keys[j.ID]; known {
			twice[j.ID] = true
		}
		keys[j.ID] = k
	}
	for id := range twice {
		delete(keys, id)
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key for ES256 or RS256; a project that still signs with its legacy secret needs HOOKFILL_SUPABASE_JWT_SECRET")
	}
	return keys, nil
}

// key gives the key a jwk is, where it is one that tokens are signed with.
func (j jwk) key() (key, bool) {
	if j.ID == "" || j.Use != "" && j.Use != "sig" || j.Operations != nil && !slices.Contains(j.Operations, "verify") || j.Private != nil {
		return key{}, false
	}
	var (
		k   key
		err error
	)
	switch j.KeyType {
	case "EC":
		k.algorithm = es256
		k.public, err = j.p256()
	case "RSA":
		k.algorithm = rs256
		k.public, err = j.rsa()
	default:
		return key{}, false
	}
	return k, err == nil && (j.Algorithm == "" || j.Algorithm == k.algorithm)
}

var errUnusable = errors.New("not a key tokens are signed with")

func (j jwk) p256() (*ecdsa.PublicKey, error) {
	const size = 32
	x, errX := decode(j.X)
	y, errY := decode(j.Y)
	if errX != nil || errY != nil || j.Curve != "P-256" || len(x) != size || len(y) != size {
		return nil, errUnusable
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
}

func (j jwk) rsa() (*rsa.PublicKey, error) {
	n, errN := decode(j.Modulus)
	e, errE := decode(j.Exponent)
	if errN != nil || errE != nil || len(e) > 4 {
		return nil, errUnusable
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e).Int64()
	if bits := modulus.BitLen(); bits < minRSABits || bits > maxRSABits || modulus.Bit(0) == 0 ||
		exponent < minRSAExponent || exponent%2 == 0 || exponent > 1<<31-1 {
		return nil, errUnusable
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent)}, nil
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
}
