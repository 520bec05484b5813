package httpapi_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// world is a small working hookfill behind the driving ports: it keeps rows by
// owner, in memory, and trades nothing. Anything that is asked of it fails with
// fails, where that is set, and waits for waitFor.
type world struct {
	mu        sync.Mutex
	fails     error
	waitFor   func(context.Context) error
	last      uint64
	accounts  map[domain.BrokerAccountID]*domain.BrokerAccount
	configs   map[domain.WebhookConfigID][]*domain.WebhookConfig // newest version last
	signals   map[domain.SignalID]*domain.Signal
	orders    map[domain.OrderID]*domain.Order
	held      map[domain.UserID]map[ports.PositionScope][]ports.HeldPosition
	refusals  map[domain.WebhookConfigID][]ports.Refusal
	requests  map[string]remembered
	quotes    []ports.Quote
	once      []ports.Idempotency
	overlap   int
	ended     []domain.WebhookConfigID
	preview   ports.Preview
	previews  [][]byte
	answers   []ports.BacklogAction
	unmatched []domain.UnmatchedOrder
	queries   []any
	halts     []domain.Halt
	// credentials are those that were given, in order.
	credentials []domain.BrokerCredentials
	// passphrases are those that were given with webhooks, in order.
	passphrases []string
}

type remembered struct {
	fingerprint [32]byte
	id          string
}

func newWorld() *world {
	return &world{
		accounts: map[domain.BrokerAccountID]*domain.BrokerAccount{},
		configs:  map[domain.WebhookConfigID][]*domain.WebhookConfig{},
		signals:  map[domain.SignalID]*domain.Signal{},
		orders:   map[domain.OrderID]*domain.Order{},
		held:     map[domain.UserID]map[ports.PositionScope][]ports.HeldPosition{},
		refusals: map[domain.WebhookConfigID][]ports.Refusal{},
		requests: map[string]remembered{},
	}
}

var (
	_ ports.UnitOfWork   = (*world)(nil)
	_ ports.BrokerAdmin  = (*world)(nil)
	_ ports.WebhookAdmin = (*world)(nil)
	_ ports.OrderDesk    = (*world)(nil)
	_ ports.Clock        = (*world)(nil)
)

// noon is what the world's clock says, for ever.
func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 123456000, time.UTC) }

func (w *world) Now() time.Time { return noon() }

// nextID counts, so that the first id is the same in every spec.
func (w *world) nextID() uuid.UUID {
	w.last++
	id := uuid.MustParse("01942681-0000-7000-8000-000000000000")
	binary.BigEndian.PutUint32(id[12:], uint32(w.last)) //nolint:gosec // specs make few
	return id
}

// failWith makes everything fail from now on.
func (w *world) failWith(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails = err
}

// do runs fn alone, unless the world fails.
func (w *world) do(ctx context.Context, fn func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails != nil {
		return w.fails
	}
	if w.waitFor != nil {
		return w.waitFor(ctx)
	}
	return fn()
}

// again runs write once for an idempotency key and gives the first id after that.
func (w *world) again(caller domain.Principal, once ports.Idempotency, write func() (string, error)) (string, bool, error) {
	w.once = append(w.once, once)
	if once.Key == "" {
		id, err := write()
		return id, true, err
	}
	key := caller.UserID.String() + once.Key
	if r, known := w.requests[key]; known {
		if r.fingerprint != once.Fingerprint {
			return "", false, domain.Conflict("idempotency_key_reused", "the key was used for another request")
		}
		return r.id, false, nil
	}
	id, err := write()
	if err == nil {
		w.requests[key] = remembered{once.Fingerprint, id}
	}
	return id, true, err
}

func (w *world) Do(ctx context.Context, caller domain.Principal, fn func(context.Context, ports.Repositories) error) error {
	return w.do(ctx, func() error {
		r := rows{w, caller.UserID}
		return fn(ctx, ports.Repositories{
			BrokerAccounts: accountRows{rows: r}, WebhookConfigs: configRows{rows: r},
			Signals: signalRows{r}, Orders: orderRows{r}, Positions: positionRows{r}, Unmatched: unmatchedRows{rows: r}, Halts: haltRows{rows: r},
		})
	})
}

// rows are what one caller sees of the world. The parts of the repositories that
// only the use cases call are left out.
type rows struct {
	w     *world
	owner domain.UserID
}

type accountRows struct {
	ports.BrokerAccountRepository
	rows
}

func (r accountRows) ByID(_ context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	return r.w.account(r.owner, id)
}

func (r accountRows) List(_ context.Context, page ports.PageRequest) (ports.Page[*domain.BrokerAccount], error) {
	r.w.queries = append(r.w.queries, page)
	var mine []*domain.BrokerAccount
	for _, a := range r.w.accounts {
		if a.UserID() == r.owner && a.Snapshot().DeletedAt == nil {
			mine = append(mine, a)
		}
	}
	return pageOf(mine, func(a *domain.BrokerAccount) string { return a.ID().String() }, page)
}

type configRows struct {
	ports.WebhookConfigRepository
	rows
}

func (r configRows) ByID(_ context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	return r.w.config(r.owner, id)
}

func (r configRows) List(_ context.Context, page ports.PageRequest) (ports.Page[*domain.WebhookConfig], error) {
	var mine []*domain.WebhookConfig
	for id := range r.w.configs {
		if c, err := r.w.config(r.owner, id); err == nil {
			mine = append(mine, c)
		}
	}
	return pageOf(mine, func(c *domain.WebhookConfig) string { return c.ID().String() }, page)
}

func (r configRows) Versions(_ context.Context, id domain.WebhookConfigID) ([]*domain.WebhookConfig, error) {
	if _, err := r.w.config(r.owner, id); err != nil {
		return nil, err
	}
	versions := slices.Clone(r.w.configs[id])
	slices.Reverse(versions)
	return versions, nil
}

func (r configRows) FormerURLUses(_ context.Context, id domain.WebhookConfigID, page ports.PageRequest) (ports.Page[ports.FormerURLUse], error) {
	if _, err := r.w.config(r.owner, id); err != nil {
		return ports.Page[ports.FormerURLUse]{}, err
	}
	uses := []ports.FormerURLUse{
		{Symbol: "AAPL", Action: domain.ActionBuy, SignalID: domain.SignalID{UUID: uuid.UUID{15: 9}}, ReceivedAt: noon()},
		{Symbol: "TSLA", Action: domain.ActionBuy, SignalID: domain.SignalID{UUID: uuid.UUID{15: 8}}, ReceivedAt: noon()},
	}
	return pageOf(uses, func(u ports.FormerURLUse) string { return u.SignalID.String() }, page)
}

func (r configRows) Refusals(_ context.Context, id domain.WebhookConfigID, page ports.PageRequest) (ports.Page[ports.Refusal], error) {
	if _, err := r.w.config(r.owner, id); err != nil {
		return ports.Page[ports.Refusal]{}, err
	}
	return pageOf(r.w.refusals[id], func(r ports.Refusal) string { return r.DeliveryID.String() }, page)
}

type signalRows struct{ rows }

func (r signalRows) ByID(_ context.Context, id domain.SignalID) (*domain.Signal, error) {
	return r.w.signal(r.owner, id)
}

func (r signalRows) List(_ context.Context, q ports.SignalQuery) (ports.Page[*domain.Signal], error) {
	r.w.queries = append(r.w.queries, q)
	var mine []*domain.Signal
	for _, s := range r.w.signals {
		snap := s.Snapshot()
		if snap.UserID == r.owner && (q.State == "" || q.State == snap.State) && (q.Symbol == "" || q.Symbol == snap.Intent.Symbol) {
			mine = append(mine, s)
		}
	}
	return pageOf(mine, func(s *domain.Signal) string { return s.ID().String() }, q.Page)
}

type orderRows struct{ rows }

func (r orderRows) ByID(_ context.Context, id domain.OrderID) (*domain.Order, error) {
	return r.w.order(r.owner, id)
}

func (r orderRows) List(_ context.Context, q ports.OrderQuery) (ports.Page[*domain.Order], error) {
	r.w.queries = append(r.w.queries, q)
	var mine []*domain.Order
	for _, o := range r.w.orders {
		if t := o.Terms(); t.UserID == r.owner && (q.SignalID == nil || *q.SignalID == t.SignalID) {
			mine = append(mine, o)
		}
	}
	return pageOf(mine, func(o *domain.Order) string { return o.ID().String() }, q.Page)
}

type positionRows struct{ rows }

func (r positionRows) List(_ context.Context, by ports.PositionScope) ([]ports.HeldPosition, error) {
	return r.w.held[r.owner][by], nil
}

// pageOf cuts a page, newest id first; a cursor is the last id given.
func pageOf[T any](all []T, id func(T) string, page ports.PageRequest) (ports.Page[T], error) {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(id(b), id(a)) })
	if page.Cursor != "" {
		if _, err := uuid.Parse(page.Cursor); err != nil {
			return ports.Page[T]{}, domain.Invalid("invalid_cursor", "cursor", "take the next_cursor of the page before")
		}
		all = slices.DeleteFunc(all, func(t T) bool { return id(t) >= page.Cursor })
	}
	if len(all) <= page.Limit {
		return ports.Page[T]{Items: all}, nil
	}
	return ports.Page[T]{Items: all[:page.Limit], Next: id(all[page.Limit-1])}, nil
}

func (w *world) account(owner domain.UserID, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	a := w.accounts[id]
	if a == nil || a.UserID() != owner || a.Snapshot().DeletedAt != nil {
		return nil, domain.NotFound("broker account")
	}
	return a, nil
}

// trouble marks an account.
func (w *world) trouble(id string, t domain.AccountTrouble) {
	key, err := domain.ParseID[domain.BrokerAccount](id)
	if err != nil {
		panic(err)
	}
	s := w.accounts[key].Snapshot()
	s.Trouble = &t
	w.accounts[key] = domain.RestoreBrokerAccount(s)
}

func (w *world) config(owner domain.UserID, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	versions := w.configs[id]
	if len(versions) == 0 {
		return nil, domain.NotFound("webhook config")
	}
	c := versions[len(versions)-1]
	if c.UserID() != owner || c.Snapshot().DeletedAt != nil {
		return nil, domain.NotFound("webhook config")
	}
	return c, nil
}

func (w *world) signal(owner domain.UserID, id domain.SignalID) (*domain.Signal, error) {
	s := w.signals[id]
	if s == nil || s.Snapshot().UserID != owner {
		return nil, domain.NotFound("signal")
	}
	return s, nil
}

func (w *world) order(owner domain.UserID, id domain.OrderID) (*domain.Order, error) {
	o := w.orders[id]
	if o == nil || o.Terms().UserID != owner {
		return nil, domain.NotFound("order")
	}
	return o, nil
}

// tokenFor makes the n-th token that is ever issued.
func tokenFor(n int) string { return "hf_canarytoken" + strconv.Itoa(n) }
