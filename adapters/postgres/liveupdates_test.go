package postgres_test

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

// realtimeStub stands in for what Supabase Realtime has in a database: its table,
// the topic a listener asks for, and the function that sends.
const realtimeStub = `
	create schema realtime;
	create table realtime.messages (
	  topic text not null, extension text not null, payload jsonb, event text, private boolean);
	alter table realtime.messages enable row level security;
	create function realtime.topic() returns text language sql stable as $f$
	  select nullif(current_setting('realtime.topic', true), '')
	$f$;
	create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
	language sql as $f$
	  insert into realtime.messages (topic, extension, payload, event, private) values ($3, 'broadcast', $1, $2, $4)
	$f$;
	grant usage on schema realtime to anon, authenticated;
	grant select on realtime.messages to anon, authenticated`

var _ = Describe("live updates", func() {
	// heard gives what a caller may hear on a topic, as Realtime finds out.
	heard := func(ctx context.Context, conn *pgx.Conn, role string, caller *domain.UserID, topic string) (messages int) {
		GinkgoHelper()
		sqlAs(ctx, conn, role, caller, func(tx pgx.Tx) {
			_, err := tx.Exec(ctx, "select set_config('realtime.topic', $1, true)", topic)
			Expect(err).NotTo(HaveOccurred())
			Expect(tx.QueryRow(ctx, "select count(*) from realtime.messages").Scan(&messages)).To(Succeed())
		})
		return messages
	}
	triggers := func(ctx context.Context, conn *pgx.Conn) []string {
		GinkgoHelper()
		return sqlRows(ctx, conn, `
			select tgrelid::regclass::text || ' ' || tgname from pg_trigger
			where tgfoid = 'private.tell_owners()'::regprocedure order by 1`)
	}

	Context("where there is Realtime", Ordered, func() {
		var (
			conn     *pgx.Conn
			ada, bob *domain.UserID
		)
		BeforeAll(func(ctx SpecContext) {
			databases.URL() // the roles are made with the template
			url := databases.Empty(ctx)
			conn = sqlConn(ctx, url)
			sqlExec(ctx, conn, realtimeStub)
			Expect(postgres.Migrate(ctx, url, postgres.Options{Plain: true})).To(Equal(migrationNames()))
			ada, bob = putOwnedRows(ctx, conn), putOwnedRows(ctx, conn)
		})

		It("tell each owner, on a private topic, which rows are new and which changed", func(ctx SpecContext) {
			sqlExec(ctx, conn, "set role hookfill_worker") // who may not send by itself
			sqlExec(ctx, conn, "update public.orders set status = 'filled' where user_id = $1", ada.String())
			sqlExec(ctx, conn, "reset role")
			sqlExec(ctx, conn, "update public.webhook_configs set status = 'paused' where user_id = $1", ada.String())
			Expect(sqlRows(ctx, conn, `
				select event || ' ' || (payload ->> 'table') || ' ' || private::text || ' ' || jsonb_array_length(payload -> 'ids')::text
				from realtime.messages where topic = $1 order by ctid`, "user:"+ada.String())).To(ConsistOf(
				"insert webhook_configs true 1", "insert signals true 1", "insert orders true 1", "insert positions true 1",
				"update orders true 1", "update webhook_configs true 1"))
			Expect(sqlRows(ctx, conn, `
				select count(*) from realtime.messages
				where topic = $1 and event = 'update' and payload = jsonb_build_object('table', 'orders', 'ids', jsonb_build_array(md5($2 || 'order')::uuid))`,
				"user:"+ada.String(), ada.String())).To(Equal([]string{"1"}), "a message names the row and says nothing else of it")
		})

		It("send one message a user however many rows a statement changes, and none for no row", func(ctx SpecContext) {
			carl, dora := putOwnedRows(ctx, conn), putOwnedRows(ctx, conn)
			both := []string{carl.String(), dora.String()}
			sqlExec(ctx, conn, "insert into public.webhook_configs (user_id, name) select unnest($1::uuid[]), 'second'", both)
			sqlExec(ctx, conn, "delete from realtime.messages where topic = any ($1)", []string{"user:" + both[0], "user:" + both[1]})
			sqlExec(ctx, conn, "update public.webhook_configs set name = 'renamed' where user_id = any ($1::uuid[])", both)
			sqlExec(ctx, conn, "update public.webhook_configs set name = 'nobody' where user_id = $1", uuid.New().String())
			Expect(sqlRows(ctx, conn, `
				select topic || ' ' || jsonb_array_length(payload -> 'ids')::text from realtime.messages where topic = any ($1)`,
				[]string{"user:" + both[0], "user:" + both[1]})).To(ConsistOf("user:"+both[0]+" 2", "user:"+both[1]+" 2"))
		})

		It("are heard by their owner and by nobody else", func(ctx SpecContext) {
			topic := "user:" + ada.String()
			Expect(heard(ctx, conn, "authenticated", ada, topic)).To(BeNumerically(">", 0))
			Expect(heard(ctx, conn, "authenticated", bob, topic)).To(BeZero(), "a stranger")
			Expect(heard(ctx, conn, "authenticated", nil, topic)).To(BeZero(), "a token without a subject")
			Expect(heard(ctx, conn, "anon", nil, topic)).To(BeZero(), "nobody")
			Expect(heard(ctx, conn, "authenticated", ada, "user:"+bob.String())).To(BeZero(), "another's topic")
		})

		It("undo nothing when they can't be sent", func(ctx SpecContext) {
			eve := putOwnedRows(ctx, conn)
			sqlExec(ctx, conn, "alter function realtime.send(jsonb, text, text, boolean) rename to send_away")
			DeferCleanup(func(ctx SpecContext) {
				sqlExec(ctx, conn, "alter function realtime.send_away(jsonb, text, text, boolean) rename to send")
			})
			sqlExec(ctx, conn, "update public.orders set status = 'filled' where user_id = $1", eve.String())
			Expect(sqlRows(ctx, conn, "select status from public.orders where user_id = $1", eve.String())).To(Equal([]string{"filled"}))
		})
	})

	It("cost nothing where there is no Realtime, and begin once it is there", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		Expect(triggers(ctx, conn)).To(BeEmpty())
		Expect(sqlRows(ctx, conn, "select private.send_live_updates()")).To(Equal([]string{"false"}))
		sqlExec(ctx, conn, realtimeStub)
		for range 2 {
			Expect(sqlRows(ctx, conn, "select private.send_live_updates()")).To(Equal([]string{"true"}))
			Expect(triggers(ctx, conn)).To(HaveLen(8))
		}
	})

	It("are not sent where nobody could be let listen", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		sqlExec(ctx, conn, realtimeStub)
		sqlExec(ctx, conn, "grant usage on schema realtime to hookfill_worker; "+
			"grant execute on function private.send_live_updates() to hookfill_worker; set role hookfill_worker")
		Expect(sqlRows(ctx, conn, "select private.send_live_updates()")).To(Equal([]string{"false"}), "it is not theirs to add a policy")
		Expect(triggers(ctx, conn)).To(BeEmpty())
	})

	DescribeTable("are nobody's to send or to turn on",
		func(ctx SpecContext, role, function string) {
			Expect(sqlRows(ctx, sqlConn(ctx, databases.URL()), "select has_function_privilege($1, $2, 'execute')", role, function)).
				To(Equal([]string{"false"}))
		},
		Entry(nil, "anon", "private.tell_owners()"),
		Entry(nil, "authenticated", "private.tell_owners()"),
		Entry(nil, "service_role", "private.tell_owners()"),
		Entry(nil, "authenticated", "private.send_live_updates()"),
		Entry(nil, "service_role", "private.send_live_updates()"),
		Entry(nil, "hookfill_worker", "private.send_live_updates()"),
	)
})
