package main_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ledger is the broker's own record and nothing else: the quantities of each
// lane in the order in which it got them, and what was filled in all.
type ledger struct {
	received map[lane][]int
	filled   map[lane]int
}

func readLedger(ctx context.Context, database string) ledger {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `
		select broker_account_id::text, entry->>'kind', entry->'data'->>'client_order_id',
		  coalesce(entry->'data'->>'symbol', ''), entry->'data'->>'quantity'
		from private.paper_entries
		where entry->>'kind' in ('submitted', 'filled')
		order by broker_account_id, seq`)
	Expect(err).NotTo(HaveOccurred())
	l := ledger{received: map[lane][]int{}, filled: map[lane]int{}}
	of := map[string]lane{}
	var account, kind, id, symbol, quantity string
	_, err = pgx.ForEachRow(rows, []any{&account, &kind, &id, &symbol, &quantity}, func() error {
		n, err := strconv.Atoi(quantity)
		if err != nil {
			return err
		}
		if kind == "filled" {
			l.filled[of[account+id]] += n
			return nil
		}
		of[account+id] = lane{account, symbol}
		l.received[lane{account, symbol}] = append(l.received[lane{account, symbol}], n)
		return nil
	})
	Expect(err).NotTo(HaveOccurred())
	return l
}

// ledgerVerdict is what the ledger says beside the client's log.
type ledgerVerdict struct {
	acknowledged, orders, lost, doubled, misordered int
	faults                                          []string
}

func (v ledgerVerdict) String() string {
	return fmt.Sprintf("%d signals acknowledged, %d orders at the broker, %d lost, %d doubled, %d misordered",
		v.acknowledged, v.orders, v.lost, v.doubled, v.misordered)
}

// judgeLedger expects of each lane the quantities 1, 2, 3 and so on up to the
// last acknowledged, each once and filled. It knows nothing of hookfill.
func judgeLedger(l ledger, acknowledged map[lane]int) ledgerVerdict {
	var v ledgerVerdict
	for in := range l.received {
		if _, known := acknowledged[in]; !known {
			v.faults = append(v.faults, fmt.Sprint("orders in ", in, ", which got no alert"))
		}
	}
	for in, answered := range acknowledged {
		v.acknowledged += answered
		v.orders += len(l.received[in])
		times, before := map[int]int{}, 0
		for _, n := range l.received[in] {
			times[n]++
			switch {
			case times[n] > 1 || n > answered:
				v.doubled++
				v.faults = append(v.faults, fmt.Sprintf("%v: order %d of %d alerts, for the %d. time", in, n, answered, times[n]))
			case n < before:
				v.misordered++
				v.faults = append(v.faults, fmt.Sprintf("%v: order %d after order %d", in, n, before))
			}
			before = max(before, n)
		}
		for n := 1; n <= answered; n++ {
			if times[n] == 0 {
				v.lost++
				v.faults = append(v.faults, fmt.Sprintf("%v: no order for alert %d of %d", in, n, answered))
			}
		}
		if want := answered * (answered + 1) / 2; l.filled[in] != want {
			v.faults = append(v.faults, fmt.Sprintf("%v: filled %d instead of %d", in, l.filled[in], want))
		}
	}
	return v
}

var _ = Describe("The client's log beside the broker's ledger", func() {
	DescribeTable("tells",
		func(received []int, filled int, want ledgerVerdict) {
			aapl := lane{"one", "AAPL"}
			got := judgeLedger(ledger{map[lane][]int{aapl: received}, map[lane]int{aapl: filled}}, map[lane]int{aapl: 3})
			Expect(got.String()).To(Equal(want.String()))
			Expect(got.faults).To(HaveLen(len(want.faults)))
		},
		Entry("all is well", []int{1, 2, 3}, 6, ledgerVerdict{acknowledged: 3, orders: 3}),
		Entry("an alert that was lost", []int{1, 3}, 6, ledgerVerdict{acknowledged: 3, orders: 2, lost: 1, faults: make([]string, 1)}),
		Entry("an order that was doubled", []int{1, 2, 2, 3}, 6, ledgerVerdict{acknowledged: 3, orders: 4, doubled: 1, faults: make([]string, 1)}),
		Entry("an order nobody asked for", []int{1, 2, 3, 4}, 6, ledgerVerdict{acknowledged: 3, orders: 4, doubled: 1, faults: make([]string, 1)}),
		Entry("orders the wrong way round", []int{2, 1, 3}, 6, ledgerVerdict{acknowledged: 3, orders: 3, misordered: 1, faults: make([]string, 1)}),
		Entry("a fill too few", []int{1, 2, 3}, 5, ledgerVerdict{acknowledged: 3, orders: 3, faults: make([]string, 1)}),
	)

	It("tells of orders in a lane that got no alert", func() {
		got := judgeLedger(ledger{map[lane][]int{{"one", "AAPL"}: {1}}, nil}, nil)
		Expect(got.faults).To(HaveLen(1))
	})
})
