package postgres_test

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"

	"github.com/hookfill/hookfill/domain"
)

// Of every table with an owner these put one row there, for the user $1. The
// rows of a user hang together: their ids are digests of the user and a word.
func ownedRows() map[string]string {
	return map[string]string{
		"public.broker_accounts": `
		insert into public.broker_accounts (id, user_id, name, kind) values (md5($1 || 'account')::uuid, $1::uuid, 'paper', 'paper')`,
		"public.webhook_configs": `
		insert into public.webhook_configs (id, user_id, name) values (md5($1 || 'config')::uuid, $1::uuid, 'momentum')`,
		"public.webhook_config_versions": `
		insert into public.webhook_config_versions (user_id, webhook_config_id, version, rules)
		values ($1::uuid, md5($1 || 'config')::uuid, 1, '{}')`,
		"public.webhook_routes": `
		insert into public.webhook_routes (user_id, webhook_config_id, version, position, broker_account_id, multiplier)
		values ($1::uuid, md5($1 || 'config')::uuid, 1, 0, md5($1 || 'account')::uuid, 1)`,
		"public.refusals": `
		insert into public.refusals (user_id, webhook_config_id, received_at, reasons)
		values ($1::uuid, md5($1 || 'config')::uuid, now(), '[]')`,
		"public.halts": `
		insert into public.halts (user_id, scope, mode, set_by, since) values ($1::uuid, 'user', 'halt', $1::uuid, now())`,
		"private.webhook_tokens": `
		insert into private.webhook_tokens (token_hash, user_id, webhook_config_id)
		values (sha256($1::bytea), $1::uuid, md5($1 || 'config')::uuid)`,
		"private.api_requests": `
		insert into private.api_requests (user_id, key, fingerprint) values ($1::uuid, 'key', sha256($1::bytea))`,
		"private.deliveries": `
		insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body)
		values (gen_random_uuid(), $1::uuid, md5($1 || 'config')::uuid, now(), '127.0.0.1', 'stored', '')`,
		"private.waiting_deliveries": `
		insert into private.waiting_deliveries (user_id, webhook_config_id, source, body)
		values ($1::uuid, md5($1 || 'config')::uuid, '127.0.0.1', '')`,
		"public.signals": `
		insert into public.signals (id, user_id, source, webhook_config_id, action, symbol, intent, received_at, updated_at)
		values (md5($1 || 'signal')::uuid, $1::uuid, 'alert', md5($1 || 'config')::uuid, 'buy', 'AAPL', '{}', now(), now())`,
		"private.signal_keys": `
		insert into private.signal_keys (webhook_config_id, key, body, signal_id, expires_at)
		values (md5($1 || 'config')::uuid, sha256($1::bytea), sha256($1::bytea), md5($1 || 'signal')::uuid, now())`,
		"private.lanes": `
		insert into private.lanes (user_id, broker_account_id, symbol) values ($1::uuid, md5($1 || 'account')::uuid, 'AAPL')`,
		"private.broker_credentials": `
		insert into private.broker_credentials (broker_account_id, user_id, version, sealed)
		values (md5($1 || 'account')::uuid, $1::uuid, 1, 'sealed')`,
		"private.sender_secrets": `
		insert into private.sender_secrets (user_id, webhook_config_id, proof, sealed)
		values ($1::uuid, md5($1 || 'config')::uuid, 'signature', 'sealed')`,
		"private.rate_budgets": `
		insert into private.rate_budgets (broker_account_id, level, refilled_at) values (md5($1 || 'account')::uuid, 1, now())`,
		"private.reconciliations": `
		insert into private.reconciliations (broker_account_id, compared_at) values (md5($1 || 'account')::uuid, now())`,
		"private.streams": `
		insert into private.streams (broker_account_id, owner, held_until) values (md5($1 || 'account')::uuid, 'spec', now())`,
		"public.unmatched_orders": `
		insert into public.unmatched_orders (id, user_id, broker_account_id, client_order_id, broker_order_id, symbol, status, filled_quantity, found_at)
		values (md5($1 || 'unmatched')::uuid, $1::uuid, md5($1 || 'account')::uuid, 'hf', 'b', 'AAPL', 'new', 0, now())`,
		"private.chains": `
		insert into private.chains (lane_id, webhook_config_id, position)
		select lane_id, md5($1 || 'config')::uuid, 1 from private.lanes where user_id = $1::uuid`,
		"public.tickets": `
		insert into public.tickets (id, user_id, signal_id, position, broker_account_id, symbol, multiplier, lane_id, lane_seq, created_at, updated_at)
		select md5($1 || 'ticket')::uuid, user_id, md5($1 || 'signal')::uuid, 0, broker_account_id, symbol, 1, lane_id, 1, now(), now()
		from private.lanes where user_id = $1::uuid`,
		"public.orders": `
		insert into public.orders (id, user_id, signal_id, ticket_id, broker_account_id, lane_seq, step, client_order_id, symbol, side, type,
		  time_in_force, order_class, quantity, submission, status, created_at, updated_at)
		values (md5($1 || 'order')::uuid, $1::uuid, md5($1 || 'signal')::uuid, md5($1 || 'ticket')::uuid, md5($1 || 'account')::uuid, 1, 1, $1,
		  'AAPL', 'buy', 'market', 'day', 'simple', 1, 'intent', 'pending_new', now(), now())`,
		"public.order_events": `
		insert into public.order_events (user_id, order_id, position, source_event_id, kind, at, recorded_at)
		values ($1::uuid, md5($1 || 'order')::uuid, 0, 'attempt:1', 'attempted', now(), now())`,
		"public.positions": `
		insert into public.positions (user_id, broker_account_id, scope, symbol, quantity, realized_profit, updated_at)
		values ($1::uuid, md5($1 || 'account')::uuid, 'account', 'AAPL', 1, 0, now())`,
		"private.order_attempts": `
		insert into private.order_attempts (order_id, number, epoch, deadline, at) values (md5($1 || 'order')::uuid, 1, 1, now(), now())`,
		"private.synthetic_stops": `
		insert into private.synthetic_stops (order_id, user_id, broker_account_id, ticket_id, symbol, side, stop_loss, created_at)
		values (md5($1 || 'order')::uuid, $1::uuid, md5($1 || 'account')::uuid, md5($1 || 'ticket')::uuid, 'AAPL', 'sell', 1, now())`,
		"private.protected_entries": `
		insert into private.protected_entries (order_id, user_id, broker_account_id, ticket_id, symbol, side, created_at)
		values (md5($1 || 'order')::uuid, $1::uuid, md5($1 || 'account')::uuid, md5($1 || 'ticket')::uuid, 'AAPL', 'sell', now())`,
		"private.paper_journals": `
		insert into private.paper_journals (broker_account_id) values (md5($1 || 'account')::uuid)`,
		"private.paper_entries": `
		insert into private.paper_entries (broker_account_id, seq, entry) values (md5($1 || 'account')::uuid, 1, '{}')`,
	}
}

// ownedTables is the order in which the rows can be put there.
func ownedTables() []string {
	return []string{
		"public.broker_accounts", "public.webhook_configs", "public.webhook_config_versions", "public.webhook_routes", "public.refusals",
		"private.broker_credentials", "private.webhook_tokens", "private.sender_secrets", "private.api_requests", "private.deliveries", "private.waiting_deliveries", "public.signals", "private.signal_keys", "private.lanes",
		"private.rate_budgets", "private.chains", "private.reconciliations", "private.streams", "public.unmatched_orders", "public.halts",
		"public.tickets", "public.orders", "public.order_events", "public.positions", "private.order_attempts", "private.synthetic_stops", "private.protected_entries", "private.paper_journals",
		"private.paper_entries",
	}
}

func ownedTablesOf(schema string) []string {
	var tables []string
	for _, table := range ownedTables() {
		if strings.HasPrefix(table, schema+".") {
			tables = append(tables, table)
		}
	}
	return tables
}

// putOwnedRows gives a new user one row in every table.
func putOwnedRows(ctx context.Context, conn *pgx.Conn) *domain.UserID {
	GinkgoHelper()
	user := domain.UserID{UUID: uuid.Must(uuid.NewV7())}
	sqlExec(ctx, conn, "insert into auth.users (id) values ($1)", user.String())
	for _, table := range ownedTables() {
		sqlExec(ctx, conn, ownedRows()[table], pgx.QueryExecModeSimpleProtocol, user.String())
	}
	return &user
}
