package alpaca_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// ordersPerFault is what `make faults` asks for, or fewer in every run.
func ordersPerFault() int {
	GinkgoHelper()
	text, isSet := os.LookupEnv("HOOKFILL_TEST_FAULT_ORDERS")
	if !isSet {
		return 100
	}
	n, err := strconv.Atoi(text)
	Expect(err).NotTo(HaveOccurred())
	return n
}

const (
	// impatience is how long the adapter waits for an answer here, lateness how
	// late one comes: some are in time.
	impatience = 40 * time.Millisecond
	lateness   = 30 * time.Millisecond
)

// settle brings an order to where it is known to be placed, as the port's promises
// allow it: an unknown outcome is looked up, what was provably not taken is sent
// again, and nothing else is. Whatever claims that there is no order fails.
func settle(ctx context.Context, broker ports.Broker, account *domain.BrokerAccount, clock *memory.Clock, r ports.OrderRequest) error {
	for ctx.Err() == nil {
		_, err := broker.Submit(ctx, account, r)
		switch domain.KindOf(err) {
		case "":
			return nil
		case domain.KindUnavailable:
			pass(clock, err)
			continue
		case domain.KindUnknownOutcome, domain.KindConflict:
		default:
			return err
		}
		for ctx.Err() == nil {
			_, err := broker.ByClientOrderID(ctx, account, r.ClientOrderID)
			if err == nil {
				return nil
			}
			if errors.Is(err, domain.KindNotFound) {
				break // Alpaca refuses an id for ever: sending it again is safe
			}
			pass(clock, err)
		}
	}
	return ctx.Err()
}

// pass lets the time go by that an error asks for.
func pass(clock *memory.Clock, err error) {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.RetryAfter > 0 {
		clock.Advance(e.RetryAfter)
	}
}

var _ = Describe("A bad line to Alpaca", func() {
	DescribeTable("leaves exactly one order of each",
		func(ctx SpecContext, fault brokerfaults.Fault) {
			orders := ordersPerFault()
			v := newVenue()
			clock := memory.NewClock(time.Unix(0, 0))
			broker := alpaca.New(keyring{}, clock, alpaca.Config{AllowAddresses: loopback(), Timeout: impatience})
			DeferCleanup(broker.Close)
			account, err := v.open(ctx)
			Expect(err).NotTo(HaveOccurred())
			v.line.Randomly(uint64(GinkgoRandomSeed()), 40, fault) //nolint:gosec // any seed will do

			var workers sync.WaitGroup
			failed := make(chan error, orders)
			for worker := range 16 {
				workers.Go(func() {
					for n := worker; n < orders; n += 16 {
						r := one(func(r *ports.OrderRequest) {
							r.ClientOrderID, r.Type, r.LimitPrice = fmt.Sprintf("hf%05d", n), domain.OrderTypeLimit, new(domain.MustPrice("0.5"))
						})
						if err := settle(ctx, broker, account, clock, r); err != nil {
							failed <- err
						}
					}
				})
			}
			workers.Wait()
			close(failed)
			for err := range failed {
				Expect(err).NotTo(HaveOccurred())
			}
			v.line.Randomly(0, 0)
			v.line.Close() // what was late has arrived by then, or never will
			placed := v.orders(ctx, account)
			Expect(placed).To(HaveLen(orders))
			Expect(placed).To(HaveEach(1))
		},
		func(fault brokerfaults.Fault) string { return "by " + fault.String() },
		Entry(nil, brokerfaults.DropAnswer()),
		Entry(nil, brokerfaults.ErrorExecuted()),
		Entry(nil, brokerfaults.ErrorNotExecuted()),
		Entry(nil, brokerfaults.MalformedBody()),
		Entry(nil, brokerfaults.TruncatedBody()),
		Entry(nil, brokerfaults.Repeat()),
		Entry(nil, brokerfaults.Reset()),
		Entry(nil, brokerfaults.Redirect()),
		Entry(nil, brokerfaults.Throttle(time.Second)),
		Entry(nil, brokerfaults.Late(lateness)),
		Entry(nil, brokerfaults.ExecuteLate(2*lateness)),
		Entry(nil, brokerfaults.Slow(2*lateness)),
		Entry(nil, brokerfaults.Answer(http.StatusUnprocessableEntity, "application/json", `{"code":40010001,"message":"client_order_id must be unique"}`)),
		Entry(nil, brokerfaults.Answer(http.StatusServiceUnavailable, "text/html", "<html>")),
	)

	It("that lets a look-up lag is no proof that there is no order", func(ctx SpecContext) {
		v := newVenue()
		account, err := v.open(ctx)
		Expect(err).NotTo(HaveOccurred())
		v.line.On(brokerfaults.Method("POST")).Next(brokerfaults.DropAnswer())
		v.line.On(brokerfaults.Method("GET")).Next(brokerfaults.Answer(404, "application/json", `{"code":40410000,"message":"order not found"}`))
		Expect(v.broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindUnknownOutcome))
		Expect(v.broker.ByClientOrderID(ctx, account, "hfabcdone")).Error().To(MatchError(domain.KindNotFound))
		Expect(v.broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindConflict), "and the venue refuses the second")
		Expect(v.broker.Capabilities().VisibleWithin).To(BeNumerically(">", 0))
	})

	It("is met with one request, whatever comes of it", func(ctx SpecContext) {
		for _, fault := range []brokerfaults.Fault{
			brokerfaults.DropAnswer(), brokerfaults.Reset(), brokerfaults.ErrorNotExecuted(), brokerfaults.Redirect(), brokerfaults.TruncatedBody(),
		} {
			v := newVenue()
			account, err := v.open(ctx)
			Expect(err).NotTo(HaveOccurred())
			v.line.Next(fault)
			Expect(v.broker.Submit(ctx, account, one())).Error().To(MatchError(domain.KindUnknownOutcome), fault.String())
			Expect(v.line.Exchanges()).To(HaveLen(1), fault.String())
		}
	})
})
