package main_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookfill/hookfill/adapters/httpapi"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/ports"
)

// estate is one of everything, and who owns it.
type estate struct {
	owner   *user
	account string
	webhook webhookRecord
	signal  string
	// order is done, working rests at the broker; ticket waits for a person.
	order, working, ticket string
	// unmatched is at the broker and no row accounts for it.
	unmatched string
}

func newEstate(ctx context.Context) estate {
	GinkgoHelper()
	return estateOf(ctx, standing.newUser(ctx))
}

func estateOf(ctx context.Context, owner *user) estate {
	GinkgoHelper()
	e := estate{owner: owner}
	e.account = e.owner.account(ctx)
	e.webhook = e.owner.webhook(ctx, e.account)
	hook := owner.server.at(e.webhook.URL)
	e.signal = accept(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
	resting := accept(ctx, hook, `{"ticker":"MSFT","action":"buy","quantity":"10","orderType":"limit","limitPrice":"90","price":"100"}`)
	_, err := alert(ctx, hook, "gibberish")
	Expect(err).NotTo(HaveOccurred())
	e.owner.settled(ctx, e.account)
	e.order = list[orderRecord](ctx, e.owner, "/v1/orders?signal_id="+e.signal)[0].ID
	e.working = list[orderRecord](ctx, e.owner, "/v1/orders?signal_id="+resting)[0].ID
	findUnmatched(ctx, owner.server.database, e.account)
	e.unmatched = list[struct{ ID string }](ctx, e.owner, "/v1/unmatched-orders")[0].ID
	halted := e.owner.call(ctx, http.MethodPut, "/v1/halts", map[string]string{"scope": "symbol", "symbol": "NVDA", "mode": "reduce_only"})
	Expect(halted.status).To(Equal(http.StatusOK), "%s", halted.body)
	e.ticket = escalate(ctx, owner.server.database, e.order)
	return e
}

// findUnmatched stores an order at the account's broker that no row accounts for,
// as the reconciler does, and gives the broker's id for it. The paper broker
// never has one.
func findUnmatched(ctx context.Context, database, account string) string {
	GinkgoHelper()
	db, err := pgx.Connect(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(db.Close(ctx)).To(Succeed()) }()
	id := "unmatched-" + account
	_, err = db.Exec(ctx, `
		insert into public.unmatched_orders
		  (user_id, broker_account_id, client_order_id, broker_order_id, symbol, status, filled_quantity, found_at)
		select user_id, id, 'hfaaaab', $2, 'AAPL', 'filled', 10, now() from public.broker_accounts where id = $1`, account, id)
	Expect(err).NotTo(HaveOccurred())
	return id
}

// escalate stores a second order of an order's ticket, one that only a person can
// tell what became of, and gives the ticket. The paper broker always answers in
// the end.
func escalate(ctx context.Context, database, order string) (ticket string) {
	GinkgoHelper()
	db, err := pgx.Connect(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(db.Close(ctx)).To(Succeed()) }()
	Expect(db.QueryRow(ctx, `
		with unclear as (
		  insert into public.orders (user_id, signal_id, ticket_id, broker_account_id, webhook_config_id, lane_seq, step, client_order_id,
		    symbol, side, type, time_in_force, order_class, quantity, submission, status, created_at, updated_at)
		  select user_id, signal_id, ticket_id, broker_account_id, webhook_config_id, lane_seq, step + 1, client_order_id || '2',
		    symbol, side, type, time_in_force, order_class, quantity, 'needs_review', 'pending_new', now(), now()
		  from public.orders where id = $1
		  returning id, user_id, ticket_id
		), told as (
		  insert into public.order_events (user_id, order_id, position, source_event_id, kind, at, attempt, reason, recorded_at)
		  select user_id, id, said.position, 'attempt:1:' || said.kind, said.kind, now(), 1, 'nobody knows', now()
		  from unclear, (values (0, 'attempted'), (1, 'ambiguous'), (2, 'escalated')) as said (position, kind)
		)
		select ticket_id::text from unclear`, order).Scan(&ticket)).To(Succeed())
	return ticket
}

// idOf gives what the owner has at a route, nothing where it names no id.
func (e estate) idOf(r httpapi.Route) string {
	GinkgoHelper()
	return e.at(r.Method + " " + r.Path)
}

// at is idOf for a verb and a path.
func (e estate) at(door string) string {
	GinkgoHelper()
	_, path, _ := strings.Cut(door, " ")
	if !strings.Contains(path, "{id}") {
		return ""
	}
	for prefix, id := range map[string]string{
		"/v1/broker-accounts/": e.account, "/v1/paper/": e.account, "/v1/webhook-configs/": e.webhook.ID,
		"/v1/signals/": e.signal, "/v1/orders/{id}/cancel": e.working, "/v1/reviews/": e.ticket,
		"/v1/unmatched-orders/": e.unmatched,
	} {
		if strings.HasPrefix(path, prefix) {
			return id
		}
	}
	Expect(path).To(HavePrefix("/v1/orders/"), "what of a user's is at this route?")
	return e.order
}

// seen is all that the owner sees.
func (e estate) seen(ctx context.Context) map[string]string {
	GinkgoHelper()
	all := map[string]string{}
	for _, path := range []string{
		"/v1/broker-accounts", "/v1/webhook-configs", "/v1/webhook-configs/" + e.webhook.ID + "/versions",
		"/v1/webhook-configs/" + e.webhook.ID + "/refusals", "/v1/webhook-configs/" + e.webhook.ID + "/former-urls", "/v1/signals", "/v1/signals/" + e.signal, "/v1/reviews", "/v1/unmatched-orders", "/v1/orders",
		"/v1/orders/" + e.working, "/v1/positions?by=account", "/v1/positions?by=webhook",
	} {
		a := e.owner.call(ctx, http.MethodGet, path, nil)
		Expect(a.status).To(Equal(http.StatusOK))
		all[path] = string(a.body)
	}
	return all
}

var _ = Describe("A stranger", func() {
	It("meets the same 404 at every route, whether an id is another's or nobody's", func(ctx SpecContext) {
		e := newEstate(ctx)
		before := e.seen(ctx)
		bob := standing.newUser(ctx)
		routes := routesWith("{id}")
		Expect(len(routes)).To(BeNumerically(">", 10))
		for _, r := range routes {
			path := strings.Replace(r.Path, "{id}", e.idOf(r), 1)
			theirs := bob.call(ctx, r.Method, path, bodyFor(r))
			nobodys := bob.call(ctx, r.Method, strings.Replace(r.Path, "{id}", uuid.NewString(), 1), bodyFor(r))
			Expect(theirs.status).To(Equal(http.StatusNotFound), "%s %s: %s", r.Method, r.Path, theirs.body)
			Expect(string(theirs.body)).To(Equal(string(nobodys.body)), "%s %s", r.Method, r.Path)
			Expect(theirs.status).To(Equal(nobodys.status))
		}
		Expect(e.seen(ctx)).To(Equal(before), "what the owner sees")

		for _, r := range routes {
			own := e.owner.call(ctx, r.Method, strings.Replace(r.Path, "{id}", e.idOf(r), 1), bodyFor(r))
			switch {
			case r.Method == http.MethodDelete:
			case strings.HasSuffix(r.Path, "/answer"):
				Expect(own.status).To(Equal(http.StatusConflict), "the owner's own signal asks nothing")
			default:
				Expect(own.status).To(BeElementOf(http.StatusOK, http.StatusCreated, http.StatusNoContent),
					"the owner's own %s %s: %s", r.Method, r.Path, own.body)
			}
			Expect(own.status).NotTo(Equal(http.StatusNotFound), "the owner's own %s %s", r.Method, r.Path)
		}
	})

	It("finds nothing in any list, whatever it is asked for", func(ctx SpecContext) {
		e := newEstate(ctx)
		bob := standing.newUser(ctx)
		for _, r := range routesWithout("{id}") {
			if r.Method != http.MethodGet {
				continue
			}
			for _, query := range []string{
				"", "?webhook_config_id=" + e.webhook.ID, "?signal_id=" + e.signal, "?broker_account_id=" + e.account,
				"?symbol=AAPL", "?by=webhook", "?by=account",
			} {
				a := bob.call(ctx, r.Method, r.Path+query, nil)
				if a.status == http.StatusUnprocessableEntity {
					continue // not a filter of this list
				}
				Expect(string(a.body)).To(MatchJSON(`{"items":[],"next_cursor":null}`), r.Path+query)
			}
			Expect(list[idRecord](ctx, e.owner, r.Path)).NotTo(BeEmpty(), "the owner's own %s", r.Path)
		}
	})

	It("cannot trade through another's account", func(ctx SpecContext) {
		e := newEstate(ctx)
		before := e.seen(ctx)
		bob := standing.newUser(ctx)
		for _, try := range []struct {
			path   string
			body   func(account string) any
			status int
		}{
			{"/v1/webhook-configs", func(account string) any {
				return map[string]any{"name": "theirs", "routes": []any{map[string]any{"broker_account_id": account}}}
			}, http.StatusUnprocessableEntity},
			{"/v1/signals", func(account string) any {
				return map[string]any{"broker_account_id": account, "action": "buy", "symbol": "AAPL", "quantity": "1"}
			}, http.StatusNotFound},
		} {
			theirs := bob.call(ctx, http.MethodPost, try.path, try.body(e.account))
			nobodys := bob.call(ctx, http.MethodPost, try.path, try.body(uuid.NewString()))
			Expect(theirs.status).To(Equal(try.status), "%s", theirs.body)
			Expect(theirs.hook().Code).To(Equal(nobodys.hook().Code))
			Expect(theirs.hook().Errors).To(Equal(nobodys.hook().Errors))
		}
		own := bob.webhook(ctx, bob.account(ctx))
		rerouted := bob.call(ctx, http.MethodPatch, "/v1/webhook-configs/"+own.ID,
			map[string]any{"routes": []any{map[string]any{"broker_account_id": e.account}}})
		Expect(rerouted.status).To(Equal(http.StatusUnprocessableEntity), "%s", rerouted.body)
		Expect(e.seen(ctx)).To(Equal(before))
	})

	It("is nobody without a token that is valid here: every route, one answer", func(ctx SpecContext) {
		e := newEstate(ctx)
		forged := hookfillIn(ctx, newDataDir(), nil, "token", "--user", e.owner.id)
		Expect(forged.code).To(BeZero())
		tampered := e.owner.token[:len(e.owner.token)-4] + "AAAA"
		bodies := map[string]bool{}
		for _, r := range routesWith("/v1/") {
			Expect(r.Auth).To(BeTrue(), r.Path)
			for _, token := range []string{"", strings.TrimSpace(forged.stdout), tampered, "hf_no_token_at_all"} {
				nobody := &user{server: standing, token: token}
				a := nobody.call(ctx, r.Method, strings.Replace(r.Path, "{id}", e.idOf(r), 1), bodyFor(r))
				Expect(a.status).To(Equal(http.StatusUnauthorized), "%s %s", r.Method, r.Path)
				bodies[string(a.body)] = true
			}
		}
		Expect(bodies).To(HaveLen(1))
	})
})

// bodyFor gives a body that the route takes from an owner.
func bodyFor(r httpapi.Route) any {
	GinkgoHelper()
	switch r.Method + " " + r.Path {
	case "PATCH /v1/broker-accounts/{id}", "PATCH /v1/webhook-configs/{id}":
		return map[string]any{"name": "renamed"}
	case "POST /v1/paper/{id}/quotes":
		return map[string]any{"symbol": "AAPL", "last": "101"}
	case "POST /v1/webhook-configs/{id}/rotate":
		return map[string]any{"overlap_seconds": 60}
	case "POST /v1/reviews/{id}/settle":
		return map[string]any{"action": "not_placed", "reason": "a stranger says so"}
	case "POST /v1/unmatched-orders/{id}/settle":
		return map[string]any{"verdict": "acknowledge", "note": "a stranger says so"}
	case "POST /v1/signals/{id}/answer":
		return map[string]any{"action": "discard"}
	case "POST /v1/webhook-configs/{id}/preview":
		return map[string]any{"ticker": "AAPL", "action": "buy", "quantity": "1", "price": "100"}
	}
	return nil
}

func routesWith(part string) []httpapi.Route    { return routes(part, true) }
func routesWithout(part string) []httpapi.Route { return routes(part, false) }

// theAPI is one of all routes, for what it says of itself.
func theAPI() *httpapi.API {
	GinkgoHelper()
	api, err := httpapi.New(httpapi.Deps{
		Intake: struct{ ports.SignalIntake }{}, Brokers: struct{ ports.BrokerAdmin }{}, Webhooks: struct{ ports.WebhookAdmin }{},
		Desk: struct{ ports.OrderDesk }{}, Halts: struct{ ports.HaltDesk }{}, Work: struct{ ports.UnitOfWork }{}, Tokens: struct{ ports.TokenVerifier }{},
		Clock: system.NewClock(), IDs: system.NewIDs(), Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	}, httpapi.Config{PublicURL: "http://127.0.0.1", Hooks: true, API: true})
	Expect(err).NotTo(HaveOccurred())
	return api
}

// routes asks the API itself what it answers.
func routes(part string, has bool) []httpapi.Route {
	GinkgoHelper()
	var found []httpapi.Route
	for _, r := range theAPI().Routes() {
		if strings.HasPrefix(r.Path, "/v1/") && strings.Contains(r.Path, part) == has {
			found = append(found, r)
		}
	}
	return found
}
