package simulation_test

import (
	"slices"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// visibleWithin is how long look-ups may miss an order, where they lag.
const visibleWithin = 2 * time.Second

// class is what a kind of broker promises.
type class struct {
	duplicates ports.DuplicateRule
	lookup     ports.LookupRule
	// expiry is how long after it was made an order is still taken.
	expiry time.Duration
	// quotes says that it takes no order that protects, and tells prices.
	quotes bool
}

// classes are the kinds of broker there are, the strictest first.
func classes() []class {
	return []class{
		{ports.DuplicatesRejectedForever, ports.LookupDirect, 0, false},
		{ports.DuplicatesRejectedWhileOpen, ports.LookupDirect, 0, false},
		{ports.DuplicatesRejected24h, ports.LookupDirect, 0, false},
		{ports.DuplicatesAccepted, ports.LookupDirect, 0, false},
		{ports.DuplicatesRejectedForever, ports.LookupScan, 0, false},
		{ports.DuplicatesRejectedWhileOpen, ports.LookupScan, 0, false},
		{ports.DuplicatesAccepted, ports.LookupScan, 0, false},
		{ports.DuplicatesAccepted, ports.LookupNone, 0, false},
		{ports.DuplicatesAccepted, ports.LookupDirect, 5 * time.Second, false},
		{ports.DuplicatesRejectedWhileOpen, ports.LookupScan, 30 * time.Second, false},
		{ports.DuplicatesRejectedForever, ports.LookupDirect, 0, true},
		{ports.DuplicatesAccepted, ports.LookupScan, 0, true},
	}
}

func (c class) kind() domain.BrokerKind {
	kind := string(c.duplicates) + "/" + string(c.lookup) + "/" + c.expiry.String()
	if c.quotes {
		kind += "/quotes"
	}
	return domain.BrokerKind(kind)
}

// venue is a broker that keeps its word and no more: the rule for duplicates it
// declares is the only thing that keeps an order from being taken twice.
type venue struct {
	w    *world
	kind domain.BrokerKind
	class
	lag time.Duration
	// away is until when it answers nobody.
	away time.Time
	// taken are the orders it took, in order; firsts the client order ids as they
	// first reached it, taken or not.
	taken  []*taken
	firsts []first
	// moves are the times at which its market is elsewhere than at 100.
	moves []move
}

// move is a market that is at a price for a while.
type move struct {
	symbol   domain.Symbol
	from, to time.Time
	price    string
}

// plain is the price orders trade at, and the market is at unless it moves.
const plain = "100"

// planMoves draws when a market crosses the stops that are watched.
func (v *venue) planMoves(length time.Duration) {
	if !v.quotes {
		return
	}
	for range 1 + v.w.draw(4) {
		from := time.Now().Add(v.w.within(0, length))
		v.moves = append(v.moves, move{
			symbol: []domain.Symbol{"AAPL", "MSFT"}[v.w.draw(2)], from: from, to: from.Add(v.w.within(time.Second, 30*time.Second)),
			price: []string{"94", "106"}[v.w.draw(2)],
		})
	}
	if v.w.draw(2) == 0 { // and one that stays
		v.moves = append(v.moves, move{symbol: "AAPL", from: time.Now().Add(v.w.within(0, length)), to: time.Now().Add(time.Hour), price: "94"})
	}
}

// price is where its market is at a time.
func (v *venue) price(symbol domain.Symbol, at time.Time) domain.Price {
	for _, m := range v.moves {
		if m.symbol == symbol && !at.Before(m.from) && at.Before(m.to) {
			return domain.MustPrice(m.price)
		}
	}
	return domain.MustPrice(plain)
}

// quote tells where its market is.
func (v *venue) quote(symbol domain.Symbol) (ports.Quote, error) {
	if time.Now().Before(v.away) {
		return ports.Quote{}, brokerAway()
	}
	v.w.stats.Quotes++
	return ports.Quote{Symbol: symbol, LastPrice: new(v.price(symbol, time.Now()))}, nil
}

// taken is one order a venue took. Everything it will do was drawn at once, so
// that what it is at any time follows from the time alone.
type taken struct {
	account       domain.BrokerAccountID
	clientOrderID string
	symbol        domain.Symbol
	sign          int64
	quantity      int64
	id            string
	at, visibleAt time.Time
	fills         []execution
	// pendingAt and endsAt are when a cancel was asked for and comes true.
	pendingAt, endsAt *time.Time
}

type execution struct {
	id       string
	at       time.Time
	quantity int64
}

type first struct {
	account       domain.BrokerAccountID
	clientOrderID string
	symbol        domain.Symbol
	at            time.Time
	// after is how many orders the venue had taken before.
	after int
}

func newVenue(w *world, c class) *venue {
	v := &venue{w: w, kind: c.kind(), class: c}
	if w.draw(2) == 0 {
		v.lag = visibleWithin
	}
	return v
}

// capabilities are what it declares.
func (v *venue) capabilities() ports.Capabilities {
	types := domain.OrderTypes()
	if v.quotes {
		types = []domain.OrderType{domain.OrderTypeMarket, domain.OrderTypeLimit}
	}
	return ports.Capabilities{
		OrderTypes: types, TimesInForce: domain.TimesInForce(),
		Duplicates: v.duplicates, Lookup: v.lookup, VisibleWithin: v.lag, RequestExpiry: v.expiry,
	}
}

func rejected() error {
	return &domain.Error{Kind: domain.KindRejected, Code: "rejected", Msg: "not this order"}
}

// submit is an order that reaches the venue, or does not, as is drawn.
func (v *venue) submit(account domain.BrokerAccountID, r ports.OrderRequest, deadline time.Time) (domain.OrderReport, error) {
	none := domain.OrderReport{}
	if time.Now().Before(v.away) {
		return none, brokerAway()
	}
	if v.w.calm {
		return v.receive(account, r)
	}
	switch v.w.draw(30) {
	case 0:
		v.w.stats.Refusals++
		return none, brokerAway()
	case 1, 2: // connection dropped, or a 5xx, and not taken
		v.w.stats.LostOrders++
		return none, replyLost()
	case 3, 4: // accepted, then the connection dropped, or a 5xx
		v.w.stats.LostReplies++
		_, _ = v.receive(account, r)
		return none, replyLost()
	case 5: // on its way when the sender gave up
		latest := time.Until(deadline) - 2*maxSkew
		if v.expiry > 0 { // however long after the sender gave up
			latest, made := time.Minute, time.Now()
			v.w.stats.LateOrders++
			v.w.in(v.w.within(0, latest), "order "+short(r.ClientOrderID)+" arrives late", func() {
				if time.Since(made) <= v.expiry {
					_, _ = v.receive(account, r)
				}
			})
			return none, replyLost()
		}
		if latest <= time.Millisecond {
			return none, replyLost()
		}
		v.w.stats.LateOrders++
		v.w.in(v.w.within(0, latest), "order "+short(r.ClientOrderID)+" arrives late", func() { _, _ = v.receive(account, r) })
		return none, replyLost()
	case 6:
		v.w.stats.Refusals++
		v.note(account, r)
		return none, rejected()
	}
	return v.receive(account, r)
}

func (v *venue) note(account domain.BrokerAccountID, r ports.OrderRequest) {
	for _, f := range v.firsts {
		if f.clientOrderID == r.ClientOrderID {
			return
		}
	}
	v.firsts = append(v.firsts, first{account, r.ClientOrderID, r.Symbol, time.Now(), len(v.taken)})
}

// receive takes an order unless the venue's own rule for duplicates forbids it.
func (v *venue) receive(account domain.BrokerAccountID, r ports.OrderRequest) (domain.OrderReport, error) {
	v.note(account, r)
	now := time.Now()
	for _, o := range v.taken {
		if o.account == account && o.clientOrderID == r.ClientOrderID && v.refuses(o, now) {
			v.w.stats.Duplicates++
			return domain.OrderReport{}, domain.Conflict("duplicate_client_order_id", "there is an order of that id")
		}
	}
	o := v.take(account, r, now)
	return o.report(now), nil
}

func (v *venue) refuses(o *taken, now time.Time) bool {
	switch v.duplicates {
	case ports.DuplicatesRejectedForever:
		return true
	case ports.DuplicatesRejectedWhileOpen:
		return !o.over(now)
	case ports.DuplicatesRejected24h:
		return now.Sub(o.at) < 24*time.Hour
	case ports.DuplicatesAccepted:
	}
	return false
}

// take draws what will become of an order: at once, in parts, or not to its end.
func (v *venue) take(account domain.BrokerAccountID, r ports.OrderRequest, now time.Time) *taken {
	quantity, err := strconv.ParseInt(r.Quantity.String(), 10, 64)
	if err != nil {
		panic(err)
	}
	o := &taken{
		account: account, clientOrderID: r.ClientOrderID, symbol: r.Symbol, sign: 1, quantity: quantity,
		id: "b" + strconv.Itoa(len(v.taken)+1), at: now, visibleAt: now,
	}
	if r.Side == domain.SideSell {
		o.sign = -1
	}
	if v.lag > 0 {
		o.visibleAt = now.Add(v.w.within(0, v.lag))
	}
	at, left := now, quantity
	if v.lookup != ports.LookupNone && v.w.draw(2) == 0 {
		for left > 1 && v.w.draw(2) == 0 {
			at = at.Add(v.w.within(time.Millisecond, 8*time.Second))
			part := 1 + int64(v.w.draw(int(left-1)))
			o.fill(at, part)
			left -= part
		}
		at = at.Add(v.w.within(time.Millisecond, 8*time.Second))
		if v.w.draw(8) == 0 { // the venue ends it by itself
			o.pendingAt, o.endsAt = &at, &at
			left = 0
		}
	}
	if left > 0 {
		o.fill(at, left)
	}
	v.taken = append(v.taken, o)
	v.w.stats.Orders++
	return o
}

func (o *taken) fill(at time.Time, quantity int64) {
	o.fills = append(o.fills, execution{o.id + "-" + strconv.Itoa(len(o.fills)+1), at, quantity})
}

// executed are the fills up to a time.
func (o *taken) executed(at time.Time) (fills []execution, filled int64) {
	for _, f := range o.fills {
		if !f.at.After(at) && (o.endsAt == nil || f.at.Before(*o.endsAt)) {
			fills = append(fills, f)
			filled += f.quantity
		}
	}
	return fills, filled
}

func (o *taken) over(at time.Time) bool {
	_, filled := o.executed(at)
	return filled == o.quantity || o.endsAt != nil && !o.endsAt.After(at)
}

// report is what the order was at a time.
func (o *taken) report(at time.Time) domain.OrderReport {
	r := domain.OrderReport{
		ClientOrderID: o.clientOrderID, BrokerOrderID: o.id, Side: domain.SideBuy,
		Quantity: new(domain.MustQuantity(strconv.FormatInt(o.quantity, 10))), Status: domain.StatusNew, At: o.at.UTC(),
	}
	if o.sign < 0 {
		r.Side = domain.SideSell
	}
	fills, filled := o.executed(at)
	for _, f := range fills {
		r.At = f.at.UTC()
		r.Status = domain.StatusPartiallyFilled
		r.Fills = append(r.Fills, domain.Fill{
			ExecutionID: f.id, Quantity: domain.MustQuantity(strconv.FormatInt(f.quantity, 10)), Price: domain.MustPrice("100"), At: f.at.UTC(),
		})
	}
	switch {
	case filled == o.quantity:
		r.Status = domain.StatusFilled
	case o.endsAt != nil && !o.endsAt.After(at):
		r.Status, r.At = domain.StatusCanceled, o.endsAt.UTC()
	case o.pendingAt != nil && !o.pendingAt.After(at):
		r.Status, r.At = domain.StatusPendingCancel, o.pendingAt.UTC()
	}
	return r
}

// find gives the order a look-up would find.
func (v *venue) find(account domain.BrokerAccountID, id string) *taken {
	for _, o := range v.taken {
		if o.account == account && o.clientOrderID == id && !time.Now().Before(o.visibleAt) {
			return o
		}
	}
	return nil
}

func (v *venue) lookUp(account domain.BrokerAccountID, id string) (domain.OrderReport, error) {
	if time.Now().Before(v.away) || !v.w.calm && v.w.draw(20) == 0 {
		return domain.OrderReport{}, brokerAway()
	}
	o := v.find(account, id)
	if o == nil || v.lookup == ports.LookupNone {
		return domain.OrderReport{}, domain.NotFound("order")
	}
	at := time.Now()
	if past := at.Sub(o.at); !v.w.calm && past > time.Millisecond && v.w.draw(4) == 0 {
		v.w.stats.OldReports++
		at = o.at.Add(v.w.within(0, past))
	}
	return o.report(at), nil
}

// changed lists what can be seen and changed at a time or after it.
func (v *venue) changed(account domain.BrokerAccountID, since time.Time, limit int) (listed []ports.ListedOrder, err error) {
	now := time.Now()
	if now.Before(v.away) || v.lookup == ports.LookupNone {
		return nil, brokerAway()
	}
	for _, o := range v.taken {
		if report := o.report(now); o.account == account && !now.Before(o.visibleAt) && !report.At.Before(since) {
			listed = append(listed, ports.ListedOrder{Symbol: o.symbol, Report: report})
		}
	}
	slices.SortStableFunc(listed, func(a, b ports.ListedOrder) int { return a.Report.At.Compare(b.Report.At) })
	n := min(limit, len(listed))
	for n > 0 && n < len(listed) && listed[n].Report.At.Equal(listed[n-1].Report.At) {
		n++
	}
	return listed[:n], nil
}

func (v *venue) cancel(account domain.BrokerAccountID, id string) (domain.OrderReport, error) {
	if time.Now().Before(v.away) {
		return domain.OrderReport{}, brokerAway()
	}
	now := time.Now()
	o := v.find(account, id)
	switch {
	case o == nil:
		return domain.OrderReport{}, domain.NotFound("order")
	case o.over(now):
		return domain.OrderReport{}, domain.Conflict("order_not_open", "the order is over")
	case o.pendingAt == nil || o.pendingAt.After(now):
		ends := now
		if v.w.draw(2) == 0 {
			ends = now.Add(v.w.within(time.Millisecond, 3*time.Second))
		}
		o.pendingAt, o.endsAt = &now, &ends
	}
	v.w.stats.Cancels++
	return o.report(now), nil
}
