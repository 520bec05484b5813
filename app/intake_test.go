package app_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// answered is what a sender is told.
type answered struct {
	Receipt ports.Receipt
	Err     error
}

func numbered(n int) string {
	return fmt.Sprintf(`{"ticker":"AAPL","action":"buy","quantity":"%d","price":"100"}`, n)
}

// postLater posts an alert and gives its answer once there is one.
func (t *trader) postLater(ctx context.Context, hook ports.IssuedWebhook, body string) <-chan answered {
	got := make(chan answered, 1)
	go func() {
		receipt, err := t.post(ctx, hook, body)
		got <- answered{receipt, err}
	}()
	return got
}

// refusals gives the deliveries of a config that were not understood.
func (t *trader) refusals(ctx context.Context, hook ports.IssuedWebhook) (list []ports.Refusal) {
	GinkgoHelper()
	t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
		page, err := r.WebhookConfigs.Refusals(ctx, hook.Config.ID(), ports.PageRequest{})
		list = page.Items
		return err
	})
	return list
}

func retryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

var _ = Describe("The intake", func() {
	It("lets what queues during a commit share the next, in the order it came", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		open := t.inbox.shut()
		defer open()
		answers := []<-chan answered{t.postLater(ctx, hook, numbered(1))}
		Eventually(t.inbox.asked).WithContext(ctx).Should(HaveLen(1))
		for n := 2; n <= 6; n++ {
			answers = append(answers, t.postLater(ctx, hook, numbered(n)))
			Eventually(t.intake.Waiting).WithContext(ctx).Should(Equal(n - 1))
		}
		open()
		for _, answer := range answers {
			Eventually(answer).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
		}
		Expect(t.inbox.asked()).To(HaveLen(2))
		var quantities, places []string
		for _, s := range t.signals(ctx) {
			quantities = append(quantities, s.Intent.Quantity.String())
			places = append(places, fmt.Sprint(s.Tickets[0].LaneSeq))
		}
		Expect(places).To(ConsistOf("1", "2", "3", "4", "5", "6"))
		Expect(quantities).To(Equal(places), "the place is that of the arrival")
	})

	It("is unavailable for a moment when more wait than the queue holds", func(ctx SpecContext) {
		c := app.DefaultIntakeConfig()
		c.QueueLimit = 2
		t := traderOf(ctx, c)
		hook := t.hook(ctx)
		open := t.inbox.shut()
		defer open()
		first := t.postLater(ctx, hook, numbered(1))
		Eventually(t.inbox.asked).WithContext(ctx).Should(HaveLen(1))
		second, third := t.postLater(ctx, hook, numbered(2)), t.postLater(ctx, hook, numbered(3))
		Eventually(t.intake.Waiting).WithContext(ctx).Should(Equal(2))

		_, err := t.post(ctx, hook, numbered(4))
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(err).To(HaveField("Code", "overloaded"))
		Expect(retryAfterOf(err)).To(BeNumerically(">", 0))
		open()
		for _, answer := range []<-chan answered{first, second, third} {
			Eventually(answer).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
		}
		t.send(ctx, hook, numbered(4))
	})

	It("is unavailable at its deadline, and what was stored after all is a duplicate when it is sent again", func(ctx SpecContext) {
		c := app.DefaultIntakeConfig()
		c.AnswerWithin = 20 * time.Millisecond
		t := traderOf(ctx, c)
		hook := t.hook(ctx)
		open := t.inbox.shut()
		_, err := t.post(ctx, hook, buyTen)
		open()
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(retryAfterOf(err)).To(BeNumerically(">", 0))
		Eventually(t.signals).WithContext(ctx).WithArguments(ctx).Should(HaveLen(1))
		receipt, err := t.post(ctx, hook, buyTen)
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.Result).To(Equal(ports.ReceiptDuplicate))
	})

	DescribeTable("asks for the alert again when the inbox cannot tell, and",
		func(ctx SpecContext, failure error) {
			t := traderOf(ctx, app.DefaultIntakeConfig())
			hook := t.hook(ctx)
			t.inbox.answerNext(func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error) { return nil, failure })
			_, err := t.post(ctx, hook, buyTen)
			Expect(err).To(MatchError(domain.KindUnavailable))
			Expect(retryAfterOf(err)).To(BeNumerically(">", 0))
			receipt, err := t.post(ctx, hook, buyTen)
			Expect(err).NotTo(HaveOccurred())
			Expect(receipt.Result).To(Equal(ports.ReceiptDuplicate))
			Expect(t.signals(ctx)).To(HaveLen(1))
		},
		Entry("knows it where the commit's answer was lost", &domain.Error{Kind: domain.KindUnknownOutcome, Code: "commit_unknown", Msg: "lost"}),
		Entry("knows it where the storage failed in another way", &domain.Error{Kind: domain.KindInternal, Code: "broken", Msg: "broken"}),
		Entry("knows it where the storage is away", &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "away"}),
		Entry("knows it where the commit took too long", context.DeadlineExceeded),
	)

	It("fails the one arrival that could not be stored, not those beside it", func(ctx SpecContext) {
		t := traderOf(ctx, app.DefaultIntakeConfig())
		hook := t.hook(ctx)
		open := t.inbox.shut()
		defer open()
		first := t.postLater(ctx, hook, numbered(1))
		Eventually(t.inbox.asked).WithContext(ctx).Should(HaveLen(1))
		bad := t.postLater(ctx, hook, numbered(2))
		Eventually(t.intake.Waiting).WithContext(ctx).Should(Equal(1))
		good := t.postLater(ctx, hook, numbered(3))
		Eventually(t.intake.Waiting).WithContext(ctx).Should(Equal(2))
		t.inbox.answerNext(func(r []ports.ArrivalResult, err error) ([]ports.ArrivalResult, error) {
			t.inbox.answerNext(func(r []ports.ArrivalResult, err error) ([]ports.ArrivalResult, error) {
				r[0] = ports.ArrivalResult{Err: &domain.Error{Kind: domain.KindInternal, Code: "odd", Msg: "odd"}}
				return r, err
			})
			return r, err
		})
		open()
		Eventually(first).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
		Eventually(bad).WithContext(ctx).Should(Receive(HaveField("Err", MatchError(domain.KindUnavailable))))
		Eventually(good).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
	})

	It("judges again when the config changed on the way", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.send(ctx, hook, numbered(1))
		_, err := t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{
			Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
				r.Symbols = []domain.Symbol{"MSFT"}
				return r, nil
			},
		}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		receipt, err := t.post(ctx, hook, numbered(2))
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.Result).To(Equal(ports.ReceiptRefused))
		Expect(t.signal(ctx, receipt.SignalIDs[0]).WebhookConfigVersion).To(Equal(2))
		Expect(t.inbox.asked()).To(HaveLen(3), "once as it was known, and once as it is")
	})

	It("asks for the alert again when its config does not stop changing", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		var always func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error)
		always = func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error) {
			t.inbox.answerNext(always)
			return []ports.ArrivalResult{{Outcome: ports.ArrivalOutdated}}, nil
		}
		t.inbox.answerNext(always)
		_, err := t.post(ctx, hook, buyTen)
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(err).To(HaveField("Code", "config_changing"))
	})

	Describe("tells alerts apart", func() {
		keyed := func(id string, quantity int) string {
			return fmt.Sprintf(`{"ticker":"AAPL","action":"buy","quantity":"%d","price":"100"%s}`, quantity, id)
		}
		var t *trader
		var hook ports.IssuedWebhook
		BeforeEach(func(ctx SpecContext) {
			t = newTrader(ctx)
			hook = t.hook(ctx, func(r *domain.WebhookRules) {
				r.Dedupe = domain.Dedupe{KeyFields: []string{"quantity"}, WindowSeconds: 60}
			})
		})

		It("by the key fields where an alert has them, and refuses a key with another content", func(ctx SpecContext) {
			t.send(ctx, hook, keyed("", 1))
			receipt, err := t.post(ctx, hook, keyed("", 1))
			Expect(err).NotTo(HaveOccurred())
			Expect(receipt.Result).To(Equal(ports.ReceiptDuplicate))
			t.send(ctx, hook, keyed("", 2))
			_, err = t.post(ctx, hook, keyed(` `, 1))
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(err).To(HaveField("Code", "key_reused"))
		})

		It("by the body where a key field is missing", func(ctx SpecContext) {
			t.send(ctx, hook, exitAll)
			receipt, err := t.post(ctx, hook, exitAll)
			Expect(err).NotTo(HaveOccurred())
			Expect(receipt.Result).To(Equal(ports.ReceiptDuplicate))
			t.send(ctx, hook, `{"ticker":"AAPL", "action":"exit","price":"100"}`)
		})

		It("no longer than the window", func(ctx SpecContext) {
			t.send(ctx, hook, keyed("", 1))
			t.clock.Advance(61 * time.Second)
			t.send(ctx, hook, keyed("", 1))
			Expect(t.signals(ctx)).To(HaveLen(2))
		})
	})

	It("records what it does not understand for the owner, however many times", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		for range 2 {
			_, err := t.post(ctx, hook, `{"ticker":`)
			Expect(err).To(HaveField("Code", "not_understood"))
		}
		Expect(t.refusals(ctx, hook)).To(HaveLen(2))
		Expect(t.signals(ctx)).To(BeEmpty())
	})

	It("does not claim a refusal that it could not record", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.inbox.answerNext(func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error) {
			return nil, &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "away"}
		})
		_, err := t.post(ctx, hook, `{"ticker":`)
		Expect(err).To(MatchError(domain.KindUnavailable))
	})

	It("commits what had arrived before it stops", func(ctx SpecContext) {
		s, clock := inMemory()
		c := app.DefaultIntakeConfig()
		c.MaxBatch = 1
		t := moveIn(ctx, build(s, c), clock)
		hook := t.hook(ctx)
		var answers []<-chan answered
		for n := range 8 {
			answers = append(answers, t.postLater(ctx, hook, numbered(n+1)))
		}
		Eventually(t.intake.Waiting).WithContext(ctx).Should(Equal(8))
		over, cancel := context.WithCancel(ctx)
		cancel()
		t.intake.Run(over)
		for _, answer := range answers {
			Eventually(answer).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
		}
		Expect(t.signals(ctx)).To(HaveLen(8))
	})
})
