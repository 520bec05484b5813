package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// KeyLength is how long a master key is.
const KeyLength = 32

const (
	format     = 1
	markLength = 4
)

// Sealer holds master keys. It is safe for concurrent use.
type Sealer struct {
	present  key
	previous *key
}

var _ ports.Sealer = (*Sealer)(nil)

// key is a cipher and the mark it is known by.
type key struct {
	mark [markLength]byte
	aead cipher.AEAD
}

// New makes a sealer that seals with a key of 32 bytes, and opens with it or with
// the previous one, which may be empty. Any other length is KindInvalid.
func New(master, previous []byte) (*Sealer, error) {
	present, err := newKey(master)
	if err != nil {
		return nil, err
	}
	s := &Sealer{present: present}
	if len(previous) > 0 {
		before, err := newKey(previous)
		if err != nil {
			return nil, err
		}
		s.previous = &before
	}
	return s, nil
}

// newKey derives cipher and mark from a master key, so that the mark tells
// nothing of it.
func newKey(master []byte) (k key, err error) {
	if len(master) != KeyLength {
		return k, domain.Invalid("invalid_master_key", "master_key", "must be "+strconv.Itoa(KeyLength)+" bytes, in base64")
	}
	derived, err := hkdf.Key(sha256.New, master, nil, "hookfill broker credentials", KeyLength+markLength)
	if err != nil {
		return k, err
	}
	copy(k.mark[:], derived[KeyLength:])
	block, err := aes.NewCipher(derived[:KeyLength])
	if err != nil {
		return k, err
	}
	k.aead, err = cipher.NewGCM(block)
	return k, err
}

// contents are what is sealed.
type contents struct {
	KeyID      string `json:"key_id,omitempty"`
	SecretKey  string `json:"secret_key,omitempty"`
	OAuthToken string `json:"oauth_token,omitempty"`
}

// Seal implements ports.Sealer.
func (s *Sealer) Seal(account *domain.BrokerAccount, c domain.BrokerCredentials) ([]byte, error) {
	plain, err := json.Marshal(contents(c))
	if err != nil {
		return nil, err
	}
	return s.close(plain, boundTo(account)), nil
}

func (s *Sealer) close(plain, bound []byte) []byte {
	nonce := make([]byte, s.present.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	sealed := append([]byte{format}, s.present.mark[:]...)
	sealed = append(sealed, nonce...)
	return s.present.aead.Seal(sealed, nonce, plain, bound)
}

// Open implements ports.Sealer.
func (s *Sealer) Open(account *domain.BrokerAccount, sealed []byte) (domain.BrokerCredentials, error) {
	plain, err := s.open(sealed, boundTo(account))
	if err != nil {
		return domain.BrokerCredentials{}, unreadable(err)
	}
	var c contents
	if err := json.Unmarshal(plain, &c); err != nil {
		return domain.BrokerCredentials{}, unreadable(errors.New("what was sealed is no credentials"))
	}
	return domain.BrokerCredentials(c), nil
}

func (s *Sealer) open(sealed, bound []byte) ([]byte, error) {
	nonceSize := s.present.aead.NonceSize()
	if len(sealed) < 1+markLength+nonceSize || sealed[0] != format {
		return nil, errors.New("not sealed in a format that is known")
	}
	mark, rest := [markLength]byte(sealed[1:1+markLength]), sealed[1+markLength:]
	k := s.present
	switch {
	case mark == s.present.mark:
	case s.previous != nil && mark == s.previous.mark:
		k = *s.previous
	default:
		return nil, fmt.Errorf("sealed with key %x, which is not at hand", mark)
	}
	return k.aead.Open(nil, rest[:nonceSize], rest[nonceSize:], bound)
}

// boundTo writes down what credentials are sealed for.
func boundTo(account *domain.BrokerAccount) []byte {
	s := account.Snapshot()
	return fmt.Appendf(nil, "hookfill credentials %d %s %s %d", format, s.UserID, s.ID, s.CredentialsVersion)
}

func unreadable(cause error) error {
	return &domain.Error{
		Kind: domain.KindInternal, Code: "credentials_unreadable",
		Msg: "the account's credentials cannot be opened: set the HOOKFILL_MASTER_KEY they were sealed with, or give the account others", Err: cause,
	}
}
