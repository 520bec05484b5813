package paper_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The paper broker", func() {
	var d *desk

	BeforeEach(func() { d = newDesk("100000") })

	entries := func() int { return len(d.journal.all(d.account.ID())) }

	It("declares what it can do", func() {
		Expect(d.Capabilities()).To(Equal(ports.Capabilities{
			OrderTypes: domain.OrderTypes(),
			TimesInForce: []domain.TimeInForce{
				domain.TimeInForceDay, domain.TimeInForceGTC, domain.TimeInForceIOC, domain.TimeInForceFOK,
			},
			Duplicates: ports.DuplicatesRejectedForever, Lookup: ports.LookupDirect, Brackets: true,
		}))
	})

	It("trades every symbol there can be, in steps of nine places", func(ctx SpecContext) {
		for _, symbol := range []domain.Symbol{"AAPL", "BTC/USD", "NQ1!", "SPY250624C00596000"} {
			Expect(d.Instrument(ctx, d.account, symbol)).To(Equal(domain.Instrument{
				Symbol: symbol, AssetClass: domain.AssetClassUnknown, Tradable: true,
				QuantityStep: domain.MustQuantity("0.000000001"),
			}))
		}
		_, err := d.Instrument(ctx, d.account, "not a symbol")
		Expect(err).To(MatchError(domain.KindNotFound))
	})

	It("trades paper accounts only", func(ctx SpecContext) {
		snapshot := d.account.Snapshot()
		snapshot.Kind = "alpaca"
		other := domain.RestoreBrokerAccount(snapshot)
		_, err := d.Submit(ctx, other, buy("a", "1"))
		Expect(err).To(MatchError(domain.KindInvalid))
		_, err = d.Instrument(ctx, other, "AAPL")
		Expect(err).To(MatchError(domain.KindInvalid))
		_, err = d.Summary(ctx, other)
		Expect(err).To(MatchError(domain.KindInvalid))
	})

	It("opens the account at its first use", func(ctx SpecContext) {
		d.quote(ctx, quote("99", "101", ""))
		Expect(d.journal.kinds(d.account.ID())).To(Equal([]string{"opened", "quoted"}))
	})

	It("keeps accounts apart", func(ctx SpecContext) {
		other := newAccount("5")
		d.submit(ctx, buy("a", "1", alertAt("10")))
		_, err := d.ByClientOrderID(ctx, other, "a")
		Expect(err).To(MatchError(domain.KindNotFound))
		Expect(d.Summary(ctx, other)).To(HaveField("Cash", domain.MustMoney("5")))
		Expect(d.Submit(ctx, other, buy("a", "0.1"))).To(HaveField("Status", domain.StatusAccepted))
	})

	It("names orders and executions by UUIDs that no other account has", func(ctx SpecContext) {
		other := newAccount("100000")
		first := d.submit(ctx, buy("a", "1", alertAt("10")))
		second, err := d.Submit(ctx, other, buy("a", "1", alertAt("10")))
		Expect(err).NotTo(HaveOccurred())
		names := map[uuid.UUID]bool{}
		for _, r := range []domain.OrderReport{first, second} {
			names[uuid.MustParse(r.BrokerOrderID)] = true
			names[uuid.MustParse(r.Fills[0].ExecutionID)] = true
		}
		Expect(names).To(HaveLen(4))
	})

	It("never lets an account's time go back", func(ctx SpecContext) {
		later := d.submit(ctx, buy("a", "1"))
		behind := paper.New(d.journal, stopped(epoch().Add(-time.Hour)))
		report, err := behind.Cancel(ctx, d.account, "a")
		Expect(err).NotTo(HaveOccurred())
		Expect(report.At).To(Equal(later.At))
	})

	Describe("refuses, and journals nothing, for", func() {
		type refusal struct {
			request ports.OrderRequest
			code    string
			field   string
		}
		request := func(change func(*ports.OrderRequest)) ports.OrderRequest { return buy("a", "1", change) }

		DescribeTable("an order with",
			func(ctx SpecContext, r refusal) {
				_, err := d.Submit(ctx, d.account, r.request)
				Expect(err).To(MatchError(domain.KindInvalid))
				Expect(err).To(And(HaveField("Code", r.code), HaveField("Field", r.field)))
				Expect(entries()).To(BeZero())
			},
			Entry("no client order id", refusal{buy("", "1"), "invalid_client_order_id", "client_order_id"}),
			Entry("a client order id of 129 characters", refusal{buy(strings.Repeat("x", 129), "1"), "invalid_client_order_id", "client_order_id"}),
			Entry("a client order id with a NUL", refusal{buy("a\x00", "1"), "invalid_client_order_id", "client_order_id"}),
			Entry("no symbol", refusal{buy("a", "1", in("")), "invalid_symbol", "symbol"}),
			Entry("a symbol in another form", refusal{buy("a", "1", in("aapl")), "invalid_symbol", "symbol"}),
			Entry("no side", refusal{request(func(r *ports.OrderRequest) { r.Side = "" }), "invalid_side", "side"}),
			Entry("an undeclared type", refusal{request(func(r *ports.OrderRequest) { r.Type = "trailing_stop" }), "unsupported_order_type", "type"}),
			Entry("OPG", refusal{buy("a", "1", during(domain.TimeInForceOPG)), "unsupported_time_in_force", "time_in_force"}),
			Entry("CLS", refusal{buy("a", "1", during(domain.TimeInForceCLS)), "unsupported_time_in_force", "time_in_force"}),
			Entry("neither quantity nor notional", refusal{buy("a", ""), "quantity_or_notional", "quantity"}),
			Entry("both quantity and notional", refusal{request(func(r *ports.OrderRequest) { r.Notional = new(domain.MustMoney("1")) }), "quantity_or_notional", "quantity"}),
			Entry("a quantity of 0", refusal{buy("a", "0"), "quantity_not_positive", "quantity"}),
			Entry("a quantity finer than its step", refusal{buy("a", "0.0000000001"), "quantity_step", "quantity"}),
			Entry("a negative notional", refusal{buy("a", "", notional("-1")), "notional_not_positive", "notional"}),
			Entry("a limit order without limit", refusal{request(func(r *ports.OrderRequest) { r.Type = domain.OrderTypeLimit }), "limit_price_mismatch", "limit_price"}),
			Entry("a market order with a stop", refusal{request(func(r *ports.OrderRequest) { r.StopPrice = price("1") }), "stop_price_mismatch", "stop_price"}),
			Entry("a limit price that is none", refusal{buy("a", "1", limit("1"), func(r *ports.OrderRequest) { r.LimitPrice = new(domain.Price{}) }), "price_not_positive", "limit_price"}),
			Entry("a reference price that is none", refusal{request(func(r *ports.OrderRequest) { r.ReferencePrice = new(domain.Price{}) }), "price_not_positive", "reference_price"}),
			Entry("a notional that nobody could read back", refusal{buy("a", "", notional("1"), func(r *ports.OrderRequest) {
				r.Notional = new(domain.NewMoney(decimal.New(1, 30)))
			}), "number_out_of_range", "notional"}),
		)

		It("an order with several faults, naming them all", func(ctx SpecContext) {
			_, err := d.Submit(ctx, d.account, buy("", "0", during("fortnight")))
			Expect(err).To(HaveField("Reasons", ConsistOf(
				HaveField("Field", "client_order_id"), HaveField("Field", "time_in_force"), HaveField("Field", "quantity"),
			)))
		})

		DescribeTable("a quote",
			func(ctx SpecContext, q ports.Quote, code string) {
				_, err := d.Push(ctx, d.account, q)
				Expect(err).To(MatchError(domain.KindInvalid))
				Expect(err).To(HaveField("Code", code))
				Expect(entries()).To(BeZero())
			},
			Entry("without a price", quote("", "", ""), "price_required"),
			Entry("with its bid above its ask", quote("101", "100", ""), "crossed_quote"),
			Entry("without a symbol", ports.Quote{LastPrice: price("1")}, "invalid_symbol"),
			Entry("with a price that is none", ports.Quote{Symbol: "AAPL", Bid: new(domain.Price{}), LastPrice: price("1")}, "price_not_positive"),
		)

		It("an account that starts with more than can be read back", func(ctx SpecContext) {
			snapshot := d.account.Snapshot()
			snapshot.Paper.Cash = domain.NewMoney(decimal.New(1, 30))
			_, err := d.Submit(ctx, domain.RestoreBrokerAccount(snapshot), buy("a", "1"))
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(entries()).To(BeZero())
		})

		It("a client order id that was used, whatever became of the order", func(ctx SpecContext) {
			d.submit(ctx, buy("filled", "1", alertAt("10")))
			d.submit(ctx, buy("open", "1", limit("5")))
			d.submit(ctx, buy("canceled", "1", limit("5"), during(domain.TimeInForceIOC)))
			before := entries()
			for _, id := range []string{"filled", "open", "canceled"} {
				_, err := d.Submit(ctx, d.account, sell(id, "2", in("MSFT"), alertAt("3")))
				Expect(err).To(MatchError(domain.KindConflict))
				Expect(err).To(HaveField("Code", "duplicate_client_order_id"))
			}
			Expect(entries()).To(Equal(before))
		})
	})

	Describe("cancels", func() {
		It("an open order at once, and for good", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", limit("10")))
			report, err := d.Cancel(ctx, d.account, "a")
			Expect(err).NotTo(HaveOccurred())
			Expect(report.Status).To(Equal(domain.StatusCanceled))
			Expect(d.quote(ctx, quote("", "", "9"))).To(BeEmpty())
			Expect(d.order(ctx, "a")).To(Equal(report))
		})

		It("no order that is over", func(ctx SpecContext) {
			d.submit(ctx, buy("filled", "1", alertAt("10")))
			d.submit(ctx, buy("canceled", "1", limit("1")))
			Expect(d.Cancel(ctx, d.account, "canceled")).NotTo(BeZero())
			for _, id := range []string{"filled", "canceled"} {
				_, err := d.Cancel(ctx, d.account, id)
				Expect(err).To(MatchError(domain.KindConflict))
				Expect(err).To(HaveField("Code", "order_not_open"))
			}
		})

		It("no order that it does not have", func(ctx SpecContext) {
			_, err := d.Cancel(ctx, d.account, "a")
			Expect(err).To(MatchError(domain.KindNotFound))
			Expect(entries()).To(BeZero())
		})
	})

	Describe("over a journal", func() {
		var other *desk

		BeforeEach(func() {
			other = &desk{Broker: paper.New(d.journal, &clock{}), journal: d.journal, account: d.account}
		})

		It("shows every broker the same account at once", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "3", limit("10")))
			Expect(other.order(ctx, "a").Status).To(Equal(domain.StatusNew))
			Expect(other.quote(ctx, quote("", "", "9"))).To(Equal([]string{"a"}))
			Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusFilled))
			_, err := other.Submit(ctx, d.account, buy("a", "1"))
			Expect(err).To(MatchError(domain.KindConflict))
			Expect(other.summary(ctx)).To(Equal(d.summary(ctx)))
		})

		It("gives a command only what it has not read yet, and reads what came before its first one ahead of it", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", alertAt("10")))
			other.submit(ctx, buy("b", "1"))
			d.submit(ctx, buy("c", "1"))
			d.submit(ctx, buy("d", "1"))
			Expect(d.journal.calls).To(Equal([]int{0, 0, 2, 0}))
		})

		It("reads a long history page by page, and goes on from there where that was cut short", func(ctx SpecContext) {
			for _, id := range []string{"a", "b", "c"} {
				d.submit(ctx, buy(id, "1", alertAt("10")))
			}
			d.journal.page, d.journal.failReadAfter, d.journal.failRead = 2, 2, errDisk
			_, err := other.Submit(ctx, d.account, buy("d", "1"))
			Expect(err).To(MatchError(domain.KindUnavailable))
			d.journal.failRead = nil
			other.submit(ctx, buy("d", "1"))
			Expect(other.summary(ctx)).To(Equal(d.summary(ctx)))
			Expect(d.journal.calls[len(d.journal.calls)-1]).To(BeZero(), "nothing was left to read with the journal locked")
		})

		It("decides anew when it is run again, with what others did meanwhile", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "10", alertAt("10000")))
			d.journal.beforeSecondRun = func() { other.submit(ctx, sell("b", "10", alertAt("12000"))) }
			report := d.submit(ctx, buy("c", "1"))
			Expect(at(report)).To(Equal("12000"), "not the 10000 of the first run")
			Expect(d.order(ctx, "c")).To(Equal(report))
			Expect(d.summary(ctx)).To(Equal(other.summary(ctx)))
			Expect(d.position(ctx).Quantity.String()).To(Equal("1"))
		})

		It("refuses when it is run again and somebody took the id", func(ctx SpecContext) {
			d.journal.beforeSecondRun = func() { other.submit(ctx, buy("a", "2", alertAt("10"))) }
			_, err := d.Submit(ctx, d.account, buy("a", "1", alertAt("10")))
			Expect(err).To(MatchError(domain.KindConflict))
			Expect(d.position(ctx).Quantity.String()).To(Equal("2"))
		})

		It("forgets what was not stored", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", limit("9")))
			d.journal.failAfter = errDisk
			_, err := d.Submit(ctx, d.account, buy("b", "5", alertAt("8")))
			Expect(err).To(MatchError(domain.KindUnknownOutcome))
			Expect(err).To(MatchError(errDisk))
			_, err = d.Cancel(ctx, d.account, "a")
			Expect(err).To(MatchError(domain.KindUnknownOutcome))

			d.journal.failAfter = nil
			_, err = d.ByClientOrderID(ctx, d.account, "b")
			Expect(err).To(MatchError(domain.KindNotFound))
			Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusNew))
			Expect(at(d.submit(ctx, buy("b", "5", alertAt("7"))))).To(Equal("7"))
			Expect(d.summary(ctx)).To(Equal(other.summary(ctx)))
		})

		It("finds what was stored although it was told otherwise", func(ctx SpecContext) {
			d.journal.failStored = errDisk
			_, err := d.Submit(ctx, d.account, buy("a", "1", alertAt("10")))
			Expect(err).To(MatchError(domain.KindUnknownOutcome))
			d.journal.failStored = nil
			Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusFilled))
			_, err = d.Submit(ctx, d.account, buy("a", "1", alertAt("10")))
			Expect(err).To(MatchError(domain.KindConflict))
		})

		It("says that nothing was placed where the journal was never written to", func(ctx SpecContext) {
			d.journal.failBefore = errDisk
			_, err := d.Submit(ctx, d.account, buy("a", "1", alertAt("10")))
			Expect(err).To(MatchError(domain.KindUnavailable))
			Expect(err).To(MatchError(errDisk))
		})

		It("believes a journal that says that nothing was stored", func(ctx SpecContext) {
			d.journal.failAfter = &domain.Error{Kind: domain.KindUnavailable, Msg: "no connection"}
			_, err := d.Submit(ctx, d.account, buy("a", "1", alertAt("10")))
			Expect(err).To(MatchError(domain.KindUnavailable))
		})

		It("cannot be asked while the journal cannot be read", func(ctx SpecContext) {
			d.journal.failRead = errDisk
			_, err := d.ByClientOrderID(ctx, d.account, "a")
			Expect(err).To(MatchError(domain.KindUnavailable))
			_, err = d.Summary(ctx, d.account)
			Expect(err).To(MatchError(domain.KindUnavailable))
		})

		It("follows a journal that was put back to what it was before", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", alertAt("10")))
			d.submit(ctx, buy("b", "1"))
			d.journal.entries[d.account.ID()] = d.journal.entries[d.account.ID()][:4]
			d.submit(ctx, buy("c", "1"))
			_, err := d.ByClientOrderID(ctx, d.account, "b")
			Expect(err).To(MatchError(domain.KindNotFound))
			Expect(d.position(ctx).Quantity.String()).To(Equal("2"))
			Expect(d.summary(ctx)).To(Equal(other.summary(ctx)))
		})
	})

	Describe("with a context that is over", func() {
		It("does nothing and says so", func(ctx SpecContext) {
			over, cancel := context.WithCancel(ctx)
			cancel()
			_, err := d.Submit(over, d.account, buy("a", "1"))
			Expect(err).To(And(MatchError(domain.KindUnavailable), MatchError(context.Canceled)))
			_, err = d.ByClientOrderID(over, d.account, "a")
			Expect(err).To(And(MatchError(domain.KindUnavailable), MatchError(context.Canceled)))
			_, err = d.Instrument(over, d.account, "AAPL")
			Expect(err).To(MatchError(context.Canceled))
			Expect(entries()).To(BeZero())
		})

		It("does not wait for its turn any longer", func(ctx SpecContext) {
			holds, release := make(chan struct{}), make(chan struct{})
			d.journal.beforeSecondRun = func() { close(holds); <-release }
			done := make(chan struct{})
			go func() {
				defer GinkgoRecover()
				defer close(done)
				d.submit(ctx, buy("first", "1"))
			}()
			Eventually(holds).WithContext(ctx).Should(BeClosed())
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			_, err := d.Submit(short, d.account, buy("second", "1"))
			Expect(err).To(And(MatchError(domain.KindUnavailable), MatchError(context.DeadlineExceeded)))
			Expect(d.summary(ctx).Cash.String()).To(Equal("100000"), "reading does not wait")
			close(release)
			Eventually(done).WithContext(ctx).Should(BeClosed())
		})
	})

	It("takes orders from many goroutines and two processes, each once", func(ctx SpecContext) {
		other := &desk{Broker: paper.New(d.journal, &clock{}), journal: d.journal, account: d.account}
		d.quote(ctx, quote("", "", "1"))
		const workers, each = 8, 25
		var group sync.WaitGroup
		var won sync.Map
		for w := range workers {
			group.Go(func() {
				defer GinkgoRecover()
				broker := []*desk{d, other}[w%2]
				for n := range each {
					// Every id is sent by four workers; one of them places it.
					id := fmt.Sprintf("%d-%d", w/4, n)
					_, err := broker.Submit(ctx, d.account, buy(id, "1"))
					if err != nil {
						Expect(err).To(MatchError(domain.KindConflict))
						continue
					}
					_, twice := won.LoadOrStore(id, w)
					Expect(twice).To(BeFalse())
					Expect(broker.order(ctx, id).Status).To(Equal(domain.StatusFilled))
				}
			})
		}
		group.Wait()
		Expect(d.summary(ctx)).To(Equal(other.summary(ctx)))
		Expect(d.position(ctx).Quantity.String()).To(Equal("50"))
		Expect(entries()).To(Equal(2 + 2*50))
	})
})
