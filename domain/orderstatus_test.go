package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An order's status", func() {
	type row struct{ Open, InFlight, Terminal bool }
	answers := map[domain.OrderStatus]row{
		domain.StatusPendingNew:      {Open: true, InFlight: true},
		domain.StatusNew:             {Open: true},
		domain.StatusAccepted:        {Open: true},
		domain.StatusHeld:            {Open: true},
		domain.StatusPartiallyFilled: {Open: true},
		domain.StatusFilled:          {Terminal: true},
		domain.StatusDoneForDay:      {Open: true},
		domain.StatusCanceled:        {Terminal: true},
		domain.StatusReplaced:        {Terminal: true},
		domain.StatusPendingCancel:   {Open: true, InFlight: true},
		domain.StatusStopped:         {Open: true},
		domain.StatusRejected:        {Terminal: true},
		domain.StatusSuspended:       {Open: true},
		domain.StatusCalculated:      {Open: true},
		domain.StatusExpired:         {Terminal: true},
		domain.StatusPendingReplace:  {Open: true, InFlight: true},
	}

	It("is open or terminal, and in flight while a request of ours is unanswered", func() {
		Expect(answers).To(HaveLen(len(domain.OrderStatuses())))
		for _, s := range domain.OrderStatuses() {
			Expect(row{s.IsOpen(), s.IsInFlight(), s.IsTerminal()}).To(Equal(answers[s]), string(s))
		}
	})

	It("that is none of the words is neither open nor terminal", func() {
		Expect(domain.OrderStatus("").IsOpen()).To(BeFalse())
		Expect(domain.OrderStatus("").IsTerminal()).To(BeFalse())
	})
})

var _ = Describe("An order's submission", func() {
	type row struct{ Unsettled, NeverReached bool }
	answers := map[domain.Submission]row{
		domain.SubmissionIntent:       {},
		domain.SubmissionInFlight:     {Unsettled: true},
		domain.SubmissionAcknowledged: {},
		domain.SubmissionDenied:       {NeverReached: true},
		domain.SubmissionRefused:      {NeverReached: true},
		domain.SubmissionUnknown:      {Unsettled: true},
		domain.SubmissionNotPlaced:    {NeverReached: true},
		domain.SubmissionNeedsReview:  {Unsettled: true},
	}

	It("is unsettled while it is not known whether the broker has the order", func() {
		Expect(answers).To(HaveLen(len(domain.Submissions())))
		for _, s := range domain.Submissions() {
			Expect(row{s.IsUnsettled(), s.NeverReached()}).To(Equal(answers[s]), string(s))
		}
	})
})
