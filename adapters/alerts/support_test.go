package alerts_test

import (
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// understood parses an alert as auto and gives its one intent.
func understood(body string) domain.Intent {
	GinkgoHelper()
	return read(domain.AlertFormatAuto, body).Intents[0]
}

func read(format domain.AlertFormat, body string) ports.ParsedAlert {
	GinkgoHelper()
	parsed, err := alerts.New().Parse(format, []byte(body))
	Expect(err).NotTo(HaveOccurred())
	Expect(parsed.Intents).To(HaveLen(1))
	return parsed
}

// refusal parses an alert as auto and gives why it was refused.
func refusal(body string) *domain.Error {
	GinkgoHelper()
	return refusalAs(domain.AlertFormatAuto, body)
}

func refusalAs(format domain.AlertFormat, body string) *domain.Error {
	GinkgoHelper()
	parsed, err := alerts.New().Parse(format, []byte(body))
	Expect(err).To(MatchError(domain.KindInvalid))
	Expect(parsed).To(Equal(ports.ParsedAlert{}), "a refused alert leaves nothing behind")
	e, ok := errors.AsType[*domain.Error](err)
	Expect(ok).To(BeTrue())
	return e
}

// faultsOf gives each reason as "field: code", in order.
func faultsOf(e *domain.Error) []string {
	var faults []string
	for _, r := range e.AllReasons() {
		faults = append(faults, r.Field+": "+r.Code)
	}
	return faults
}

func quantity(s string) *domain.Quantity { return new(domain.MustQuantity(s)) }
func money(s string) *domain.Money       { return new(domain.MustMoney(s)) }
func price(s string) *domain.Price       { return new(domain.MustPrice(s)) }
func net(s string) *domain.Net           { return new(domain.MustNet(s)) }

func at(s string) *time.Time {
	GinkgoHelper()
	t, err := time.Parse(time.RFC3339Nano, s)
	Expect(err).NotTo(HaveOccurred())
	return new(t.UTC())
}

// order is what a buy of AAPL at the market is read as.
func order(with func(*domain.Intent)) domain.Intent {
	i := domain.Intent{
		Action:      domain.ActionBuy,
		Symbol:      "AAPL",
		OrderType:   domain.OrderTypeMarket,
		TimeInForce: domain.TimeInForceDay,
	}
	with(&i)
	return i
}
