package simulation_test

import (
	"context"
	"fmt"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// alert is one thing a sender wants done, and what it was answered.
type alert struct {
	number int
	hook   *hook
	body   string
	at     time.Time
	// acknowledged is set by an answer of 2xx; signals are what it named.
	acknowledged bool
	duplicate    bool
	signals      []domain.SignalID
	// wrong is an answer that no alert of ours may get.
	wrong error
}

// hook is a webhook with the token of its URL.
type hook struct {
	token  string
	config *domain.WebhookConfig
	// stands is where its strategy stands in each symbol; nil for alerts that do
	// not say.
	stands map[string]int
}

// How TradingView sends: it hangs up after 3 s, and posts again 5 s after a 5xx,
// three times. Ours does so after a connection that broke as well.
const (
	patience  = 3 * time.Second
	sendsMost = 4
	resendsIn = 5 * time.Second
)

// plan draws what is posted, and when.
func (w *world) planAlerts() {
	at := time.Now()
	for n := range 6 + w.draw(12) {
		at = at.Add(w.within(time.Millisecond, 8*time.Second))
		if w.draw(3) == 0 {
			at = w.lastPost
		}
		h := w.hooks[w.draw(len(w.hooks))]
		w.post(&alert{number: n, hook: h, body: w.body(n, h), at: at})
	}
	if w.draw(4) == 0 {
		// The same words again, once the window of the first is long over.
		again := *w.alerts[w.draw(len(w.alerts))]
		again.number, again.at = len(w.alerts), again.at.Add(140*time.Second)
		w.post(&again)
	}
}

func (w *world) body(n int, h *hook) string {
	symbol := []string{"AAPL", "MSFT"}[w.draw(2)]
	if h.stands != nil {
		return w.strategyBody(n, h, symbol)
	}
	quantity := 1 + w.draw(5)
	wants := []string{
		`"action":"buy","quantity":"%d"`,
		`"action":"sell","quantity":"%d"`,
		`"action":"buy","sentiment":"long","quantity":"%d"`,
		`"action":"sell","sentiment":"short","quantity":"%d"`,
		`"action":"sell","sentiment":"short","quantity":"%d"`,
	}
	want := `"action":"exit"`
	switch w.draw(8) {
	case 0, 1:
		want += fmt.Sprintf(`,"quantity":"%d"`, quantity)
	case 2:
		want += `,"orderType":"limit","limitPrice":"100"`
	}
	switch i := w.draw(len(wants) + 3); {
	case i < len(wants):
		want = fmt.Sprintf(wants[i], quantity)
	case i == len(wants):
		want = `"action":"sell","sentiment":"flat"`
	case i == len(wants)+1:
		want = `"action":"cancel"`
	}
	switch w.draw(12) {
	case 0, 1, 2:
		want += `,"stopLoss":{"percent":5}`
	case 3:
		want += `,"stopLoss":{"percent":5},"takeProfit":{"percent":5}`
	}
	return fmt.Sprintf(`{"ticker":"%s","price":"100",%s,"extras":{"n":%d}}`, symbol, want, n)
}

// strategyBody is an alert that says where its strategy came from. Now and then
// the one before it is never sent.
func (w *world) strategyBody(n int, h *hook, symbol string) string {
	if w.draw(8) == 0 {
		h.stands[symbol] = w.draw(9) - 4
	}
	from, to := h.stands[symbol], w.draw(9)-4
	if w.draw(3) == 0 {
		to = 0
	}
	h.stands[symbol] = to
	action := "buy"
	if to < from {
		action = "sell"
	}
	side := func(position int) string {
		switch {
		case position > 0:
			return "long"
		case position < 0:
			return "short"
		}
		return "flat"
	}
	size := func(position int) int { return max(position, -position) }
	return fmt.Sprintf(`{"ticker":"%s","price":"100","action":"%s","quantity":"%d","prev_market_position":"%s","prev_market_position_size":"%d",`+
		`"market_position":"%s","market_position_size":"%d","extras":{"n":%d}}`,
		symbol, action, size(to-from), side(from), size(from), side(to), size(to), n)
}

// post sends an alert when its time comes, and again until it is answered.
func (w *world) post(a *alert) {
	w.alerts = append(w.alerts, a)
	if a.at.After(w.lastPost) {
		w.lastPost = a.at
	}
	w.at(a.at, "", func() {
		w.sending++
		w.running.Go(func() {
			for n := range sendsMost {
				w.reach(nil, fmt.Sprintf("posts alert %d, time %d: %s", a.number, n+1, a.body))
				w.stats.Posts++
				receipt, err := w.try(a, n)
				w.reach(nil, fmt.Sprintf("hears of alert %d: %s", a.number, heard(receipt, err)))
				if a.hears(receipt, err) {
					break
				}
				<-time.After(resendsIn)
			}
			w.reach(nil, fmt.Sprintf("is done with alert %d", a.number))
			w.sending--
		})
	})
}

func heard(r ports.Receipt, err error) string {
	if err != nil {
		return string(domain.KindOf(err))
	}
	return string(r.Result)
}

// try posts once. What a process says after its sender hung up, or after it
// died, nobody hears.
func (w *world) try(a *alert, n int) (ports.Receipt, error) {
	p := w.serving(a.number + n)
	if p == nil {
		return ports.Receipt{}, notNow()
	}
	type answer struct {
		receipt ports.Receipt
		err     error
	}
	answers := make(chan answer, 1)
	w.running.Go(func() {
		receipt, err := p.intake.Receive(context.Background(), ports.Alert{Token: a.hook.token, Body: []byte(a.body), Source: "192.0.2.7"})
		answers <- answer{receipt, err}
	})
	hangsUp := time.NewTimer(patience)
	defer hangsUp.Stop()
	select {
	case got := <-answers:
		if p.dead {
			return ports.Receipt{}, notNow()
		}
		return got.receipt, got.err
	case <-hangsUp.C:
		return ports.Receipt{}, notNow()
	}
}

// serving gives a process that takes alerts.
func (w *world) serving(from int) *process {
	for i := range w.slots {
		if p := w.slots[(from+i)%len(w.slots)]; p != nil && !p.stopping {
			return p
		}
	}
	return nil
}

// hears notes an answer and reports whether it ends the sending.
func (a *alert) hears(r ports.Receipt, err error) bool {
	switch {
	case err == nil:
		a.acknowledged, a.signals = true, r.SignalIDs
		a.duplicate = r.Result == ports.ReceiptDuplicate
		return true
	case domain.KindOf(err) == domain.KindUnavailable:
		return false
	}
	a.wrong = err
	return true
}
