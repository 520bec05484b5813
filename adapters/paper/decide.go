package paper

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Submit decides an order, at a moment. A request that is not possible is
// KindInvalid, a client order id that was used before KindConflict with code
// duplicate_client_order_id; neither is journaled. An order that the account
// rejects is, and shows in the Decision.
func (e *Engine) Submit(at time.Time, r ports.OrderRequest) (Decision, error) {
	return e.Place(at, Ticket{OrderRequest: r})
}

// Cancel decides the end of an order, at a moment. An order that is over is
// KindConflict with code order_not_open, one that is unknown KindNotFound.
func (e *Engine) Cancel(at time.Time, clientOrderID string) (Decision, error) {
	o, err := e.open(clientOrderID)
	if err != nil {
		return Decision{}, err
	}
	return e.decide(at, clientOrderID, func(d *decision) {
		if d.isOpen(o) {
			d.emit(&canceled{ClientOrderID: clientOrderID})
			d.endLegs(o)
		}
	})
}

// open gives an order that works or waits. One that is over is KindConflict with
// code order_not_open, one that is unknown KindNotFound.
func (e *Engine) open(clientOrderID string) (*resting, error) {
	o, known := e.a.order(clientOrderID)
	switch {
	case !known:
		return nil, domain.NotFound("order")
	case o.resting == nil:
		return nil, domain.Conflict("order_not_open", "the order is "+string(o.status)+" already")
	}
	return o.resting, nil
}

// Push decides what a quote lets fill, at a moment. A quote without a symbol or
// a price, or with its bid above its ask, is KindInvalid.
func (e *Engine) Push(at time.Time, q ports.Quote) (Decision, error) {
	if err := checkQuote(q); err != nil {
		return Decision{}, err
	}
	next := market{bid: q.Bid, ask: q.Ask, last: q.LastPrice, quoted: true}
	if e.a.book(q.Symbol).market.equal(next) {
		return Decision{}, nil
	}
	return e.decide(at, "", func(d *decision) {
		d.emit(&quoted{Symbol: q.Symbol, Bid: q.Bid, Ask: q.Ask, Last: q.LastPrice})
		d.trail(q.Symbol)
		d.work(q.Symbol)
	})
}

// decision is a command being decided on a trial of the account. After an error
// it does nothing more.
type decision struct {
	*account
	now  time.Time
	made Decision
	err  error
	// about is the order that the command is about, and what came with it.
	about []string
}

// decide runs a command that is known to change something, at a moment, and
// reports on one order where it has one. Time on the account never goes back,
// whatever the clocks of the processes that share it say.
func (e *Engine) decide(at time.Time, clientOrderID string, command func(*decision)) (Decision, error) {
	d := &decision{account: e.a.trial(), now: at.UTC().Truncate(time.Microsecond), about: []string{clientOrderID}}
	if d.now.Before(d.at) {
		d.now = d.at
	}
	if !d.opened {
		cash := domain.NewMoney(d.cash)
		if err := checkCash(cash); err != nil {
			return Decision{}, err
		}
		d.emit(&opened{Account: d.id.UUID, Cash: cash})
	}
	d.expire()
	command(d)
	if d.err != nil {
		return Decision{}, corrupt(d.id, d.seq+1, d.err)
	}
	if o, ok := d.order(clientOrderID); ok {
		d.made.Report = o.report(clientOrderID)
		if o.rejection != nil {
			d.made.Rejection = o.rejection.error()
		}
	}
	return d.made, nil
}

// emit journals an event and lets it happen on the trial.
func (d *decision) emit(ev event) {
	if d.err != nil {
		return
	}
	var b []byte
	if b, d.err = encodeEntry(ev, d.now); d.err != nil {
		return
	}
	if d.err = d.add(ev, d.now); d.err == nil {
		d.made.Entries = append(d.made.Entries, b)
		d.note(ev)
	}
}

// learn makes an alert's price the market of a symbol that has no quote.
func (d *decision) learn(symbol domain.Symbol, p *domain.Price) {
	m := d.book(symbol).market
	if p == nil || m.quoted || m.last != nil && m.last.Cmp(*p) == 0 {
		return
	}
	d.emit(&priced{Symbol: symbol, Price: *p})
	d.work(symbol)
}

// work holds every open order of a symbol against its market, the oldest first.
func (d *decision) work(symbol domain.Symbol) {
	for _, o := range slices.Clone(d.book(symbol).open) {
		if d.isOpen(o) {
			d.settle(o, d.consider(o, false))
		}
	}
}

// take places an order that has just come: it fills at once, or ends, or rests.
func (d *decision) take(t Ticket) {
	r := t.OrderRequest
	terms := submitted{
		ClientOrderID: r.ClientOrderID, BrokerOrderID: d.nameNext("order"), Symbol: r.Symbol,
		Side: r.Side, Type: r.Type, TimeInForce: r.TimeInForce,
		Quantity: r.Quantity, Notional: r.Notional, LimitPrice: r.LimitPrice, StopPrice: r.StopPrice,
		Legs: clientOrderIDs(r)[1:], ExpiresAt: t.ExpiresAt, ExtendedHours: t.ExtendedHours,
		TrailPrice: t.TrailPrice, TrailPercent: t.TrailPercent,
	}
	if t.Either {
		terms.Either, terms.Legs = r.ClientOrderID, nil
	}
	if t.trails() {
		terms.HighWater = d.book(r.Symbol).market.triggerFor(r.Side)
		stop, ok := terms.stopBehind(*terms.HighWater)
		if !ok {
			d.made.Rejection = &domain.Error{Kind: domain.KindRejected, Code: "trail_too_wide", Msg: "the trail leaves no stop price above 0"}
			return
		}
		terms.StopPrice = &stop
	}
	d.enter(terms, func() { d.takeLegs(t) })
}

// enter places an order, then what comes with it, and lets it trade.
func (d *decision) enter(terms submitted, with func()) {
	o := newResting(terms)
	out := d.consider(o, true)
	d.emit(&terms)
	if with != nil {
		with()
	}
	d.settle(o, out)
	if now, ok := d.order(o.ClientOrderID); ok && now.resting != nil && o.isImmediate() {
		d.emit(&canceled{ClientOrderID: o.ClientOrderID})
		d.endLegs(o)
	}
	if terms.Either != "" {
		d.work(o.Symbol)
	}
}

// outcome is what the market and the account make of an order.
type outcome struct {
	triggers  bool
	price     *domain.Price // of the fill, nil where there is none
	quantity  domain.Quantity
	rejection *rejected
}

// consider works the outcome out. An order is judged by buying power when it
// arrives; a market order that found no price then, when it finds one.
func (d *decision) consider(o *resting, arrives bool) outcome {
	b := d.book(o.Symbol)
	var price *domain.Price
	var isTriggered bool
	if d.isOpenFor(o) {
		price, isTriggered = b.market.match(o)
	}
	out := outcome{triggers: isTriggered && !o.triggered, price: price}
	switch {
	case price != nil && o.isLeg():
		out.quantity = b.holds(o)
	case price != nil:
		out.quantity, out.rejection = o.quantityAt(*price)
		if out.rejection == nil && o.done.IsZero() && (arrives || o.Type == domain.OrderTypeMarket) {
			out.rejection = d.judge(b.opens(o.Side, out.quantity).Mul(price.Decimal()))
		}
	case arrives && !o.isImmediate():
		out.rejection = d.judge(b.extra(o))
	}
	return out
}

// judge holds what an order needs against the buying power there is.
func (d *decision) judge(needs decimal.Decimal) *rejected {
	if needs.IsPositive() && needs.Cmp(d.buyingPower()) > 0 {
		return &rejected{Code: "insufficient_buying_power", Reason: "insufficient buying power"}
	}
	return nil
}

// settle journals the outcome for an order that is open.
func (d *decision) settle(o *resting, out outcome) {
	switch {
	case out.rejection != nil:
		out.rejection.ClientOrderID = o.ClientOrderID
		d.emit(out.rejection)
		d.endLegs(o)
		return
	case out.triggers:
		d.emit(&triggered{ClientOrderID: o.ClientOrderID})
	}
	switch {
	case out.price == nil:
	case out.quantity.IsZero():
		d.emit(&canceled{ClientOrderID: o.ClientOrderID})
	default:
		if part, partly := d.portion(o, out.quantity); partly {
			d.emit(&partlyFilled{ClientOrderID: o.ClientOrderID, ExecutionID: d.nameNext("execution"), Quantity: part, Price: *out.price})
			return
		}
		d.emit(&filled{
			ClientOrderID: o.ClientOrderID, ExecutionID: d.nameNext("execution"),
			Quantity: out.quantity, Price: *out.price,
		})
		d.follow(o)
	}
}

// nameNext makes an id for what the next entry tells. It follows from the
// account and the entry's number, so deciding again gives it again.
func (d *decision) nameNext(what string) uuid.UUID {
	return uuid.NewSHA1(d.id.UUID, []byte(what+" "+strconv.FormatInt(d.seq+1, 10)))
}
