package portstest

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// BadLine is a broker of an adapter whose requests go over a line that specs may
// make bad.
type BadLine struct {
	Trading
	Line *brokerfaults.Line
	// Places matches the requests that place an order, LooksUp those that look one
	// up.
	Places, LooksUp brokerfaults.Match
	// Advance lets the adapter's clock go on, for one that leaves alone who asked it
	// to; nil where it asks again at once.
	Advance func(d time.Duration)
}

// BadLineHarness makes bad lines.
type BadLineHarness struct {
	New func(ctx context.Context) BadLine
}

// impatience is how long a caller waits for an answer that does not come in time.
const impatience = 600 * time.Millisecond

// waitFor is how long a caller waits for what a fault leaves of an answer.
func waitFor(fault brokerfaults.Fault) time.Duration {
	switch fault.String() {
	case brokerfaults.Late(0).String(), brokerfaults.Slow(0).String():
		return impatience
	}
	return patience
}

// DescribeBrokerOnABadLine proves what ports.Broker promises of answers that are
// lost, late or lies, for an adapter that speaks HTTP.
func DescribeBrokerOnABadLine(name string, h BadLineHarness) bool {
	return Describe(name+" as a Broker on a bad line", Label(LabelContract), func() {
		var line BadLine
		b := &floor{}
		b.setUp(BrokerHarness{New: func(ctx context.Context) Trading {
			line = h.New(ctx)
			return line.Trading
		}})
		Describe("Submit", func() { b.describeSendsOnABadLine(&line) })
		Describe("ByClientOrderID", func() { b.describeLookUpsOnABadLine(&line) })
	})
}

func (b *floor) describeSendsOnABadLine(line *BadLine) {
	DescribeTable("sends once and takes nothing for proof but what the broker said:",
		func(ctx SpecContext, fault brokerfaults.Fault, is domain.Kind) {
			var sends atomic.Int64
			line.Line.On(func(r *http.Request) bool {
				placing := line.Places(r)
				if placing {
					sends.Add(1)
				}
				return placing
			}).Next(fault)
			r := b.request()
			brief, cancel := context.WithTimeout(ctx, waitFor(fault))
			defer cancel()
			_, err := b.Broker.Submit(brief, b.account, r)
			Expect(err).To(failAs(is))
			Expect(sends.Load()).To(BeEquivalentTo(1), "an order is sent once, whatever comes back")
			if e, ok := errors.AsType[*domain.Error](err); ok && e.RetryAfter > 0 && line.Advance != nil {
				line.Advance(e.RetryAfter)
			}
			if fault.Executes() {
				b.lookedUp()
				Expect(b.find(ctx, r.ClientOrderID).ClientOrderID).To(Equal(r.ClientOrderID))
			} else {
				b.expectNotPlaced(ctx, r.ClientOrderID)
			}
		},
		func(f brokerfaults.Fault, is domain.Kind) string { return f.String() + " is " + string(is) },
		Entry(nil, brokerfaults.DropAnswer(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.ErrorExecuted(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.ErrorNotExecuted(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.Late(time.Minute), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.Slow(time.Minute), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.MalformedBody(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.TruncatedBody(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.Reset(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.Redirect(), domain.KindUnknownOutcome),
		Entry(nil, brokerfaults.Throttle(3*time.Second), domain.KindUnavailable),
	)

	It("says of a broker that cannot be reached that it has taken nothing", func(ctx SpecContext) {
		line.Line.Down()
		r := b.request()
		_, err := b.Broker.Submit(ctx, b.account, r)
		Expect(err).To(failAs(domain.KindUnavailable))
		Expect(line.Line.Up()).To(Succeed())
		b.expectNotPlaced(ctx, r.ClientOrderID)
	})

	It("says how long a broker that is asked too often wants to be left alone", func(ctx SpecContext) {
		line.Line.On(line.Places).Next(brokerfaults.Throttle(3 * time.Second))
		_, err := b.Broker.Submit(ctx, b.account, b.request())
		Expect(err).To(HaveField("RetryAfter", 3*time.Second))
	})
}

func (b *floor) describeLookUpsOnABadLine(line *BadLine) {
	DescribeTable("takes no broker that could not be asked for one that does not have the order:",
		func(ctx SpecContext, fault brokerfaults.Fault) {
			b.lookedUp()
			r := b.request()
			b.submit(ctx, r)
			b.find(ctx, r.ClientOrderID)
			// A look-up may be made again; each meets the same.
			line.Line.On(line.LooksUp).Next(brokerfaults.Times(20, fault)...)
			brief, cancel := context.WithTimeout(ctx, waitFor(fault))
			defer cancel()
			_, err := b.Broker.ByClientOrderID(brief, b.account, r.ClientOrderID)
			Expect(err).To(failAs(domain.KindUnavailable))
		},
		func(f brokerfaults.Fault) string { return f.String() },
		Entry(nil, brokerfaults.DropAnswer()),
		Entry(nil, brokerfaults.ErrorNotExecuted()),
		Entry(nil, brokerfaults.Late(time.Minute)),
		Entry(nil, brokerfaults.Slow(time.Minute)),
		Entry(nil, brokerfaults.MalformedBody()),
		Entry(nil, brokerfaults.TruncatedBody()),
		Entry(nil, brokerfaults.Reset()),
		Entry(nil, brokerfaults.Redirect()),
		Entry(nil, brokerfaults.Throttle(3*time.Second)),
	)
}
