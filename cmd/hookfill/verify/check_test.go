package verify_test

import (
	"context"
	"net/url"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/cmd/hookfill/verify"
)

// damage is a change nothing in the product makes, and what it breaks.
type damage struct {
	sql string
	// breaks is the invariant, also are those that cannot but break with it.
	breaks string
	also   []string
	// row is named in the report, with its problem.
	row, problem string
}

// id is how the world counts its rows.
func id(n string) string { return "00000000-0000-4000-8000-" + "000000000000"[len(n):] + n }

var _ = Describe("A world in which everything holds", func() {
	It("is found to be so, by a look that changes nothing", func(ctx SpecContext) {
		report, err := verify.Check(ctx, verify.Options{URL: worlds.Fresh(ctx), Canaries: []string{"canary-7"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Broken()).To(BeZero())
		for _, i := range report.Invariants {
			Expect(i.Rows).To(BeEmpty(), i.ID)
			Expect(i.Judged).To(Equal(i.ID != "I7"), i.ID)
		}
		Expect(report.Totals).To(Equal(verify.Totals{Deliveries: 9, Signals: 7, Tickets: 6, Orders: 5, BrokerOrders: 6, Lanes: 3}))
		Expect(report.WithoutRecord).To(BeEmpty())
	})

	It("is not at rest while a ticket waits", func(ctx SpecContext) {
		report, err := verify.Check(ctx, verify.Options{URL: worlds.Fresh(ctx), Drained: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(broken(report)).To(Equal([]string{"I7"}))
		Expect(rowsOf(report, "I7")).To(ConsistOf(verify.Row{Subject: "lane 1", Problem: "has 1 tickets to do"}))
	})
})

var _ = Describe("Check", func() {
	DescribeTable("finds and names",
		func(ctx SpecContext, d damage) {
			database := worlds.Fresh(ctx)
			// Keys, checks and triggers of the schema stand in the way of it all.
			Expect(run(ctx, database, "set session_replication_role = replica; "+d.sql)).To(Succeed())
			report, err := verify.Check(ctx, verify.Options{URL: database, Canaries: []string{"canary-7"}})
			Expect(err).NotTo(HaveOccurred())
			Expect(broken(report)).To(ConsistOf(append(d.also, d.breaks)))
			Expect(rowsOf(report, d.breaks)).To(ContainElement(And(
				HaveField("Subject", ContainSubstring(d.row)), HaveField("Problem", ContainSubstring(d.problem)))))
		},
		Entry("I1: a stored delivery whose signal is gone", damage{
			sql: "delete from public.signals where id = '" + id("207") + "'", breaks: "I1", row: "delivery " + id("107"), problem: "has no signal",
		}),
		Entry("I1: a duplicate of nothing", damage{
			sql: "update private.deliveries set body = 'other' where id = '" + id("108") + "'", breaks: "I1", row: "delivery " + id("108"), problem: "duplicate",
		}),
		Entry("I1: a refusal nobody can see", damage{
			sql: "delete from public.refusals", breaks: "I1", row: "delivery " + id("109"), problem: "not told",
		}),
		Entry("I1: a signal out of nowhere", damage{
			sql:    "update public.signals set delivery_id = '" + id("109") + "' where id = '" + id("207") + "'",
			breaks: "I1", row: "signal " + id("207"), problem: "no stored delivery",
		}),
		Entry("I1: a key of a signal that is gone", damage{
			sql: "update private.signal_keys set signal_id = '" + id("999") + "'", breaks: "I1", row: "key ", problem: "not there",
		}),
		Entry("I2: an order the broker took twice", damage{
			sql: "update private.paper_entries set entry = jsonb_set(entry, '{data,client_order_id}', '\"hfabcd1\"') where seq = 11;" +
				"update private.paper_entries set entry = jsonb_set(entry, '{data,client_order_id}', '\"hfabcd1\"') where seq = 12",
			breaks: "I2", also: []string{"I10"}, row: "client order id hfabcd1", problem: "2 orders at the broker",
		}),
		Entry("I2: an order of ours that only the broker knows", damage{
			sql:    "update private.paper_entries set entry = jsonb_set(entry, '{data,client_order_id}', '\"hfabcd77\"') where seq in (11, 12)",
			breaks: "I2", row: "client order id hfabcd77", problem: "no order here",
		}),
		Entry("I2: a second order of one step", damage{
			sql: "alter table public.orders drop constraint orders_ticket_id_step_revision_key;" +
				"update public.orders set step = 1 where id = '" + id("403") + "'",
			breaks: "I2", row: "ticket " + id("302"), problem: "has 2 orders of step 1",
		}),
		Entry("I2: two orders of one client order id", damage{
			sql: "alter table public.orders drop constraint orders_client_order_id_key;" +
				"update public.orders set client_order_id = 'hfabcd3' where id = '" + id("402") + "';" +
				"update private.paper_entries set entry = jsonb_set(entry, '{data,client_order_id}', '\"nobodys\"') where seq in (4, 5)",
			breaks: "I2", row: "client order id hfabcd3", problem: "is that of 2 orders",
		}),
		Entry("I2: an acknowledged order the broker never saw", damage{
			sql: "update public.orders set client_order_id = 'hfabcd78' where id = '" + id("405") + "';" +
				"update private.paper_entries set entry = jsonb_set(entry, '{data,client_order_id}', '\"nobodys\"') where seq = 10",
			breaks: "I2", row: "order " + id("405"), problem: "not in the broker's record",
		}),
		Entry("I2: an order taken for not placed that the broker has", damage{
			sql: "update public.orders set submission = 'not_placed' where id = '" + id("405") + "';" +
				"update public.order_events set kind = 'not_placed' where order_id = '" + id("405") + "' and kind = 'acknowledged'",
			breaks: "I2", row: "order " + id("405"), problem: "not_placed and in the broker's record",
		}),
		Entry("I2: an order of the wrong side", damage{
			sql:    "update private.paper_entries set entry = jsonb_set(entry, '{data,side}', '\"sell\"') where seq = 10",
			breaks: "I2", row: "order " + id("405"), problem: "told to sell",
		}),
		Entry("I2': a refusal without a reason", damage{
			sql: "update public.tickets set reasons = '[]' where id = '" + id("304") + "'", breaks: "I2'", row: "ticket " + id("304"), problem: "without a reason",
		}),
		Entry("I2': a ticket that is done though nothing was", damage{
			sql:    "update public.tickets set state = 'done', reasons = '[]' where id = '" + id("304") + "'; update public.signals set state = 'done' where id = '" + id("204") + "'",
			breaks: "I2'", row: "ticket " + id("304"), problem: "without an order",
		}),
		Entry("I2': a ticket that ended before its order was settled", damage{
			sql: "update public.orders set submission = 'unknown', status = 'pending_new' where id = '" + id("405") + "';" +
				"update public.order_events set kind = 'ambiguous' where order_id = '" + id("405") + "' and kind = 'acknowledged';" +
				"delete from public.order_events where order_id = '" + id("405") + "' and kind = 'new'",
			breaks: "I2'", row: "ticket " + id("305"), problem: "is unknown",
		}),
		Entry("I2': a signal that says other than its tickets", damage{
			sql: "update public.signals set state = 'done' where id = '" + id("206") + "'", breaks: "I2'", row: "signal " + id("206"), problem: "its tickets make it queued",
		}),
		Entry("I3: two orders the broker got the wrong way round", damage{
			sql: "update private.paper_entries set seq = seq + 100 where seq in (6, 7); update private.paper_entries set seq = seq - 2 where seq in (8, 9);" +
				"update private.paper_entries set seq = seq - 98 where seq > 100",
			breaks: "I3", row: "order " + id("403"), problem: "after a later one",
		}),
		Entry("I4: a gap in a lane", damage{
			sql: "update public.tickets set lane_seq = 5 where id = '" + id("306") + "'", breaks: "I4", row: "lane 1", problem: "from 1 to 5",
		}),
		Entry("I4: a lane that passed a waiting ticket", damage{
			sql: "update private.lanes set done_seq = 4 where lane_id = 1", breaks: "I4", row: "ticket " + id("306"), problem: "is queued at place 4",
		}),
		Entry("I4: a ticket that was done before its turn", damage{
			sql: "update private.lanes set done_seq = 2 where lane_id = 1", breaks: "I4", row: "ticket " + id("303"), problem: "is done at place 3",
		}),
		Entry("I4: a lane that is done with what it never had", damage{
			sql: "update private.lanes set done_seq = 7 where lane_id = 3", breaks: "I4", row: "lane 3", problem: "done up to 7",
		}),
		Entry("I4: a ticket in no lane", damage{
			sql: "delete from private.lanes where lane_id = 2", breaks: "I4", row: "ticket " + id("305"), problem: "a lane that is not there",
		}),
		Entry("I4: an order of another place than its ticket's", damage{
			sql: "update public.orders set lane_seq = 3 where id = '" + id("405") + "'", breaks: "I4", row: "order " + id("405"), problem: "says place 3 and its ticket 2",
		}),
		Entry("I5: an order in another's hands", damage{
			sql:    "update public.orders set user_id = '" + id("2") + "' where id = '" + id("405") + "'",
			breaks: "I5", row: "order " + id("405"), problem: "belongs to another user than its ticket",
		}),
		Entry("I5: a route to another's account", damage{
			sql:    "update public.webhook_routes set broker_account_id = '" + id("11") + "' where id = '" + id("30") + "'",
			breaks: "I5", row: "route " + id("30"), problem: "belongs to another user than its account",
		}),
		Entry("I5: a ticket in a lane of another symbol", damage{
			sql:    "update public.tickets set symbol = 'TSLA' where id = '" + id("306") + "'",
			breaks: "I5", row: "ticket " + id("306"), problem: "another account or symbol",
		}),
		Entry("I5: a table that hides nothing", damage{
			sql: "alter table public.positions disable row level security", breaks: "I5", row: "table public.positions", problem: "no row-level security",
		}),
		Entry("I6: an attempt under an epoch that never was", damage{
			sql:    "update private.order_attempts set epoch = 9 where order_id = '" + id("404") + "'",
			breaks: "I6", row: "order " + id("404"), problem: "epoch 9 of a lane that is at 5",
		}),
		Entry("I6: an attempt under a lease that was void", damage{
			sql:    "update private.order_attempts set epoch = 1 where order_id = '" + id("404") + "'",
			breaks: "I6", row: "order " + id("404"), problem: "earlier epoch",
		}),
		Entry("I6: an attempt that was not written down", damage{
			sql: "delete from private.order_attempts where order_id = '" + id("404") + "'", breaks: "I6", row: "order " + id("404"), problem: "no attempt to send it",
		}),
		Entry("I6: attempts with a gap", damage{
			sql: "update private.order_attempts set number = 2 where order_id = '" + id("404") + "'", breaks: "I6", row: "order " + id("404"), problem: "numbered from 2 to 2",
		}),
		Entry("I6: a second attempt under an earlier lease, and told of by no event", damage{
			sql:    "insert into private.order_attempts (order_id, number, epoch, deadline, at) values ('" + id("404") + "', 2, 3, now(), now())",
			breaks: "I6", row: "attempt 2 of order " + id("404"), problem: "earlier epoch than the one before",
		}),
		Entry("I6: an attempt that only its event tells of", damage{
			sql: "delete from private.order_attempts where order_id = '" + id("405") + "';" +
				"update private.paper_entries set entry = jsonb_set(entry, '{data,client_order_id}', '\"nobodys\"') where seq = 10",
			breaks: "I6", also: []string{"I2"}, row: "order " + id("405"), problem: "has 0 attempts and tells of 1",
		}),
		Entry("I8: a lane nobody will wake", damage{
			sql: "update private.lanes set ready_at = null where lane_id = 1", breaks: "I8", row: "lane 1", problem: "nothing will wake it",
		}),
		Entry("I9: a webhook's token in a payload", damage{
			sql:    "update public.signals set payload = 'hf_' || repeat('x', 43) where id = '" + id("201") + "'",
			breaks: "I9", row: "public.signals.payload", problem: "form of a webhook token",
		}),
		Entry("I9: a planted secret in JSON", damage{
			sql: `update public.broker_accounts set settings = '{"key": "canary-7"}'`, breaks: "I9", row: "public.broker_accounts.settings", problem: "planted secret",
		}),
		Entry("I9: a planted secret in a raw body", damage{
			sql:    "update private.deliveries set body = 'canary-7' where id = '" + id("109") + "'",
			breaks: "I9", row: "private.deliveries_", problem: "planted secret",
		}),
		Entry("I11: an entry under reduce_only", damage{
			sql:    "update private.order_attempts set effect = 'entry' where order_id = '" + id("405") + "'",
			breaks: "I11", row: "attempt 1 of order " + id("405"), problem: "as an entry under reduce_only",
		}),
		Entry("I11: an exit under halt", damage{
			sql:    "update public.halts set held_until = now() + interval '1 hour' where id = '" + id("601") + "'",
			breaks: "I11", row: "attempt 1 of order " + id("402"), problem: "as an exit under halt",
		}),
		Entry("I11: a halt lifted at no time", damage{
			sql: "update public.halts set held_until = null where id = '" + id("601") + "'", breaks: "I11", row: "halt " + id("601"), problem: "ended before it began",
		}),
		Entry("I10: a filled quantity no fill accounts for", damage{
			sql:    "update public.orders set filled_quantity = 9 where id = '" + id("401") + "'",
			breaks: "I10", row: "order " + id("401"), problem: "says it filled 9, and its fills are 10",
		}),
		Entry("I10: an average price that is not one", damage{
			sql:    "update public.orders set average_fill_price = 100.0000000002 where id = '" + id("401") + "'",
			breaks: "I10", row: "order " + id("401"), problem: "says it filled at 100.0000000002",
		}),
		Entry("I10: a status no event gives", damage{
			sql: "update public.orders set status = 'canceled' where id = '" + id("405") + "'", breaks: "I10", row: "order " + id("405"), problem: "its events do not say so",
		}),
		Entry("I10: an acknowledgement nobody heard", damage{
			sql:    "update public.order_events set kind = 'ambiguous' where order_id = '" + id("405") + "' and kind = 'acknowledged'",
			breaks: "I10", row: "order " + id("405"), problem: "acknowledged by nobody",
		}),
		Entry("I10: one execution told of two orders", damage{
			sql:    "update public.order_events set execution_id = 'execution 2' where execution_id = 'execution 3'",
			breaks: "I10", row: "execution execution 2", problem: "fills 2 orders",
		}),
		Entry("I10: a position that is not the sum of its fills", damage{
			sql:    "update public.positions set quantity = 5 where id = '" + id("502") + "'",
			breaks: "I10", row: "position by webhook of AAPL", problem: "is 5, and its fills make 4",
		}),
		Entry("I10: a position that is missing", damage{
			sql: "delete from public.positions where id = '" + id("502") + "'", breaks: "I10", row: "position by webhook of AAPL", problem: "is 0, and its fills make 4",
		}),
		Entry("I10: a profit nobody made", damage{
			sql:    "update public.positions set realized_profit = 100.01 where id = '" + id("501") + "'",
			breaks: "I10", row: "position by webhook of AAPL", problem: "earned 100.01",
		}),
		Entry("I10: a fill the broker does not have", damage{
			sql:    "update private.paper_entries set entry = jsonb_set(entry, '{data,quantity}', '\"3\"') where seq = 9",
			breaks: "I10", row: "order " + id("404"), problem: "by the broker's record it filled 3",
		}),
	)

	It("names the first rows and counts the others", func(ctx SpecContext) {
		database := worlds.Fresh(ctx)
		Expect(run(ctx, database, "set session_replication_role = replica; delete from public.signals")).To(Succeed())
		report, err := verify.Check(ctx, verify.Options{URL: database, Rows: 2})
		Expect(err).NotTo(HaveOccurred())
		Expect(rowsOf(report, "I1")).To(HaveLen(2))
		Expect(report.Invariants[0].Broken).To(Equal(7+1+6), "deliveries, a key and tickets")
	})

	DescribeTable("judges no record that is not whole",
		func(ctx SpecContext, sql, says string) {
			database := worlds.Fresh(ctx)
			Expect(run(ctx, database, sql)).To(Succeed())
			_, err := verify.Check(ctx, verify.Options{URL: database})
			Expect(err).To(MatchError(ContainSubstring(says)))
		},
		Entry("a gap", "delete from private.paper_entries where seq = 11", "entry 12: follows on entry 10"),
		Entry("an end that is missing", "delete from private.paper_entries where seq = 12", "ends at entry 11 and should end at 12"),
		Entry("another version", `update private.paper_entries set entry = entry || '{"v": 2}' where seq = 4`, "entry 4: is of version 2"),
		Entry("an unknown kind", `update private.paper_entries set entry = entry || '{"kind": "split"}' where seq = 12`, `unknown kind "split"`),
		Entry("a fill of nothing that came in", `update private.paper_entries set entry = entry || '{"kind": "opened"}' where seq = 11`, "never submitted"),
	)

	It("reads the records of other brokers, and names the accounts that have none", func(ctx SpecContext) {
		database := worlds.Fresh(ctx)
		Expect(run(ctx, database, "alter table public.broker_accounts drop constraint broker_accounts_kind_check;"+
			"update public.broker_accounts set kind = 'elsewhere' where id = '"+id("11")+"'")).To(Succeed())
		report, err := verify.Check(ctx, verify.Options{URL: database})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.WithoutRecord).To(Equal([]string{id("11")}))

		report, err = verify.Check(ctx, verify.Options{URL: database, Records: []verify.Record{elsewhere{}}})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.WithoutRecord).To(BeEmpty())
		Expect(rowsOf(report, "I2")).To(ConsistOf(HaveField("Subject", "client order id hfabcdlost")))
	})

	It("fails rather than find nothing where rows are hidden from it", func(ctx SpecContext) {
		database := worlds.Fresh(ctx)
		role := "reader_" + databaseOf(database)
		Expect(run(ctx, database, "create role "+role+" login; grant usage on schema public, private to "+role+
			"; grant select on all tables in schema public, private to "+role)).To(Succeed())
		DeferCleanup(func(ctx context.Context) error {
			return run(ctx, database, "drop owned by "+role+"; drop role "+role)
		})
		_, err := verify.Check(ctx, verify.Options{URL: asUser(database, role)})
		Expect(err).To(MatchError(ContainSubstring("row-level security")))
	})

	It("keeps the password of a database it cannot reach to itself", func(ctx SpecContext) {
		_, err := verify.Check(ctx, verify.Options{URL: "postgres://ada:s3cr3t@127.0.0.1:1/none"})
		Expect(err).To(MatchError(And(ContainSubstring("cannot connect"), Not(ContainSubstring("s3cr3t")))))
	})
})

// elsewhere is the record of a broker that has an order nobody here knows of.
type elsewhere struct{}

func (elsewhere) Kind() string { return "elsewhere" }

func (elsewhere) Orders(context.Context, pgx.Tx, string) ([]verify.BrokerOrder, error) {
	return []verify.BrokerOrder{{ClientOrderID: "hfabcdlost", Symbol: "AAPL", Side: "buy", Receipt: 1, Filled: decimal.Zero}}, nil
}

func broken(r verify.Report) []string {
	ids := []string{}
	for _, i := range r.Invariants {
		if i.Broken > 0 {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

func rowsOf(r verify.Report, invariant string) []verify.Row {
	for _, i := range r.Invariants {
		if i.ID == invariant {
			return i.Rows
		}
	}
	return nil
}

func asUser(database, user string) string {
	GinkgoHelper()
	u, err := url.Parse(database)
	Expect(err).NotTo(HaveOccurred())
	u.User = url.User(user)
	query := u.Query()
	query.Del("user")
	u.RawQuery = query.Encode()
	return u.String()
}

func databaseOf(database string) string {
	GinkgoHelper()
	u, err := url.Parse(database)
	Expect(err).NotTo(HaveOccurred())
	return u.Path[1:]
}
