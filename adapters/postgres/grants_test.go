package postgres_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the grants", func() {
	granted := func(ctx context.Context, role string) []string {
		GinkgoHelper()
		return sqlRows(ctx, sqlConn(ctx, databases.URL()), `
			select table_schema || '.' || table_name || ' ' || string_agg(lower(privilege_type), ',' order by privilege_type)
			from (
			  select table_schema, table_name, privilege_type
			  from information_schema.table_privileges where grantee = $1
			  union
			  select table_schema, table_name, privilege_type || '(' || string_agg(column_name, ',' order by column_name) || ')'
			  from information_schema.column_privileges as c
			  where grantee = $1 and not exists (
			    select from information_schema.table_privileges as t
			    where t.grantee = $1 and t.table_schema = c.table_schema and t.table_name = c.table_name and t.privilege_type = c.privilege_type)
			  group by table_schema, table_name, privilege_type
			) as privileges
			where table_schema in ('public', 'private', 'auth', 'supabase_migrations')
			group by table_schema, table_name
			order by 1`, role)
	}

	It("let a signed-in user read everything public, add what is set up, and change what may change", func(ctx SpecContext) {
		Expect(granted(ctx, "authenticated")).To(Equal([]string{
			"public.broker_accounts insert,select,update(deleted_at,name,updated_at,version)",
			"public.halts select",
			"public.order_events select",
			"public.orders select",
			"public.positions select",
			"public.refusals select",
			"public.signals select",
			"public.tickets select",
			"public.unmatched_orders select",
			"public.webhook_config_versions insert,select",
			"public.webhook_configs insert,select,update(deleted_at,name,status,updated_at,version)",
			"public.webhook_routes insert,select",
		}))
	})

	It("let hookfill_api touch tokens and requests", func(ctx SpecContext) {
		Expect(granted(ctx, "hookfill_api")).To(Equal([]string{
			"private.api_requests delete,insert,select,update",
			"private.broker_credentials delete,insert,select(broker_account_id,user_id,version)",
			"private.chains select",
			"private.lanes select(broker_account_id,lane_id,symbol,user_id)",
			"private.sender_secrets delete,insert,select(ends_at,proof,user_id,webhook_config_id),update(ends_at)",
			"private.webhook_tokens insert,select,update",
			"public.broker_accounts select(credentials_version,deleted_at,id,user_id),update(credentials_version,trouble)",
			"public.halts insert,select,update(held_until,lifted_at)",
			"public.unmatched_orders select(id,status,user_id,verdict),update(note,recall_at,settled_at,settled_by,verdict)",
		}))
	})

	It("let hookfill_worker admit alerts and execute orders, and no more", func(ctx SpecContext) {
		Expect(granted(ctx, "hookfill_worker")).To(Equal([]string{
			"auth.users insert(id),select(id)",
			"private.api_requests delete,select",
			"private.broker_credentials select",
			"private.chains delete,insert,select,update",
			"private.deliveries insert,select",
			"private.installation select",
			"private.lanes insert,select,update",
			"private.order_attempts insert,select",
			"private.paper_entries insert,select",
			"private.paper_journals insert,select,update",
			"private.protected_entries insert,select,update(end_reason,ended_at,settled_tries,tried_at,tries)",
			"private.rate_budgets insert,select,update",
			"private.reconciliations insert,select,update",
			"private.sender_secrets select",
			"private.signal_keys delete,insert,select,update",
			"private.streams insert,select,update",
			"private.synthetic_stops insert,select,update(end_reason,ended_at,exits,trigger_price,triggered_at)",
			"private.waiting_deliveries delete,insert,select,update(source)",
			"private.webhook_tokens select",
			"public.broker_accounts select,update(trouble)",
			"public.halts select,update(flattened_at)",
			"public.order_events insert,select",
			"public.orders insert,select,update",
			"public.positions insert,select,update",
			"public.refusals insert,select",
			"public.signals insert,select,update",
			"public.tickets insert,select,update",
			"public.unmatched_orders insert,select,update(ended_at,filled_quantity,outcome,recall_at,status)",
			"public.webhook_config_versions select",
			"public.webhook_configs select",
			"public.webhook_routes select",
			"supabase_migrations.schema_migrations select(version)",
		}))
	})

	DescribeTable("leave nothing to", func(ctx SpecContext, role string) {
		Expect(granted(ctx, role)).To(BeEmpty())
	},
		Entry("everybody", "PUBLIC"),
		Entry("somebody who is not signed in", "anon"),
		Entry("the service role", "service_role"),
		Entry("the login of the data API", "authenticator"),
	)

	It("let the worker and the second door alone call functions that run as the owner, whose search path is empty", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.URL())
		Expect(sqlRows(ctx, conn, `
			select p.oid::regprocedure::text, r.rolname, p.proconfig::text
			from pg_proc as p, pg_roles as r
			where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prosecdef
			  and not r.rolsuper and r.rolname ~ '^(anon|authenticated|service_role|authenticator|hookfill_(api|worker))$'
			  and has_function_privilege(r.oid, p.oid, 'execute')`)).
			To(ConsistOf(
				`private.prepare_deliveries(date,integer) hookfill_worker {"search_path=\"\""}`,
				`ingest_delivery(text,text,text) service_role {"search_path=\"\""}`,
			))
	})
})
