package app_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// moves writes the alert of a strategy that comes from one position and goes to
// another, both with their sign, as number n.
func moves(n int, action, quantity, from, to string) string {
	side := func(position string) (string, string) {
		size, short := strings.CutPrefix(position, "-")
		switch {
		case short:
			return "short", size
		case size == "0":
			return "flat", size
		}
		return "long", size
	}
	was, wasSize := side(from)
	is, isSize := side(to)
	return fmt.Sprintf(`{"ticker":"AAPL","action":%q,"quantity":%q,"price":"100","extras":{"n":%d},`+
		`"prev_market_position":%q,"prev_market_position_size":%q,"market_position":%q,"market_position_size":%q}`,
		action, quantity, n, was, wasSize, is, isSize)
}

var _ = Describe("A chain of alerts", func() {
	var t *trader
	BeforeEach(func(ctx SpecContext) { t = newTrader(ctx) })

	rule := func(on domain.ChainBreak) func(*domain.WebhookRules) {
		return func(r *domain.WebhookRules) { r.Chain.OnBreak = on }
	}
	ticket := func(ctx SpecContext, id domain.SignalID) domain.Ticket {
		GinkgoHelper()
		return t.signal(ctx, id).Tickets[0]
	}
	broken := func(ctx SpecContext, id domain.SignalID, verdict domain.Verdict, what string) {
		GinkgoHelper()
		Expect(ticket(ctx, id).Decisions).To(ContainElement(And(
			HaveField("Rule", "chain_break"), HaveField("Verdict", verdict), HaveField("Detail", ContainSubstring(what)))))
	}
	whole := func(ctx SpecContext, id domain.SignalID) {
		GinkgoHelper()
		Expect(ticket(ctx, id).Decisions).NotTo(ContainElement(HaveField("Rule", "chain_break")))
	}

	It("that hangs together is not broken, whatever became of its alerts", func(ctx SpecContext) {
		hook := t.hook(ctx, rule(domain.ChainHold), func(r *domain.WebhookRules) { r.Sides = []domain.Side{domain.SideBuy} })
		ids := []domain.SignalID{
			t.send(ctx, hook, moves(1, "buy", "10", "0", "10")),
			t.send(ctx, hook, moves(2, "sell", "15", "10", "-5")), // its entry is refused
			t.send(ctx, hook, moves(3, "buy", "8", "-5", "3")),
		}
		t.settle(ctx)
		for _, id := range ids {
			whole(ctx, id)
		}
		Expect(t.held(ctx, "AAPL")).To(Equal("3"))
	})

	DescribeTable("is judged in a preview as it will be", func(ctx SpecContext, on domain.ChainBreak, body, rule string, verdict domain.Verdict, target string) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Chain.OnBreak = on })
		t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
		t.settle(ctx)
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(body))
		Expect(err).NotTo(HaveOccurred())
		plan := preview.Intents[0].Routes[0].Plan
		Expect(plan.Decisions).To(ContainElement(And(HaveField("Rule", rule), HaveField("Verdict", verdict))))
		Expect(plan.Target.String()).To(Equal(target))
		Expect(t.orders(ctx)).To(HaveLen(1), "nothing is done")
	},
		Entry("where it hangs together", domain.ChainTarget, moves(2, "buy", "5", "10", "15"), "chain", domain.VerdictPass, "15"),
		Entry("executed as is", domain.ChainAsIs, moves(2, "buy", "5", "12", "17"), "chain_break", domain.VerdictNote, "17"),
		Entry("turned into its target", domain.ChainTarget, moves(2, "buy", "5", "12", "17"), "chain_break", domain.VerdictAdjust, "17"),
		Entry("held first", domain.ChainHold, moves(2, "buy", "5", "12", "17"), "chain_hold", domain.VerdictNote, "17"),
		Entry("an exit, which is not held", domain.ChainHold, moves(2, "sell", "4", "12", "8"), "chain_break", domain.VerdictAdjust, "8"),
	)

	It("of which nothing is known yet is not judged in a preview", func(ctx SpecContext) {
		hook := t.hook(ctx, rule(domain.ChainHold))
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(moves(1, "buy", "5", "12", "17")))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Intents[0].Routes[0].Plan.Decisions).NotTo(ContainElement(HaveField("Rule", HavePrefix("chain"))))
	})

	It("begins with the first alert, whatever that says, in each lane and for each webhook", func(ctx SpecContext) {
		hook, other := t.hook(ctx), t.hook(ctx)
		first := t.send(ctx, hook, moves(1, "buy", "5", "5", "10"))
		apart := t.send(ctx, other, moves(2, "buy", "5", "3", "8"))
		t.settle(ctx)
		whole(ctx, first)
		whole(ctx, apart)
	})

	It("is not broken by an alert again under another key, one that stays flat, or one that says nothing of it", func(ctx SpecContext) {
		hook := t.hook(ctx, rule(domain.ChainHold))
		t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
		again := t.send(ctx, hook, moves(2, "buy", "10", "0", "10"))
		silent := t.send(ctx, hook, `{"ticker":"AAPL","action":"sell","quantity":"2","price":"100"}`)
		unknown := t.send(ctx, hook, moves(3, "buy", "1", "7", "9"))
		t.settle(ctx)
		for _, id := range []domain.SignalID{again, silent, unknown} {
			whole(ctx, id)
		}
		Expect(t.held(ctx, "AAPL")).To(Equal("9"))
		stays := t.send(ctx, hook, moves(4, "sell", "1", "0", "0"))
		t.settle(ctx)
		whole(ctx, stays)
	})

	It("where it breaks is recorded, and the alert executed as is", func(ctx SpecContext) {
		hook := t.hook(ctx)
		t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
		t.settle(ctx)
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"4","price":"100","prev_market_position":"long",`+
			`"prev_market_position_size":"12","market_position":"long","market_position_size":"8"}`)
		t.settle(ctx)
		broken(ctx, id, domain.VerdictNote, "comes from 12 and its alert before led to 10: executed as is")
		Expect(t.held(ctx, "AAPL")).To(Equal("8"))
	})

	It("where it breaks turns the alert into its target, where the webhook says so", func(ctx SpecContext) {
		hook := t.hook(ctx, rule(domain.ChainTarget))
		t.send(ctx, hook, moves(1, "buy", "3", "0", "3"))
		t.settle(ctx)
		// As it is, an exit never enters.
		id := t.send(ctx, hook, moves(2, "exit", "4", "12", "8"))
		t.settle(ctx)
		broken(ctx, id, domain.VerdictAdjust, "the target is 8")
		Expect(t.held(ctx, "AAPL")).To(Equal("8"))
	})

	Context("where a break is held", func() {
		var hook ports.IssuedWebhook
		var late domain.SignalID
		BeforeEach(func(ctx SpecContext) {
			hook = t.hook(ctx, rule(domain.ChainHold))
			t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
			t.settle(ctx)
			late = t.send(ctx, hook, moves(3, "sell", "5", "0", "-5"))
			t.settle(ctx)
			Expect(ticket(ctx, late).State).To(Equal(domain.StateQueued))
		})
		sold := func(ctx SpecContext) []string { return sides(t.orders(ctx))[1:] }

		It("waits for the alert that is missing, which goes first", func(ctx SpecContext) {
			missing := t.send(ctx, hook, moves(2, "sell", "10", "10", "0"))
			t.later(ctx, 300*time.Millisecond)
			Expect(sold(ctx)).To(Equal([]string{"sell 10 filled", "sell 5 filled"}))
			Expect(t.held(ctx, "AAPL")).To(Equal("-5"))
			whole(ctx, late)
			whole(ctx, missing)
			Expect(ticket(ctx, missing).LaneSeq).To(BeEquivalentTo(2))
			Expect(ticket(ctx, late).LaneSeq).To(BeEquivalentTo(3))
			Expect(ticket(ctx, missing).Decisions).To(ContainElement(And(
				HaveField("Rule", "chain_order"), HaveField("Detail", ContainSubstring(late.String())))))
			next := t.send(ctx, hook, moves(4, "buy", "5", "-5", "0"))
			t.settle(ctx)
			whole(ctx, next)
		})

		It("goes on with its target when the time is over, also after a restart", func(ctx SpecContext) {
			t.later(ctx, 4*time.Second)
			Expect(ticket(ctx, late).State).To(Equal(domain.StateQueued))
			t.later(ctx, 2*time.Second)
			broken(ctx, late, domain.VerdictAdjust, "nothing that leads there came in time: the target is -5")
			Expect(t.held(ctx, "AAPL")).To(Equal("-5"))
		})

		It("holds up no exit: a newer one of its webhook supersedes it", func(ctx SpecContext) {
			exit := t.send(ctx, hook, exitAll)
			t.later(ctx, 300*time.Millisecond)
			Expect(ticket(ctx, late).State).To(Equal(domain.StateSuperseded))
			broken(ctx, late, domain.VerdictNote, "comes from 0")
			Expect(ticket(ctx, exit).State).To(Equal(domain.StateDone))
			Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		})

		DescribeTable("stops waiting for what may be an exit behind it", func(ctx SpecContext, body string) {
			t.send(ctx, t.hook(ctx), body)
			t.later(ctx, 300*time.Millisecond)
			Expect(ticket(ctx, late).State).To(Equal(domain.StateDone))
		},
			Entry("of another webhook", exitAll),
			Entry("that does not say what it is", `{"ticker":"AAPL","action":"sell","quantity":"1","price":"100"}`),
			Entry("that says it reduces", moves(9, "sell", "1", "4", "3")),
		)

		It("goes on waiting for one that only builds", func(ctx SpecContext) {
			t.send(ctx, t.hook(ctx), moves(9, "buy", "1", "0", "1"))
			t.later(ctx, 300*time.Millisecond)
			Expect(ticket(ctx, late).State).To(Equal(domain.StateQueued))
		})
	})

	It("where a break is held comes to its end where alerts come from each other in a circle", func(ctx SpecContext) {
		hook := t.hook(ctx, rule(domain.ChainHold))
		t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
		t.settle(ctx)
		ids := []domain.SignalID{
			t.send(ctx, hook, moves(2, "sell", "5", "20", "15")),
			t.send(ctx, hook, moves(3, "buy", "3", "15", "18")),
			t.send(ctx, hook, moves(4, "buy", "2", "18", "20")),
		}
		t.settle(ctx)
		for range 3 {
			t.later(ctx, time.Minute)
		}
		for _, id := range ids {
			Expect(ticket(ctx, id).State.IsFinal()).To(BeTrue())
		}
	})

	It("where a break is held brings several that are late into their order", func(ctx SpecContext) {
		hook := t.hook(ctx, rule(domain.ChainHold))
		t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
		t.settle(ctx)
		late := []domain.SignalID{
			t.send(ctx, hook, moves(4, "buy", "3", "14", "17")),
			t.send(ctx, hook, moves(3, "buy", "2", "12", "14")),
		}
		t.settle(ctx)
		Expect(t.orders(ctx)).To(HaveLen(1))
		late = append(late, t.send(ctx, hook, moves(2, "buy", "2", "10", "12")))
		t.later(ctx, 300*time.Millisecond)
		Expect(t.held(ctx, "AAPL")).To(Equal("17"))
		for i, id := range late {
			whole(ctx, id)
			Expect(ticket(ctx, id).LaneSeq).To(BeEquivalentTo(4 - i))
		}
	})

	DescribeTable("where a break is held never holds", func(ctx SpecContext, body, held string) {
		hook := t.hook(ctx, rule(domain.ChainHold))
		t.send(ctx, hook, moves(1, "buy", "10", "0", "10"))
		t.settle(ctx)
		id := t.send(ctx, hook, body)
		t.settle(ctx)
		broken(ctx, id, domain.VerdictAdjust, "an exit is not held: the target is "+held)
		Expect(t.held(ctx, "AAPL")).To(Equal(held))
	},
		Entry("an exit", moves(2, "sell", "12", "12", "0"), "0"),
		Entry("a reduction", moves(2, "sell", "4", "12", "8"), "8"),
		Entry("what turns the position round", moves(2, "sell", "17", "12", "-5"), "-5"),
	)
})
