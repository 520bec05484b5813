package app_test

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// happening is one line of a random history.
type happening struct {
	fault  string
	config int
	body   string
}

func happenings() *rapid.Generator[happening] {
	return rapid.Custom(func(r *rapid.T) happening {
		symbol := rapid.SampledFrom([]string{"AAPL", "MSFT"}).Draw(r, "symbol")
		quantity := rapid.IntRange(1, 5).Draw(r, "quantity")
		bodies := map[string]string{
			"buy":     fmt.Sprintf(`"action":"buy","quantity":"%d"`, quantity),
			"sell":    fmt.Sprintf(`"action":"sell","quantity":"%d"`, quantity),
			"exit":    `"action":"exit"`,
			"reverse": fmt.Sprintf(`"action":"sell","sentiment":"short","quantity":"%d"`, quantity),
			"long":    fmt.Sprintf(`"action":"buy","sentiment":"long","quantity":"%d"`, quantity),
			"flat":    `"action":"sell","sentiment":"flat"`,
		}
		action := rapid.SampledFrom([]string{"buy", "sell", "exit", "reverse", "long", "flat"}).Draw(r, "action")
		return happening{
			fault:  rapid.SampledFrom([]string{"", "", "lost reply", "lost order", "unreachable", "rejected", "late to see"}).Draw(r, "fault"),
			config: rapid.IntRange(0, 1).Draw(r, "config"),
			body:   fmt.Sprintf(`{"ticker":"%s","price":"100",%s}`, symbol, bodies[action]),
		}
	})
}

func (t *trader) befall(fault string) {
	switch fault {
	case "lost reply":
		t.script.LoseReplyNext()
	case "lost order":
		t.script.UnknownNotPlacedNext()
	case "unreachable":
		t.script.FailBeforeNext()
	case "rejected":
		t.script.RejectNext("no")
	case "late to see":
		t.script.DelayVisibility(1)
		t.script.LoseReplyNext()
	}
}

var _ = Describe("Intake and executor", func() {
	It("keep the books equal to the broker's, whatever arrives and whatever breaks", func(ctx SpecContext) {
		rapid.Check(GinkgoTB(), func(r *rapid.T) {
			s, clock := inMemory()
			t := tenant(ctx, s, clock)
			stop := running(t.intake.Run)
			defer stop()
			hooks := []ports.IssuedWebhook{t.hook(ctx), t.hook(ctx)}
			t.venue.declare(func(c *ports.Capabilities) { c.VisibleWithin = time.Second })

			history := rapid.SliceOfN(happenings(), 1, 12).Draw(r, "history")
			for i, h := range history {
				t.befall(h.fault)
				body := fmt.Sprintf(`%s,"extras":{"n":%d}}`, h.body[:len(h.body)-1], i)
				t.send(ctx, hooks[h.config], body)
				if rapid.Bool().Draw(r, "execute") {
					t.settle(ctx)
				}
			}
			for range 6 * len(history) {
				t.later(ctx, 2*time.Second)
			}
			t.checkLaws(ctx, len(history))
		})
	})
})

// checkLaws expects what holds once everything has come to rest.
func (t *trader) checkLaws(ctx context.Context, signals int) {
	GinkgoHelper()
	all := t.signals(ctx)
	Expect(all).To(HaveLen(signals))
	placeOf := map[domain.TicketID]int64{}
	for _, s := range all {
		for _, ticket := range s.Tickets {
			Expect(ticket.State.IsFinal()).To(BeTrue(), "%s is %s", ticket.ID, ticket.State)
			placeOf[ticket.ID] = ticket.LaneSeq
		}
	}
	steps := map[string]bool{}
	places := map[domain.Symbol]int64{}
	known := map[string]bool{}
	for _, o := range t.orders(ctx) {
		terms := o.Terms()
		step := fmt.Sprint(terms.TicketID, terms.Step)
		Expect(steps).NotTo(HaveKey(step), "one order a ticket and step")
		steps[step] = true
		known[terms.ClientOrderID] = true
		Expect(placeOf[terms.TicketID]).To(BeNumerically(">=", places[terms.Symbol]), "lanes run in order")
		places[terms.Symbol] = placeOf[terms.TicketID]
		t.checkAtBroker(ctx, o)
	}
	for _, id := range t.venue.sent() {
		Expect(known).To(HaveKey(id), "nothing is sent that is not written down")
	}
	for _, symbol := range []domain.Symbol{"AAPL", "MSFT"} {
		Expect(t.booked(ctx, ports.PositionsByAccount, symbol)).To(Equal(t.held(ctx, symbol)), "%s by the account", symbol)
		Expect(t.booked(ctx, ports.PositionsByWebhook, symbol)).To(Equal(t.held(ctx, symbol)), "%s by the configs", symbol)
	}
}

// checkAtBroker expects the broker to say of an order what we say.
func (t *trader) checkAtBroker(ctx context.Context, o *domain.Order) {
	GinkgoHelper()
	report, err := t.paper.ByClientOrderID(ctx, t.account, o.Terms().ClientOrderID)
	if o.Submission() != domain.SubmissionAcknowledged {
		Expect(err).To(MatchError(domain.KindNotFound), "an order that is %s", o.Submission())
		return
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(report.Status).To(Equal(o.Status()))
}
