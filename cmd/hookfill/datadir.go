package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/app/appfx"
	"github.com/hookfill/hookfill/domain"
)

// dataDir holds what local mode keeps beside its database: the key that signs
// tokens, the user they are for, and where the server of this directory is.
type dataDir string

func (d dataDir) path(name string) string { return filepath.Join(string(d), name) }

// make creates the directory. A root server's cluster runs as somebody else,
// who has to be able to pass through; the files have modes of their own.
func (d dataDir) make() error {
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(string(d), mode); err != nil {
		return fmt.Errorf("cannot make the data directory: %w", err)
	}
	return nil
}

// signingKey gives the key of local tokens, making it at the first call.
func (d dataDir) signingKey() ([]byte, error) {
	text, err := d.once("signing.key", func() string {
		key := make([]byte, appfx.SigningKeyLength)
		_, _ = rand.Read(key) // never fails (crypto/rand)
		return base64.StdEncoding.EncodeToString(key)
	})
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != appfx.SigningKeyLength {
		return nil, fmt.Errorf("%s is not a signing key; remove it to make a new one", d.path("signing.key"))
	}
	return key, nil
}

// signingKeyFor gives no key where Supabase signs users in.
func (d dataDir) signingKeyFor(s settings) ([]byte, error) {
	if s.supabase().On() {
		return nil, nil
	}
	return d.signingKey()
}

const masterKeyFile = "master.key"

// has reports that a file of the directory is there.
func (d dataDir) has(name string) bool {
	_, err := os.Stat(d.path(name))
	return err == nil
}

// masterKeys gives the key that seals credentials and the one before it. Where none
// is set, the data directory has one, made at the first call.
func (d dataDir) masterKeys(s settings) (master, previous []byte, err error) {
	if s.PreviousKey != "" {
		if previous, err = masterKey(s.PreviousKey); err != nil {
			return nil, nil, err
		}
	}
	text := s.MasterKey
	if text == "" {
		text, err = d.once(masterKeyFile, func() string {
			key := make([]byte, appfx.MasterKeyLength)
			_, _ = rand.Read(key) // never fails (crypto/rand)
			return base64.StdEncoding.EncodeToString(key)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	master, err = masterKey(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", d.path(masterKeyFile), err)
	}
	return master, previous, nil
}

// masterKey reads a key without repeating it.
func masterKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != appfx.MasterKeyLength {
		return nil, fmt.Errorf("a master key is %d bytes in base64", appfx.MasterKeyLength)
	}
	return key, nil
}

// user gives the user local mode acts as when nobody is named, choosing one at
// the first call.
func (d dataDir) user() (domain.UserID, error) {
	text, err := d.once("user", func() string { return uuid.Must(uuid.NewV7()).String() })
	if err != nil {
		return domain.UserID{}, err
	}
	id, err := domain.ParseID[domain.User](text)
	if err != nil {
		return id, fmt.Errorf("%s is not a user id; remove it to choose a new one", d.path("user"))
	}
	return id, nil
}

// once reads a small private file, writing it first where it is missing. Two
// processes that both find it missing agree on one content.
func (d dataDir) once(name string, content func() string) (string, error) {
	if text, err := d.read(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if err := d.make(); err != nil {
		return "", err
	}
	draft, err := d.draft(content() + "\n")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(draft) }()
	if err := os.Link(draft, d.path(name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("cannot write to the data directory: %w", err)
	}
	return d.read(name)
}

// replace writes a small private file as a whole.
func (d dataDir) replace(name, content string) error {
	draft, err := d.draft(content + "\n")
	if err != nil {
		return err
	}
	if err := os.Rename(draft, d.path(name)); err != nil {
		_ = os.Remove(draft)
		return fmt.Errorf("cannot write to the data directory: %w", err)
	}
	return nil
}

func (d dataDir) draft(content string) (path string, err error) {
	f, err := os.CreateTemp(string(d), ".draft-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("cannot write to the data directory: %w", err)
	}
	_, err = f.WriteString(content)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("cannot write to the data directory: %w", err)
	}
	return f.Name(), nil
}

func (d dataDir) read(name string) (string, error) {
	b, err := os.ReadFile(d.path(name))
	return strings.TrimSpace(string(b)), err
}

// serverNote tells the client commands of a data directory where its server is.
type serverNote struct {
	URL string `json:"url"`
}

const serverNoteName = "server.json"

func (d dataDir) noteServer(n serverNote) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return d.replace(serverNoteName, string(b))
}

func (d dataDir) server() (serverNote, error) {
	var n serverNote
	text, err := d.read(serverNoteName)
	if err != nil {
		return n, err
	}
	return n, json.Unmarshal([]byte(text), &n)
}
