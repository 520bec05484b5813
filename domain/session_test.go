package domain_test

import (
	"cmp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/hookfill/hookfill/domain"
)

// window writes one as a table has it: "mon fri 09:45-11:30", or without days.
func window(text string) domain.TradingWindow {
	GinkgoHelper()
	words := strings.Fields(text)
	from, until, _ := strings.Cut(words[len(words)-1], "-")
	var w domain.TradingWindow
	for _, name := range words[:len(words)-1] {
		day, err := domain.ParseWeekday(name)
		Expect(err).NotTo(HaveOccurred())
		w.Days = append(w.Days, day)
	}
	Expect(w.From.UnmarshalText([]byte(from))).To(Succeed())
	Expect(w.Until.UnmarshalText([]byte(until))).To(Succeed())
	return w
}

func windows(texts ...string) (all []domain.TradingWindow) {
	GinkgoHelper()
	for _, text := range texts {
		all = append(all, window(text))
	}
	return all
}

func zone(name string) domain.Zone {
	GinkgoHelper()
	z, err := domain.ParseZone(name)
	Expect(err).NotTo(HaveOccurred())
	return z
}

var _ = Describe("A session", func() {
	type row struct {
		Windows []string
		Zone    string
		Market  domain.Market
		Symbol  domain.Symbol
		// At is RFC 3339.
		At     string
		Closed string
		// On is when it is on again, empty for never.
		On string
	}
	// played gives the session of a row, and the moment it is looked at.
	played := func(r *row) (domain.Session, time.Time) {
		GinkgoHelper()
		s := domain.Session{Windows: windows(r.Windows...), Market: r.Market}
		if r.Zone != "" {
			s.Zone = zone(r.Zone)
		}
		r.Symbol = cmp.Or(r.Symbol, "AAPL")
		at, err := time.Parse(time.RFC3339, r.At)
		Expect(err).NotTo(HaveOccurred())
		return s, at
	}
	DescribeTable("is on or not",
		func(r row) {
			s, at := played(&r)
			Expect(s.Closed(r.Symbol, at)).To(Equal(r.Closed))
		},
		Entry("always, where nothing bounds it", row{At: "2026-11-22T03:00:00Z"}),
		Entry("from the first minute of a window", row{Windows: []string{"09:30-16:00"}, At: "2026-11-23T09:30:00Z"}),
		Entry("to the end of its last", row{Windows: []string{"09:30-16:00"}, At: "2026-11-23T15:59:59Z"}),
		Entry("not when it is over", row{
			Windows: []string{"09:30-16:00"}, At: "2026-11-23T16:00:00Z",
			Closed: "it is Mon 16:00 in UTC, and the webhook trades in its windows only",
		}),
		Entry("on the days of a window", row{Windows: []string{"mon fri 09:30-16:00"}, At: "2026-11-27T12:00:00Z"}),
		Entry("not on others", row{
			Windows: []string{"mon fri 09:30-16:00"}, At: "2026-11-24T12:00:00Z",
			Closed: "it is Tue 12:00 in UTC, and the webhook trades in its windows only",
		}),
		Entry("in any of several windows", row{Windows: []string{"09:30-10:00", "15:00-16:00"}, At: "2026-11-24T15:10:00Z"}),
		Entry("past midnight, in a window that began the day before", row{Windows: []string{"fri 22:00-02:00"}, At: "2026-11-28T01:59:00Z"}),
		Entry("not past midnight of another day", row{
			Windows: []string{"fri 22:00-02:00"}, At: "2026-11-27T01:59:00Z",
			Closed: "it is Fri 01:59 in UTC, and the webhook trades in its windows only",
		}),
		Entry("a whole day, where a window ends when it begins", row{Windows: []string{"mon 00:00-00:00"}, At: "2026-11-23T23:59:00Z"}),
		Entry("by the clock of its zone", row{Windows: []string{"09:30-16:00"}, Zone: "America/New_York", At: "2026-11-24T14:30:00Z"}),
		Entry("also where that clock is put forward", row{Windows: []string{"09:30-16:00"}, Zone: "America/New_York", At: "2026-07-01T13:30:00Z"}),
		Entry("in the exchange's hours", row{Market: domain.MarketNYSE, At: "2026-11-24T14:30:00Z"}),
		Entry("not before the exchange opens", row{
			Market: domain.MarketNYSE, At: "2026-11-24T14:29:59Z", Closed: "the exchange is closed until 2026-11-24T14:30:00Z",
		}),
		Entry("not on the exchange's holidays", row{
			Market: domain.MarketNYSE, At: "2026-11-26T15:00:00Z", Closed: "the exchange is closed until 2026-11-27T14:30:00Z",
		}),
		Entry("not after an early close", row{
			Market: domain.MarketNYSE, At: "2026-11-27T18:00:00Z", Closed: "the exchange is closed until 2026-11-30T14:30:00Z",
		}),
		Entry("in the exchange's extended hours", row{Market: domain.MarketNYSEExtended, At: "2026-11-24T09:00:00Z"}),
		Entry("not outside of them", row{
			Market: domain.MarketNYSEExtended, At: "2026-11-24T08:59:00Z", Closed: "the exchange is closed until 2026-11-24T09:00:00Z",
		}),
		Entry("for a pair, whatever the exchange does", row{Market: domain.MarketNYSE, Symbol: "BTC/USD", At: "2026-11-26T15:00:00Z"}),
		Entry("for a continuous future as well", row{Market: domain.MarketNYSE, Symbol: "NQ1!", At: "2026-11-26T15:00:00Z"}),
		Entry("for an option as for a share", row{
			Market: domain.MarketNYSE, Symbol: "SPY250624C00596000", At: "2026-11-26T15:00:00Z", Closed: "the exchange is closed until 2026-11-27T14:30:00Z",
		}),
		Entry("only within both, a window and the exchange's hours", row{
			Windows: []string{"09:00-16:00"}, Zone: "America/New_York", Market: domain.MarketNYSE, At: "2026-11-24T14:10:00Z",
			Closed: "the exchange is closed until 2026-11-24T14:30:00Z",
		}),
	)

	DescribeTable("is refused as a rule",
		func(s domain.Session, code, field string) {
			given := momentum()
			given.Rules.Session = s
			_, err := domain.NewWebhookConfig(given)
			Expect(reasonsOf(err)).To(ConsistOf(And(HaveField("Code", code), HaveField("Field", field))))
		},
		Entry("with a day twice", domain.Session{Windows: []domain.TradingWindow{{Days: []time.Weekday{1, 1}}}}, "invalid_weekday", "session.windows.0.days"),
		Entry("with a day that is none", domain.Session{Windows: []domain.TradingWindow{{Days: []time.Weekday{7}}}}, "invalid_weekday", "session.windows.0.days"),
		Entry("with too many windows", domain.Session{Windows: make([]domain.TradingWindow, 33)}, "too_many_windows", "session.windows"),
		Entry("with a market nobody knows", domain.Session{Market: "lse"}, "invalid_market", "session.market"),
	)

	DescribeTable("is on again",
		func(r row) {
			s, at := played(&r)
			on, found := s.NextOn(r.Symbol, at)
			if r.On == "" {
				Expect(found).To(BeFalse())
				return
			}
			Expect(found).To(BeTrue())
			Expect(on.Format(time.RFC3339)).To(Equal(r.On))
			Expect(on.Location()).To(Equal(time.UTC))
			Expect(s.Closed(r.Symbol, on)).To(BeEmpty())
			if on.After(at) {
				Expect(s.Closed(r.Symbol, on.Add(-time.Second))).NotTo(BeEmpty(), "and no second before")
			}
		},
		Entry("at once while it is", row{At: "2026-11-22T03:00:00Z", On: "2026-11-22T03:00:00Z"}),
		Entry("when a window begins on the same day", row{Windows: []string{"09:30-16:00"}, At: "2026-11-23T03:00:01Z", On: "2026-11-23T09:30:00Z"}),
		Entry("when it begins on the next day", row{Windows: []string{"09:30-16:00"}, At: "2026-11-23T16:00:00Z", On: "2026-11-24T09:30:00Z"}),
		Entry("when it begins a week later", row{Windows: []string{"mon 09:30-16:00"}, At: "2026-11-23T16:00:00Z", On: "2026-11-30T09:30:00Z"}),
		Entry("with the first of several windows", row{Windows: []string{"fri 10:00-11:00", "thu 15:00-16:00"}, At: "2026-11-24T10:00:00Z", On: "2026-11-26T15:00:00Z"}),
		Entry("by the clock of its zone", row{Windows: []string{"09:30-16:00"}, Zone: "America/New_York", At: "2026-10-31T21:00:00Z", On: "2026-11-01T14:30:00Z"}),
		Entry("at the first minute after, where the clock is put forward over the beginning", row{
			Windows: []string{"02:30-04:00"}, Zone: "America/New_York", At: "2026-03-08T05:00:00Z", On: "2026-03-08T07:00:00Z",
		}),
		Entry("likewise where it is put forward at midnight", row{
			Windows: []string{"00:30-04:00"}, Zone: "Africa/Cairo", At: "2026-04-23T12:00:00Z", On: "2026-04-23T22:00:00Z",
		}),
		Entry("with the exchange", row{Market: domain.MarketNYSE, At: "2026-11-25T21:00:00Z", On: "2026-11-27T14:30:00Z"}),
		Entry("with the exchange's extended hours", row{Market: domain.MarketNYSEExtended, At: "2026-11-26T01:00:00Z", On: "2026-11-27T09:00:00Z"}),
		Entry("with the first window in the exchange's hours", row{
			Windows: []string{"08:00-09:00", "15:00-15:30"}, Zone: "America/New_York", Market: domain.MarketNYSE,
			At: "2026-11-25T21:00:00Z", On: "2026-11-30T20:00:00Z",
		}),
		Entry("never, where no window is in the exchange's hours", row{
			Windows: []string{"sat 10:00-11:00"}, Market: domain.MarketNYSE, At: "2026-11-25T21:00:00Z",
		}),
	)

	It("has a zone of the IANA database, and UTC without", func() {
		Expect(domain.Zone{}.String()).To(Equal("UTC"))
		Expect(zone("UTC")).To(Equal(domain.Zone{}))
		Expect(zone("Asia/Kolkata").String()).To(Equal("Asia/Kolkata"))
		for _, name := range []string{"Nowhere/City", "Local", "../etc/passwd"} {
			Expect(domain.ParseZone(name)).Error().To(MatchError(domain.KindInvalid), name)
		}
	})

	DescribeTable("reads times of the day exactly", func(text string) {
		var t domain.TimeOfDay
		Expect(t.UnmarshalText([]byte(text))).To(MatchError(domain.KindInvalid))
	},
		Entry(nil, "24:00"), Entry(nil, "9:30"), Entry(nil, "09:60"), Entry(nil, "0930"), Entry(nil, ""), Entry(nil, "09:30:00"),
	)
})

// closedFor has the config trade in the minute before the specs play.
func closedFor(exitsToo bool) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		r.Session = domain.Session{Windows: []domain.TradingWindow{{From: 14*60 + 29, Until: 14*60 + 30}}, BindsExits: exitsToo}
		s.Now = at(0)
	}
}

// openNow has the config trade in the minute of the specs.
func openNow(r *domain.WebhookRules, s *domain.Situation) {
	r.Session = domain.Session{Windows: []domain.TradingWindow{{From: 14*60 + 30, Until: 14*60 + 31}}, BindsExits: true}
	s.Now = at(59)
}

var _ = DescribeTable("A session that is over", itPlans,
	Entry("refuses an entry", planned{Alert: said{Action: "buy", Quantity: "1"}, With: closedFor(false), State: "refused", Reasons: []string{"outside_session"}}),
	Entry("lets an exit through", planned{Alert: said{Action: "exit"}, Position: "10", With: closedFor(false), Steps: []string{"exit sell 10"}, Says: []string{"exit pass"}}),
	Entry("lets an exit through that the quantity makes one", planned{Alert: said{Action: "sell", Quantity: "4"}, Position: "10", With: closedFor(false), Steps: []string{"exit sell 4"}}),
	Entry("leaves a reversal its exit", planned{
		Alert: said{Action: "reverse"}, Position: "10", With: closedFor(false), Steps: []string{"exit sell 10"}, Says: []string{"outside_session refuse", "entry note"},
	}),
	Entry("refuses an exit where it binds exits", planned{Alert: said{Action: "exit"}, Position: "10", With: closedFor(true), State: "refused", Reasons: []string{"outside_session"}}),
	Entry("refuses all of a reversal where it binds exits", planned{Alert: said{Action: "reverse"}, Position: "10", With: closedFor(true), State: "refused", Reasons: []string{"outside_session"}}),
	Entry("is judged before the age", planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 9999, With: closedFor(false), State: "refused", Reasons: []string{"outside_session"}}),
)

// waitingFor is closedFor where what comes outside waits.
func waitingFor(exitsToo bool) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		closedFor(exitsToo)(r, s)
		r.Session.Waits = true
	}
}

// waitingAfter is waitingFor entries, where others that wanted the target wait before.
func waitingAfter(target string) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		waitingFor(false)(r, s)
		carries(target)(r, s)
	}
}

var _ = DescribeTable("A session that is over and waited for", itPlans,
	Entry("has an entry wait", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: waitingFor(false), State: "expired", Reasons: []string{"waits_for_session"}, Target: "1",
	}),
	Entry("has what is carried on wait with it", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: waitingAfter("2"), State: "expired", Reasons: []string{"waits_for_session"}, Target: "3",
	}),
	Entry("lets an exit through", planned{Alert: said{Action: "exit"}, Position: "10", With: waitingFor(false), Steps: []string{"exit sell 10"}}),
	Entry("leaves a reversal its exit", planned{
		Alert: said{Action: "reverse"}, Position: "10", With: waitingFor(false), Steps: []string{"exit sell 10"}, Says: []string{"waits_for_session refuse", "entry note"},
	}),
	Entry("has an exit wait where it binds exits", planned{
		Alert: said{Action: "exit"}, Position: "10", With: waitingFor(true), State: "expired", Reasons: []string{"waits_for_session"}, Target: "0",
	}),
)

var _ = Describe("A plan that waits for its session", func() {
	play := func(with circumstance) domain.Plan {
		p := planned{Alert: said{Action: "buy", Quantity: "1"}, With: with}
		return domain.PlanOrders(p.Alert.intent(), p.rules(), p.situation())
	}

	It("says until when", func() {
		Expect(play(waitingFor(false)).WaitsUntil).To(HaveValue(Equal(at(0).AddDate(0, 0, 1).Add(-time.Minute))))
		Expect(play(closedFor(false)).WaitsUntil).To(BeNil())
		Expect(play(openNow).WaitsUntil).To(BeNil())
	})
	It("is refused where the session is never on", func() {
		never := play(func(r *domain.WebhookRules, s *domain.Situation) {
			r.Session = domain.Session{Windows: windows("sat 10:00-11:00"), Market: domain.MarketNYSE, Waits: true}
			s.Now = at(0)
		})
		Expect(never.State).To(Equal(domain.StateRefused))
		Expect(never.Reasons).To(ConsistOf(HaveField("Code", domain.ReasonOutsideSession)))
	})
})

var _ = DescribeTable("A session that is on", itPlans,
	Entry("lets an entry through", planned{Alert: said{Action: "buy", Quantity: "1"}, With: openNow, Steps: []string{"entry buy 1"}, Says: []string{"session pass"}}),
	Entry("lets an exit through", planned{Alert: said{Action: "exit"}, Position: "10", With: openNow, Steps: []string{"exit sell 10"}, Says: []string{"session pass", "exit pass"}}),
)

var _ = Describe("Admission by a session", func() {
	admitted := func(exitsToo bool, i domain.Intent) domain.Admission {
		GinkgoHelper()
		given := momentum()
		given.Rules.Session = domain.Session{Windows: windows("14:00-14:30"), BindsExits: exitsToo}
		c, err := domain.NewWebhookConfig(given)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Admit(i, at(-1)).Reasons).To(BeEmpty(), "a second before it is over")
		return c.Admit(i, at(0))
	}
	beOutside := func() types.GomegaMatcher { return ContainElement(HaveField("Code", domain.ReasonOutsideSession)) }

	It("refuses what is an entry whatever the position", func() {
		builds := domain.Intent{Action: domain.ActionBuy, Symbol: "AAPL", PreviousPosition: new(domain.MustNet("0")), TargetPosition: new(domain.MustNet("5"))}
		Expect(admitted(false, builds).Reasons).To(beOutside())
	})
	It("leaves what may be an exit to its turn", func() {
		Expect(admitted(false, domain.Intent{Action: domain.ActionSell, Symbol: "AAPL"}).Reasons).To(BeEmpty())
		Expect(admitted(false, domain.Intent{Action: domain.ActionExit, Symbol: "AAPL"}).Reasons).To(BeEmpty())
	})
	It("refuses exits as well where it binds them", func() {
		Expect(admitted(true, domain.Intent{Action: domain.ActionExit, Symbol: "AAPL"}).Reasons).To(beOutside())
	})
	It("lets in what waits for the session, and says until when", func() {
		given := momentum()
		given.Rules.Session = domain.Session{Windows: windows("14:00-14:30"), BindsExits: true, Waits: true}
		c, err := domain.NewWebhookConfig(given)
		Expect(err).NotTo(HaveOccurred())
		a := c.Admit(domain.Intent{Action: domain.ActionExit, Symbol: "AAPL"}, at(0))
		Expect(a.Reasons).To(BeEmpty())
		Expect(a.Decisions).To(ContainElement(And(
			HaveField("Rule", "session"), HaveField("Verdict", domain.VerdictNote), HaveField("Detail", ContainSubstring("waits until")))))
	})
	It("never holds up a cancel", func() {
		Expect(admitted(true, domain.Intent{Action: domain.ActionCancel, Symbol: "AAPL"}).Reasons).To(BeEmpty())
	})
})
