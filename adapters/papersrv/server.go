package papersrv

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// KeyPair is what a client names itself with.
type KeyPair struct{ ID, Secret string }

// Config is what a server is to be. Its zero value serves any key pair accounts
// of no cash.
type Config struct {
	// Cash is what an account starts with.
	Cash domain.Money
	// Keys are the key pairs that are let in; none lets in any.
	Keys []KeyPair
	// PricesFromOrders takes the limit price of an order as the price of a symbol
	// that nobody has quoted.
	PricesFromOrders bool
}

// Deps are what a server is built on.
type Deps struct {
	Journal ports.PaperJournal
	Clock   ports.Clock
	IDs     ports.IDs
	Log     *slog.Logger
}

// Server is paper accounts behind Alpaca's API. It is safe for concurrent use.
type Server struct {
	deps   Deps
	config Config
	rules  rules

	mu    sync.Mutex
	desks map[domain.BrokerAccountID]*desk
	// stopped is closed when streams are to end.
	stopped chan struct{}
	stop    sync.Once
}

// New gives a server. It starts nothing.
func New(deps Deps, config Config) (*Server, error) {
	if deps.Journal == nil || deps.Clock == nil || deps.IDs == nil || deps.Log == nil {
		return nil, errors.New("papersrv: a journal, a clock, ids and a log are needed")
	}
	for _, pair := range config.Keys {
		if pair.ID == "" || pair.Secret == "" {
			return nil, domain.Invalid("incomplete_key_pair", "keys", "a key pair is a key id and a secret")
		}
	}
	return &Server{
		deps: deps, config: config, rules: rules{pricesFromOrders: config.PricesFromOrders},
		desks: map[domain.BrokerAccountID]*desk{}, stopped: make(chan struct{}),
	}, nil
}

// Stop ends the streams, which would never end by themselves. It may be called
// more than once.
func (s *Server) Stop() { s.stop.Do(func() { close(s.stopped) }) }

// accountSpace is where account ids are derived from: the same key pair has the
// same account at every start.
func accountSpace() uuid.UUID { return uuid.MustParse("e2f1d2c4-52a1-4d0e-9a6e-0a6b1f0c9d11") }

// deskOf gives the account of whoever sends a request.
func (s *Server) deskOf(r *http.Request) (*desk, error) {
	pair := KeyPair{r.Header.Get("APCA-API-KEY-ID"), r.Header.Get("APCA-API-SECRET-KEY")}
	if scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " "); found && strings.EqualFold(scheme, "Bearer") {
		pair = KeyPair{"bearer", strings.TrimSpace(token)}
	}
	return s.deskFor(pair)
}

func (s *Server) deskFor(pair KeyPair) (*desk, error) {
	if pair.ID == "" || pair.Secret == "" || !s.admits(pair) {
		return nil, unauthorized()
	}
	digest := sha256.Sum256([]byte(pair.ID + "\n" + pair.Secret))
	id := domain.BrokerAccountID{UUID: uuid.NewSHA1(accountSpace(), digest[:])}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, known := s.desks[id]
	if !known {
		d = s.newDesk(id)
		s.desks[id] = d
	}
	return d, nil
}

// admits compares with every pair, in a time that tells nothing of the secrets.
func (s *Server) admits(pair KeyPair) bool {
	if len(s.config.Keys) == 0 {
		return true
	}
	given := sha256.Sum256([]byte(pair.ID + "\n" + pair.Secret))
	found := 0
	for _, known := range s.config.Keys {
		want := sha256.Sum256([]byte(known.ID + "\n" + known.Secret))
		found |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	return found == 1
}

// at runs fn on the account of a request while nothing else happens to it.
func (s *Server) at(ctx context.Context, d *desk, fn func() (answer, error)) (answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.refresh(ctx); err != nil {
		return answer{}, err
	}
	return fn()
}

func half() decimal.Decimal { return decimal.New(5, -1) }
