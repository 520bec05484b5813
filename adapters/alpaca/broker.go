package alpaca

import (
	"context"
	"net/netip"
	"net/url"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Config is what the broker needs to know of its surroundings.
type Config struct {
	// AllowAddresses are reached although they are not public, and over plain http.
	AllowAddresses []netip.Prefix
	// Timeout bounds a request, beside its context; 0 is 15 s.
	Timeout time.Duration
	// VisibleWithin is how long a look-up is taken to miss an order that was
	// accepted; 0 is 5 s. Alpaca documents none.
	VisibleWithin time.Duration
	// QuoteReuse is how long an answer about prices serves who asks again; 0 is 1 s.
	QuoteReuse time.Duration
	// Silence is how long the other side of a stream may leave a ping unanswered,
	// and how often there is one; 0 is 20 s.
	Silence time.Duration
}

const (
	defaultTimeout       = 15 * time.Second
	defaultVisibleWithin = 5 * time.Second
	defaultSilence       = 20 * time.Second
	defaultQuoteReuse    = time.Second
)

// Broker is Alpaca for every account of its kind. It is safe for concurrent use.
type Broker struct {
	credentials ports.CredentialReader
	clock       ports.Clock
	visible     time.Duration
	silence     time.Duration
	reuse       time.Duration
	boards      *boards
	line        *line
	gates       *gates
	dataGates   *gates
	streamGates *gates
	assets      *assets
}

var (
	_ ports.Broker       = (*Broker)(nil)
	_ ports.OrderHistory = (*Broker)(nil)
	_ ports.Quotes       = (*Broker)(nil)
)

// New gives the broker. It asks nobody.
func New(credentials ports.CredentialReader, clock ports.Clock, c Config) *Broker {
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.VisibleWithin <= 0 {
		c.VisibleWithin = defaultVisibleWithin
	}
	if c.Silence <= 0 {
		c.Silence = defaultSilence
	}
	if c.QuoteReuse <= 0 {
		c.QuoteReuse = defaultQuoteReuse
	}
	return &Broker{
		credentials: credentials, clock: clock, visible: c.VisibleWithin, silence: c.Silence, reuse: c.QuoteReuse, boards: newBoards(),
		line: newLine(c), gates: newGates(), dataGates: newGates(), streamGates: newGates(), assets: newAssets(),
	}
}

// Close drops idle connections.
func (b *Broker) Close() { b.line.close() }

// Capabilities says what the package comment promises. Of the 200 requests a
// minute that Alpaca takes, some are left for what one order costs beside its
// first: executions, and the look-up that precedes a cancel.
func (b *Broker) Capabilities() ports.Capabilities {
	return ports.Capabilities{
		OrderTypes: domain.OrderTypes(), TimesInForce: domain.TimesInForce(),
		Duplicates: ports.DuplicatesRejectedForever, Lookup: ports.LookupDirect, VisibleWithin: b.visible,
		Requests: ports.RateLimit{PerMinute: 120, Burst: 30, Reserve: 10},
	}
}

// Submit sends an order once. What the venue's rules do not allow is KindInvalid
// and is not sent.
func (b *Broker) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if err := check(r, b.assets.known(account, r.Symbol)); err != nil {
		return domain.OrderReport{}, err
	}
	v, err := b.visit(ctx, account)
	if err != nil {
		return domain.OrderReport{}, err
	}
	var placed wireOrder
	got := v.do(ctx, request{method: "POST", path: "/v2/orders", body: orderBody(r)})
	if err := submitted(got, &placed, r.ClientOrderID); err != nil {
		return domain.OrderReport{}, v.doubt(ctx, r.ClientOrderID, err)
	}
	report, err := v.report(ctx, placed)
	if err != nil {
		// It has the order, and what cannot be told of it is asked for later.
		return acknowledged(placed), nil //nolint:nilerr // see above
	}
	return report, nil
}

// ByClientOrderID looks an order up, in any state.
func (b *Broker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return domain.OrderReport{}, err
	}
	o, err := v.find(ctx, clientOrderID)
	if err != nil {
		return domain.OrderReport{}, err
	}
	return v.report(ctx, o)
}

// Cancel looks an order up, asks for it to end and looks it up again.
func (b *Broker) Cancel(ctx context.Context, account *domain.BrokerAccount, clientOrderID string) (domain.OrderReport, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return domain.OrderReport{}, err
	}
	o, err := v.find(ctx, clientOrderID)
	if err != nil {
		return domain.OrderReport{}, err
	}
	if status, ok := statusOf(o.Status); ok && status.IsTerminal() {
		return domain.OrderReport{}, notOpen(nil)
	}
	if err := canceled(v.do(ctx, request{method: "DELETE", path: "/v2/orders/" + segment(o.ID)})); err != nil {
		return domain.OrderReport{}, err
	}
	if o, err = v.find(ctx, clientOrderID); err != nil {
		return domain.OrderReport{}, err
	}
	return v.report(ctx, o)
}

// visit is one conversation with Alpaca for one account.
type visit struct {
	b       *Broker
	account *domain.BrokerAccount
	site    site
	gate    *gate
}

// visit prepares a conversation about trading; nothing is sent yet.
func (b *Broker) visit(ctx context.Context, account *domain.BrokerAccount) (*visit, error) {
	return b.visitAt(ctx, account, account.Snapshot().Alpaca.URL(), b.gates)
}

func (b *Broker) visitAt(ctx context.Context, account *domain.BrokerAccount, base string, gates *gates) (*visit, error) {
	if account.Kind() != domain.BrokerKindAlpaca {
		return nil, domain.Invalid("unsupported_broker", "kind", "only accounts of kind alpaca trade here")
	}
	if err := ctx.Err(); err != nil {
		return nil, notSent("the time to ask Alpaca was over", err)
	}
	if err := b.line.guard.checkURL(base); err != nil {
		return nil, err
	}
	gate := gates.of(account.ID())
	if err := gate.check(b.clock.Now(), account.Snapshot().CredentialsVersion); err != nil {
		return nil, err
	}
	keys, err := b.credentials.Credentials(ctx, account)
	if err != nil {
		return nil, notSent("the account's credentials could not be read", err)
	}
	return &visit{b, account, site{base: base, keys: keys}, gate}, nil
}

func (v *visit) do(ctx context.Context, r request) answer {
	a := v.b.line.send(ctx, v.site, r)
	a.wait = v.gate.learn(v.b.clock.Now(), v.account.Snapshot().CredentialsVersion, a)
	return a
}

// doubt looks an order up that was refused: where Alpaca has it all the same, or
// cannot say, the refusal is not one.
func (v *visit) doubt(ctx context.Context, clientOrderID string, refusal error) error {
	if domain.KindOf(refusal) != domain.KindRejected {
		return refusal
	}
	_, err := v.find(ctx, clientOrderID)
	switch domain.KindOf(err) { //nolint:exhaustive // what is not an answer leaves it open
	case "":
		return duplicate(refusal)
	case domain.KindNotFound:
		return refusal
	}
	return unknown("Alpaca refused the order, and could not be asked whether it has it", refusal)
}

func (v *visit) find(ctx context.Context, clientOrderID string) (wireOrder, error) {
	var o wireOrder
	a := v.do(ctx, request{method: "GET", path: "/v2/orders:by_client_order_id", query: "client_order_id=" + url.QueryEscape(clientOrderID)})
	if err := read(a, &o, "order"); err != nil {
		return o, err
	}
	if o.ClientOrderID != clientOrderID || o.ID == "" {
		return o, unreadable(nil)
	}
	return o, nil
}
