package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// traffic posts alerts, each another, and keeps what it was answered. What got
// no answer is posted again, as a sender would.
type traffic struct {
	hook string

	mu      sync.Mutex
	posted  int
	signals map[int]string // of each alert that has got its 200
	lost    []int          // alerts that have got no answer so far
}

// Posters of one traffic, and symbols its alerts are spread over. Buys and sells
// never meet in a symbol, so that every alert comes to one order.
const (
	trafficPosters = 8
	trafficSymbols = 6
)

func newTraffic(hook string) *traffic { return &traffic{hook: hook, signals: map[int]string{}} }

func trafficAlert(n int) string {
	action := "buy"
	if n%2 == 1 {
		action = "sell"
	}
	return fmt.Sprintf(`{"id":"%d","ticker":"SYM%d","action":"%s","quantity":"%d","price":"10"}`, n, n%trafficSymbols, action, 1+n%7)
}

// flow posts to a server until its answers fail to come. Once so many alerts are
// answered it calls then, which ends the server, while others are on their way.
func (t *traffic) flow(ctx context.Context, s *server, many int, then func()) {
	GinkgoHelper()
	hook := s.at(t.hook)
	var answered atomic.Int64
	enough, over := make(chan struct{}), make(chan struct{})
	var posters sync.WaitGroup
	for range trafficPosters {
		posters.Go(func() {
			for t.post(ctx, hook, t.next()) {
				if answered.Add(1) == int64(many) {
					close(enough)
				}
			}
		})
	}
	go func() {
		defer close(over)
		posters.Wait()
	}()
	select {
	case <-enough:
		then()
		<-over
	case <-over:
		Fail("alerts got no answers though nothing had happened to the server:\n" + s.log())
	}
}

func (t *traffic) next() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.posted++
	return t.posted
}

// post reports whether an alert got its 200.
func (t *traffic) post(ctx context.Context, hook string, n int) bool {
	a, err := alert(ctx, hook, trafficAlert(n))
	var said hookAnswer
	ok := err == nil && a.status == http.StatusOK && json.Unmarshal(a.body, &said) == nil
	t.mu.Lock()
	defer t.mu.Unlock()
	if !ok {
		t.lost = append(t.lost, n)
		return false
	}
	t.signals[n] = said.SignalID
	return true
}

// resend posts what was lost again; all of it is answered now, as new or as a
// duplicate.
func (t *traffic) resend(ctx context.Context, s *server) {
	GinkgoHelper()
	lost := t.lost
	t.lost = nil
	for _, n := range lost {
		Expect(t.post(ctx, s.at(t.hook), n)).To(BeTrue(), "alert %d, sent again", n)
	}
}

// answers are the signals that were named in answers, one for every alert that
// was ever posted.
func (t *traffic) answers() []string {
	GinkgoHelper()
	Expect(t.signals).To(HaveLen(t.posted))
	var signals []string
	for _, id := range t.signals {
		signals = append(signals, id)
	}
	return signals
}
