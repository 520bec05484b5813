package simulation_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// world is everything there is in one run.
type world struct {
	*scheduler
	store    *memory.Store
	ids      ports.IDs
	who      domain.Principal
	venues   map[domain.BrokerKind]*venue
	accounts []*domain.BrokerAccount
	hooks    []*hook
	alerts   []*alert
	lastPost time.Time
	sending  int
	slots    []*process
	// processes are all there ever were.
	processes []*process
	runs      []int
	running   sync.WaitGroup
	// epochs are the latest claims of the lanes, breaches what was decided under
	// an older one.
	epochs   map[int64]int64
	breaches []string
	sabotage sabotage
}

// verdict is what is known about a run once it is over.
type verdict struct {
	seed   uint64
	wrong  []string
	digest uint64
	last   []string
	totals totals
}

// totals count what happened.
type totals struct {
	Seeds, Alerts, Posts, Acknowledged, Duplicated, Signals, Tickets, Orders, Reversals, Protected, Reordered, Reviews int
	Halts, Kills, Stops, Pauses, Failures, LostAnswers, Delays, Outages                                                int
	LostOrders, LostReplies, LateOrders, Refusals, Duplicates, OldReports, Cancels, Seconds                            int
	Quotes, Reached                                                                                                    int
}

// simulate runs the world of a seed to its end, sabotaged in a way or none.
func simulate(t *testing.T, seed uint64, s sabotage) verdict {
	v := verdict{seed: seed}
	synctest.Test(t, func(*testing.T) {
		w := newWorld(seed, &v.totals)
		w.sabotage = s
		w.live()
		v.wrong = w.judgeAll()
		v.digest, v.last = w.trace.digest, w.trace.lines
	})
	return v
}

func newWorld(seed uint64, stats *totals) *world {
	ids := memory.NewSequentialIDs()
	w := &world{
		scheduler: newScheduler(seed, stats), ids: ids, venues: map[domain.BrokerKind]*venue{}, epochs: map[int64]int64{},
		store: memory.NewStore(system.NewClock(), ids), lastPost: time.Now(),
	}
	w.trace.start = time.Now()
	w.stats.Seeds = 1
	w.rate = []int{0, 5, 15, 40, 80}[w.draw(5)]
	w.who = domain.Principal{UserID: domain.UserID{UUID: ids.New()}}
	all := classes()
	w.open(all[seed%uint64(len(all))])
	w.open(all[seed/uint64(len(all))%uint64(len(all))])
	one := domain.MustQuantity("1")
	first, second := domain.Route{BrokerAccountID: w.accounts[0].ID(), Multiplier: one}, domain.Route{BrokerAccountID: w.accounts[1].ID(), Multiplier: one}
	w.hook(first)
	w.hook(second)
	w.hook(first, second)
	w.slots = make([]*process, 2+w.draw(2))
	w.runs = make([]int, len(w.slots))
	return w
}

// open gives the user an account at a venue of the class.
func (w *world) open(c class) {
	if w.venues[c.kind()] == nil {
		w.venues[c.kind()] = newVenue(w, c)
	}
	account := domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: w.ids.New()}, UserID: w.who.UserID, Name: "account", Kind: c.kind(),
		CreatedAt: time.Now().UTC(), UpdatedAt: time.Now().UTC(), Version: 1,
	})
	w.accounts = append(w.accounts, account)
	w.do(func(ctx context.Context, r ports.Repositories) error { return r.BrokerAccounts.Add(ctx, account) })
}

func (w *world) hook(routes ...domain.Route) {
	h := &hook{token: "token " + strconv.Itoa(len(w.hooks))}
	rules := domain.DefaultWebhookRules()
	rules.Routes = routes
	rules.Protection.OnRefusedLeg = domain.LegRefusals()[w.draw(2)]
	if len(w.hooks)%2 == 1 {
		h.stands = map[string]int{}
		rules.Chain = domain.ChainRule{OnBreak: domain.ChainBreaks()[w.draw(len(domain.ChainBreaks()))], HoldSeconds: 15}
	}
	var err error
	h.config, err = domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
		ID: domain.WebhookConfigID{UUID: w.ids.New()}, UserID: w.who.UserID, Name: "hook", Rules: rules, CreatedAt: time.Now().UTC(),
	})
	if err != nil {
		panic(err)
	}
	w.hooks = append(w.hooks, h)
	w.do(func(ctx context.Context, r ports.Repositories) error {
		return r.WebhookConfigs.Add(ctx, h.config, sha256.Sum256([]byte(h.token)))
	})
}

// do reads or writes the store directly, as no process does.
func (w *world) do(fn func(context.Context, ports.Repositories) error) {
	if err := w.store.Do(context.Background(), w.who, fn); err != nil {
		panic(err)
	}
}

// The length of a life.
const (
	faultsLast  = 20 * time.Second
	drainsMost  = 10 * time.Minute
	looksEvery  = 5 * time.Second
	reviewsLast = 70 * time.Second
)

// live runs the world: while faults happen, then in calm until nothing is left
// to do, then to the end of every process.
func (w *world) live() {
	for slot := range w.slots {
		w.start(slot)
	}
	w.planAlerts()
	for _, account := range w.accounts {
		if v := w.venues[account.Kind()]; v.moves == nil {
			v.planMoves(time.Until(w.lastPost) + time.Second)
		}
	}
	if w.rate > 0 {
		w.planTrouble()
	}
	faultsEnd := w.lastPost.Add(faultsLast)
	w.run(faultsEnd, func() bool { return false })
	w.becomeCalm()
	calmSince, back := time.Now(), time.Now()
	for _, v := range w.venues {
		if v.away.After(back) {
			back = v.away // what waits for a review is looked at once more after that
		}
	}
	look := calmSince
	w.run(calmSince.Add(drainsMost), func() bool {
		if time.Now().Before(look) {
			return false
		}
		look = time.Now().Add(looksEvery)
		return w.sending == 0 && time.Since(back) > reviewsLast && w.atRest()
	})
	w.stats.Seconds = int(time.Since(w.trace.start) / time.Second)
	w.end()
}

// planTrouble draws what happens to whole processes and venues.
func (w *world) planTrouble() {
	length := time.Until(w.lastPost) + time.Second
	for range w.draw(4) {
		w.in(w.within(0, length), "a pause", func() { w.pause(w.within(time.Second, 3*lease)) })
	}
	for range w.draw(3) {
		w.in(w.within(0, length), "a kill", func() {
			if p := w.serving(w.draw(len(w.slots))); p != nil {
				w.kill(p)
			}
		})
	}
	for range w.draw(3) {
		w.in(w.within(0, length), "an orderly stop", func() {
			if p := w.serving(w.draw(len(w.slots))); p != nil {
				w.stop(p)
			}
		})
	}
	if w.draw(4) == 0 {
		v := w.venues[w.accounts[w.draw(2)].Kind()]
		w.in(w.within(0, length), "a broker goes away", func() {
			w.stats.Outages++
			v.away = time.Now().Add(w.within(5*time.Second, 120*time.Second))
		})
	}
	w.planHalts(length)
}

func (w *world) pause(d time.Duration) {
	if p := w.serving(w.draw(len(w.slots))); p != nil {
		w.stats.Pauses++
		w.trace.add("%s is paused for %s", p.title(), d)
		p.pausedUntil = time.Now().Add(d)
	}
}

// becomeCalm ends the faults; a broker that is away stays away for its time.
func (w *world) becomeCalm() {
	w.calm = true
	w.trace.add("calm from here on")
}

// end stops every process and waits until nothing of it runs.
func (w *world) end() {
	if w.restless() {
		w.breaches = append(w.breaches, fmt.Sprintf("restless: more than %d calls", callsMost))
	}
	w.ending = true
	over := make(chan struct{})
	clear(w.slots)
	for _, p := range w.processes {
		if w.restless() {
			w.kill(p)
		}
		p.cancel()
	}
	w.events = nil
	go func() {
		w.running.Wait()
		close(over)
	}()
	w.run(time.Now().Add(time.Minute), func() bool {
		select {
		case <-over:
			return true
		default:
			return false
		}
	})
	select {
	case <-over:
	default:
		panic(fmt.Sprintf("seed %d: goroutines outlive their process", w.stats.Seeds))
	}
}
