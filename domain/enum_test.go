package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// closedSet is the words of one enumeration and how each is read.
type closedSet struct {
	Words []string
	Read  func(string) (string, error)
	Code  string
}

func setOf[E ~string](code string, words []E, parse func(string) (E, error)) closedSet {
	set := closedSet{Code: code, Read: func(s string) (string, error) {
		w, err := parse(s)
		return string(w), err
	}}
	for _, w := range words {
		set.Words = append(set.Words, string(w))
	}
	return set
}

var _ = DescribeTable("The words of an enumeration are closed",
	func(set closedSet) {
		for _, word := range set.Words {
			Expect(word).To(MatchRegexp(`^[a-z_]+$`))
			Expect(set.Read(word)).To(Equal(word))
		}
		for _, other := range []string{"", " ", "BUY", "Filled", "cancelled", set.Words[0] + " ", "nonsense"} {
			got, err := set.Read(other)
			Expect(err).To(refuseWith(domain.KindInvalid, set.Code), "%q", other)
			Expect(err.Error()).To(ContainSubstring(set.Words[0]), "the error lists what may be said")
			Expect(got).To(BeEmpty())
		}
	},
	Entry("actions", setOf("invalid_action", domain.Actions(), domain.ParseAction)),
	Entry("broker kinds", setOf("unsupported_broker", domain.BrokerKinds(), domain.ParseBrokerKind)),
	Entry("order events", setOf("invalid_event", domain.OrderEventKinds(), domain.ParseOrderEventKind)),
	Entry("order statuses", setOf("invalid_status", domain.OrderStatuses(), domain.ParseOrderStatus)),
	Entry("order types", setOf("invalid_order_type", domain.OrderTypes(), domain.ParseOrderType)),
	Entry("sentiments", setOf("invalid_sentiment", domain.Sentiments(), domain.ParseSentiment)),
	Entry("sides", setOf("invalid_side", domain.Sides(), domain.ParseSide)),
	Entry("sources", setOf("invalid_source", domain.Sources(), domain.ParseSource)),
	Entry("states", setOf("invalid_state", domain.States(), domain.ParseState)),
	Entry("submissions", setOf("invalid_submission", domain.Submissions(), domain.ParseSubmission)),
	Entry("times in force", setOf("invalid_time_in_force", domain.TimesInForce(), domain.ParseTimeInForce)),
)

var _ = It("The zero value of an enumeration is none of its words", func() {
	Expect(domain.Action("").IsValid()).To(BeFalse())
	Expect(domain.OrderEventKind("").IsValid()).To(BeFalse())
	Expect(domain.OrderStatus("").IsValid()).To(BeFalse())
	Expect(domain.OrderType("").IsValid()).To(BeFalse())
	Expect(domain.Side("").IsValid()).To(BeFalse())
	Expect(domain.TimeInForce("").IsValid()).To(BeFalse())
})
