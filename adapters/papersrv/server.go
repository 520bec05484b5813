package papersrv

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// KeyPair is what a client names itself with.
type KeyPair struct{ ID, Secret string }

// Config is what a server is to be. Its zero value serves any key pair accounts
// of no cash that
// trade round the clock.
type Config struct {
	// Cash is what an account starts with.
	Cash domain.Money
	// Keys are the key pairs that are let in; none lets in any.
	Keys []KeyPair
	// Sessions makes shares trade when the New York Stock Exchange does, and orders
	// for the day end with it. Without, everything trades at any time and no day
	// ends.
	Sessions bool
	// PartialFills makes one fill in ten of several whole units a partial one, as
	// this seed has it; nil makes none.
	PartialFills *uint64
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
		deps: deps, config: config, rules: rules{sessions: config.Sessions, pricesFromOrders: config.PricesFromOrders},
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
	if err := d.pass(ctx); err != nil {
		return answer{}, err
	}
	if err := d.overtake(ctx); err != nil {
		return answer{}, err
	}
	return fn()
}

// Run lets time go by on the accounts that are in use, until ctx ends: orders
// expire, and trade when a session begins, without anybody asking. Requests do the
// same for their account before they look at it.
func (s *Server) Run(ctx context.Context) {
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		for _, d := range s.inUse() {
			if _, err := s.at(ctx, d, func() (answer, error) { return answer{}, nil }); err != nil && ctx.Err() == nil {
				s.deps.Log.ErrorContext(ctx, "time cannot go by on an account", "account", d.id.String(), "error", err)
			}
		}
	}
}

// tick is how late an order may expire.
const tick = 500 * time.Millisecond

func (s *Server) inUse() []*desk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.desks))
}

func half() decimal.Decimal { return decimal.New(5, -1) }
