package simulation_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// books are what the store says at the end.
type books struct {
	signals   []domain.SignalSnapshot
	orders    []*domain.Order
	positions []ports.HeldPosition
	unmatched []domain.UnmatchedOrder
	// stops are those that are still in force.
	stops []ports.WatchedStop
}

func (w *world) read() (b books) {
	w.do(func(ctx context.Context, r ports.Repositories) error {
		q := ports.SignalQuery{Page: ports.PageRequest{Limit: ports.MaxPageLimit}}
		for {
			page, err := r.Signals.List(ctx, q)
			if err != nil {
				return err
			}
			for _, s := range page.Items {
				b.signals = append(b.signals, s.Snapshot())
			}
			if q.Page.Cursor = page.Next; page.Next == "" {
				break
			}
		}
		o := ports.OrderQuery{Page: ports.PageRequest{Limit: ports.MaxPageLimit}}
		for {
			page, err := r.Orders.List(ctx, o)
			if err != nil {
				return err
			}
			b.orders = append(b.orders, page.Items...)
			if o.Page.Cursor = page.Next; page.Next == "" {
				break
			}
		}
		found, err := r.Unmatched.List(ctx, ports.UnmatchedQuery{Page: ports.PageRequest{Limit: ports.MaxPageLimit}})
		if err != nil {
			return err
		}
		b.unmatched = append(b.unmatched, found.Items...)
		b.positions, err = r.Positions.List(ctx, ports.PositionsByAccount)
		return err
	})
	stops, err := w.store.WatchedStops(context.Background(), domain.OrderID{}, len(b.orders))
	if err != nil {
		panic(err)
	}
	b.stops = stops
	return b
}

// place is where a ticket stands.
type place struct {
	account domain.BrokerAccountID
	symbol  domain.Symbol
	seq     int64
}

// lanes gives the tickets of each lane, by their place.
func (b books) lanes() map[place][]domain.Ticket {
	lanes := map[place][]domain.Ticket{}
	for _, s := range b.signals {
		for _, t := range s.Tickets {
			lane := place{t.BrokerAccountID, t.Symbol, 0}
			lanes[lane] = append(lanes[lane], t)
		}
	}
	for _, tickets := range lanes {
		slices.SortFunc(tickets, func(a, b domain.Ticket) int { return cmp.Compare(a.LaneSeq, b.LaneSeq) })
	}
	return lanes
}

// isFinal does not ask the domain which states are.
func isFinal(s domain.State) bool {
	return s == "done" || s == "refused" || s == "expired" || s == "superseded"
}

// stuck tells which lanes stand still for no reason that is written down.
func (b books) stuck() (wrong []string) {
	for lane, tickets := range b.lanes() {
		for _, t := range tickets {
			if t.State == "needs_review" {
				break // all behind it wait for a person
			}
			if !isFinal(t.State) {
				wrong = append(wrong, fmt.Sprintf("stuck: ticket %s, place %d of lane %s, is %s", short(t.ID.String()), t.LaneSeq, lane.symbol, t.State))
				break
			}
		}
	}
	return wrong
}

// overtaken tells what was taken up in a lane behind a ticket that a person has
// to review.
func (b books) overtaken() (wrong []string) {
	for lane, tickets := range b.lanes() {
		waits := false
		for _, t := range tickets {
			if waits && t.State != "queued" {
				wrong = append(wrong, fmt.Sprintf("overtaken: ticket %s, place %d of lane %s, is %s behind a review", short(t.ID.String()), t.LaneSeq, lane.symbol, t.State))
			}
			waits = waits || t.State == "needs_review"
		}
	}
	return wrong
}

// alarms tells of orders that were found at a venue without a row: here nothing
// is ever forgotten.
func (b books) alarms() (wrong []string) {
	for _, o := range b.unmatched {
		wrong = append(wrong, fmt.Sprintf("alarm: order %s, %s at the venue, has no row", short(o.ClientOrderID), o.BrokerOrderID))
	}
	return wrong
}

func (w *world) atRest() bool {
	b := w.read()
	if len(b.stuck()) > 0 {
		return false
	}
	for _, o := range b.orders {
		if o.Submission() == "acknowledged" && o.Status() != "filled" && o.Status() != "canceled" {
			return false
		}
	}
	return len(w.judgeStops(b))+len(w.judgeBare(b)) == 0
}

// judgeAll is the oracle. It knows the alerts that were answered, what the
// venues took and what the store says, and no rule of the product.
func (w *world) judgeAll() (wrong []string) {
	b := w.read()
	wrong = append(wrong, w.breaches...)
	wrong = append(wrong, w.judgeAlerts(b)...)
	wrong = append(wrong, b.stuck()...)
	wrong = append(wrong, b.overtaken()...)
	wrong = append(wrong, b.alarms()...)
	wrong = append(wrong, w.judgeTickets(b)...)
	wrong = append(wrong, w.judgeVenues(b)...)
	wrong = append(wrong, w.judgeOrder(b)...)
	wrong = append(wrong, w.judgePositions(b)...)
	wrong = append(wrong, w.judgeStops(b)...)
	wrong = append(wrong, w.judgeStopExits(b)...)
	wrong = append(wrong, w.judgeBare(b)...)
	w.count(b)
	slices.Sort(wrong)
	return wrong
}

// judgeAlerts: an alert that was acknowledged is there, once.
func (w *world) judgeAlerts(b books) (wrong []string) {
	stored, byID := map[string]int{}, map[domain.SignalID]string{}
	for _, s := range b.signals {
		stored[string(s.Payload)]++
		byID[s.ID] = string(s.Payload)
	}
	sent, acknowledged := map[string]int{}, map[string]int{}
	for _, a := range w.alerts {
		sent[a.body]++
		if a.wrong != nil {
			wrong = append(wrong, fmt.Sprintf("alert %d was answered %v", a.number, a.wrong))
		}
		if !a.acknowledged {
			continue
		}
		acknowledged[a.body]++
		if len(a.signals) == 0 {
			wrong = append(wrong, fmt.Sprintf("lost: alert %d was acknowledged without a signal", a.number))
		}
		for _, id := range a.signals {
			if byID[id] != a.body {
				wrong = append(wrong, fmt.Sprintf("lost: alert %d was acknowledged with signal %s, which is not there for it", a.number, short(id.String())))
			}
		}
	}
	for body, n := range sent {
		if stored[body] < acknowledged[body] {
			wrong = append(wrong, fmt.Sprintf("lost: %d signals for %d acknowledged alerts %s", stored[body], acknowledged[body], body))
		}
		if stored[body] > n {
			wrong = append(wrong, fmt.Sprintf("doubled: %d signals for %d alerts %s", stored[body], n, body))
		}
	}
	return wrong
}

// judgeTickets: places have no gap, and what ended says why.
func (w *world) judgeTickets(b books) (wrong []string) {
	taken := map[domain.TicketID]int{}
	for _, o := range b.orders {
		if w.takenAs(o.Terms().ClientOrderID) != nil {
			taken[o.Terms().TicketID]++
		}
	}
	for lane, tickets := range b.lanes() {
		for i, t := range tickets {
			if t.LaneSeq != int64(i+1) {
				wrong = append(wrong, fmt.Sprintf("lane %s has place %d where %d belongs", lane.symbol, t.LaneSeq, i+1))
			}
			switch t.State { //nolint:exhaustive // the others are not over
			case "refused", "expired", "superseded", "needs_review":
				if len(t.Reasons) == 0 {
					wrong = append(wrong, fmt.Sprintf("lost: ticket %s is %s and nothing says why", short(t.ID.String()), t.State))
				}
			}
		}
	}
	for _, s := range b.signals {
		if len(s.Tickets) == 0 && len(s.Reasons) == 0 {
			wrong = append(wrong, fmt.Sprintf("lost: signal %s has no ticket and nothing says why", short(s.ID.String())))
		}
		for _, t := range s.Tickets {
			if t.State == "done" && s.Intent.Action != "cancel" && taken[t.ID] == 0 {
				wrong = append(wrong, fmt.Sprintf("lost: ticket %s is done and no broker has an order of it", short(t.ID.String())))
			}
		}
	}
	return wrong
}

// takenAs gives the first order any venue took under an id.
func (w *world) takenAs(clientOrderID string) *taken {
	for _, v := range w.venues {
		for _, o := range v.taken {
			if o.clientOrderID == clientOrderID {
				return o
			}
		}
	}
	return nil
}

// step names what may become one order at most.
type step struct {
	ticket domain.TicketID
	number int
}

// judgeVenues: what venues took was written down, and was taken once; the books
// say of it what the venue says. What a person has to review says nothing.
func (w *world) judgeVenues(b books) (wrong []string) {
	byID, perStep, ids := map[string]*domain.Order{}, map[step]int{}, map[string]int{}
	for _, o := range b.orders {
		byID[o.Terms().ClientOrderID] = o
	}
	for _, v := range w.venues {
		for _, o := range v.taken {
			ids[o.clientOrderID]++
			if ids[o.clientOrderID] == 2 {
				wrong = append(wrong, fmt.Sprintf("doubled: %s took order %s twice", v.kind, short(o.clientOrderID)))
			}
			known := byID[o.clientOrderID]
			if known == nil {
				wrong = append(wrong, fmt.Sprintf("%s has order %s, which is not written down", v.kind, short(o.clientOrderID)))
				continue
			}
			t := known.Terms()
			perStep[step{t.TicketID, t.Step}]++
			if perStep[step{t.TicketID, t.Step}] == 2 && ids[o.clientOrderID] == 1 {
				wrong = append(wrong, fmt.Sprintf("doubled: step %d of ticket %s has two orders at %s", t.Step, short(t.TicketID.String()), v.kind))
			}
			wrong = append(wrong, v.judge(known, o)...)
		}
		wrong = append(wrong, w.judgeFollowers(v, byID)...)
	}
	for _, o := range b.orders {
		if o.Submission() == "acknowledged" && ids[o.Terms().ClientOrderID] == 0 {
			wrong = append(wrong, fmt.Sprintf("order %s is acknowledged and nobody has it", short(o.Terms().ClientOrderID)))
		}
	}
	return wrong
}

// judge holds an order of the books against the one the venue took.
func (v *venue) judge(known *domain.Order, o *taken) (wrong []string) {
	if known.Submission() == "needs_review" && v.lookup == ports.LookupNone {
		return nil
	}
	if known.Submission() != "acknowledged" {
		wrong = append(wrong, fmt.Sprintf("%s has order %s, which is %s by the books", v.kind, short(o.clientOrderID), known.Submission()))
	}
	_, filled := o.executed(time.Now())
	if got := known.FilledQuantity().String(); got != strconv.FormatInt(filled, 10) {
		wrong = append(wrong, fmt.Sprintf("order %s filled %s by the books, %d by %s", short(o.clientOrderID), got, filled, v.kind))
	}
	return wrong
}

// judgeFollowers: the entry of a reversal is sent once its exit is filled, and
// what protects an entry, or takes it back, once that is over, for what it filled.
func (w *world) judgeFollowers(v *venue, byID map[string]*domain.Order) (wrong []string) {
	exits, entries, entered := map[domain.TicketID]*taken{}, map[domain.TicketID]*taken{}, map[domain.TicketID]int{}
	protecting := map[domain.TicketID]*domain.Order{}
	for _, o := range byID {
		if o.Terms().Step == 1 && o.Terms().ParentID != nil {
			protecting[o.Terms().TicketID] = o
		}
	}
	for _, o := range v.taken {
		known := byID[o.clientOrderID]
		if known != nil && known.Terms().Step == 1 {
			exits[known.Terms().TicketID] = o
		}
		if known != nil && known.Terms().Class == "oto" && known.Terms().ParentID == nil {
			entries[known.Terms().TicketID], entered[known.Terms().TicketID] = o, known.Terms().Step
		}
	}
	for _, f := range v.firsts {
		known := byID[f.clientOrderID]
		if known == nil || known.Terms().Step == 1 {
			continue
		}
		if entry := entries[known.Terms().TicketID]; entry != nil && known.Terms().Step > entered[known.Terms().TicketID] {
			w.stats.Protected++
			_, filled := entry.executed(f.at)
			if quantity := known.Terms().Quantity; !entry.over(f.at) || quantity.Decimal().IntPart() > filled {
				wrong = append(wrong, fmt.Sprintf("misordered: order %s for %s reached %s when its entry had filled %d of %d",
					short(f.clientOrderID), quantity, v.kind, filled, entry.quantity))
			}
			continue
		}
		if refused := protecting[known.Terms().TicketID]; refused != nil {
			wrong = append(wrong, judgeInstead(v, refused, known, f, byID)...)
			continue
		}
		if known.Terms().ParentID != nil {
			wrong = append(wrong, judgeRestored(v, exits[known.Terms().TicketID], known, f, byID)...)
			continue
		}
		w.stats.Reversals++
		exit := exits[known.Terms().TicketID]
		if exit == nil {
			wrong = append(wrong, fmt.Sprintf("misordered: order %s follows an exit that %s does not have", short(f.clientOrderID), v.kind))
			continue
		}
		if _, filled := exit.executed(f.at); filled < exit.quantity {
			wrong = append(wrong, fmt.Sprintf("misordered: order %s reached %s when its exit had filled %d of %d",
				short(f.clientOrderID), v.kind, filled, exit.quantity))
		}
	}
	return wrong
}

// judgeRestored: what an exit had ended of a position's protection is put back
// once the exit is over, and for no more than its webhook holds then.
func judgeRestored(v *venue, exit *taken, known *domain.Order, f first, byID map[string]*domain.Order) []string {
	if exit == nil {
		return nil // it never got there, so all is left
	}
	held := v.heldBefore(f, known, byID)
	if quantity := known.Terms().Quantity.Decimal().IntPart(); exit.over(f.at) && quantity <= max(held, -held) {
		return nil
	}
	_, filled := exit.executed(f.at)
	return []string{fmt.Sprintf("misordered: order %s for %s, which is put back, reached %s when the exit had filled %d of %d and left %d",
		short(f.clientOrderID), known.Terms().Quantity, v.kind, filled, exit.quantity, held)}
}

// judgeInstead: what was found without its stop order is exited where a new one is
// refused, and no more than its webhook holds then.
func judgeInstead(v *venue, refused, known *domain.Order, f first, byID map[string]*domain.Order) []string {
	held := v.heldBefore(f, known, byID)
	if refused.Submission() == "refused" && known.Terms().Quantity.Decimal().IntPart() <= max(held, -held) {
		return nil
	}
	return []string{fmt.Sprintf("misordered: order %s for %s, which exits what is bare, reached %s when %d was held and its stop order was %s",
		short(f.clientOrderID), known.Terms().Quantity, v.kind, held, refused.Submission())}
}

// heldBefore is what an order's webhook held when that first reached the venue.
func (v *venue) heldBefore(f first, known *domain.Order, byID map[string]*domain.Order) (held int64) {
	for _, o := range v.taken[:f.after] {
		other := byID[o.clientOrderID]
		if other != nil && o.account == f.account && o.symbol == f.symbol && sameHook(other, known) {
			_, filled := o.executed(f.at)
			held += o.sign * filled
		}
	}
	return held
}

func sameHook(a, b *domain.Order) bool {
	x, y := a.Terms().WebhookConfigID, b.Terms().WebhookConfigID
	return x != nil && y != nil && *x == *y
}

// judgeOrder: per lane, orders first reach their venue in the order of the
// tickets; and none that opens a position does so long after its time.
func (w *world) judgeOrder(b books) (wrong []string) {
	tickets, received := map[domain.TicketID]domain.Ticket{}, map[domain.TicketID]time.Time{}
	for _, s := range b.signals {
		for _, t := range s.Tickets {
			tickets[t.ID], received[t.ID] = t, s.ReceivedAt
		}
	}
	of, opens := map[string]domain.TicketID{}, map[string]bool{}
	for _, o := range b.orders {
		of[o.Terms().ClientOrderID] = o.Terms().TicketID
	}
	for _, v := range w.venues {
		w.opening(v, opens, b)
		last := map[place]int64{}
		for _, f := range v.firsts {
			t, ok := tickets[of[f.clientOrderID]]
			if !ok {
				continue // said above
			}
			lane := place{f.account, f.symbol, 0}
			if t.LaneSeq < last[lane] {
				wrong = append(wrong, fmt.Sprintf("misordered: order %s of place %d reached %s after one of place %d",
					short(f.clientOrderID), t.LaneSeq, v.kind, last[lane]))
			}
			last[lane] = max(last[lane], t.LaneSeq)
		}
		for _, o := range v.taken {
			if age := o.at.Sub(received[of[o.clientOrderID]]); opens[o.clientOrderID] && age > staleAfter+v.expiry {
				wrong = append(wrong, fmt.Sprintf("stale: order %s opened a position %s after its alert", short(o.clientOrderID), age))
			}
		}
	}
	return wrong
}

// staleAfter is the limit of an entry, and what a pause and the clocks may add
// between the judgement and the broker. What is on its way then may be as long
// underway as the venue takes it.
const staleAfter = domain.DefaultEntrySeconds*time.Second + sendTimeout + 2*maxSkew + time.Second

// opening marks the orders that built on what their webhook held, by what the
// venue had filled when it took them.
func (w *world) opening(v *venue, opens map[string]bool, b books) {
	hooks := map[string]domain.WebhookConfigID{}
	for _, o := range b.orders {
		if id := o.Terms().WebhookConfigID; id != nil {
			hooks[o.Terms().ClientOrderID] = *id
		}
	}
	for i, o := range v.taken {
		var held int64
		for _, other := range v.taken[:i] {
			if other.account == o.account && other.symbol == o.symbol && hooks[other.clientOrderID] == hooks[o.clientOrderID] {
				_, filled := other.executed(o.at)
				held += other.sign * filled
			}
		}
		opens[o.clientOrderID] = held*o.sign >= 0
	}
}

// judgePositions: what the books hold is what the venues filled, but for what a
// person has to review.
func (w *world) judgePositions(b books) (wrong []string) {
	review := map[string]bool{}
	for _, o := range b.orders {
		review[o.Terms().ClientOrderID] = o.Submission() == "needs_review"
	}
	held := map[place]int64{}
	for _, v := range w.venues {
		for _, o := range v.taken {
			if !review[o.clientOrderID] {
				_, filled := o.executed(time.Now())
				held[place{o.account, o.symbol, 0}] += o.sign * filled
			}
		}
	}
	booked := map[place]string{}
	for _, p := range b.positions {
		booked[place{p.BrokerAccountID, p.Symbol, 0}] = p.Position.Quantity.String()
	}
	for at, quantity := range held {
		if got := cmp.Or(booked[at], "0"); got != strconv.FormatInt(quantity, 10) {
			wrong = append(wrong, fmt.Sprintf("position in %s is %s by the books, %d by the broker", at.symbol, got, quantity))
		}
	}
	return wrong
}

func (w *world) count(b books) {
	w.stats.Alerts, w.stats.Signals = len(w.alerts), len(b.signals)
	for _, a := range w.alerts {
		if a.acknowledged {
			w.stats.Acknowledged++
		}
		if a.duplicate {
			w.stats.Duplicated++
		}
	}
	for _, s := range b.signals {
		w.stats.Tickets += len(s.Tickets)
		for _, t := range s.Tickets {
			if t.State == "needs_review" {
				w.stats.Reviews++
			}
		}
	}
}
