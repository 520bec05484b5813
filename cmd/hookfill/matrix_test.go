package main_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/gorilla/mux"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// visit is what a route answers to a verb: the owner of what its id names, and a
// stranger. Whoever is nobody gets the same 401 everywhere, and a stranger at
// somebody's id the same 404.
type visit struct {
	owner, stranger int
	body            any
	query           string
}

// visits has a row for every verb of every route that needs a caller. A route
// that is new needs one here, or belongs among the openDoors.
func visits(e estate) map[string]visit {
	const ok, made, gone, none, wrong, clash = http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusConflict
	name := map[string]any{"name": "renamed"}
	return map[string]visit{
		"GET /v1/broker-accounts":             {ok, ok, nil, ""},
		"POST /v1/broker-accounts":            {made, made, map[string]any{"name": "another", "kind": "paper"}, ""},
		"GET /v1/broker-accounts/{id}":        {ok, none, nil, ""},
		"PATCH /v1/broker-accounts/{id}":      {ok, none, name, ""},
		"POST /v1/broker-accounts/{id}/check": {ok, none, nil, ""},
		"DELETE /v1/broker-accounts/{id}":     {clash, none, nil, ""}, // an order is open
		"POST /v1/paper/{id}/quotes":          {gone, none, map[string]any{"symbol": "AAPL", "last": "101"}, ""},

		"GET /v1/webhook-configs": {ok, ok, nil, ""},
		"POST /v1/webhook-configs": {made, wrong, map[string]any{
			"name": "another", "routes": []any{map[string]any{"broker_account_id": e.account}},
		}, ""},
		"GET /v1/webhook-configs/{id}":                {ok, none, nil, ""},
		"PATCH /v1/webhook-configs/{id}":              {ok, none, name, ""},
		"DELETE /v1/webhook-configs/{id}":             {clash, none, nil, ""}, // an order is open
		"POST /v1/webhook-configs/{id}/rotate":        {ok, none, map[string]any{"overlap_seconds": 60}, ""},
		"GET /v1/webhook-configs/{id}/versions":       {ok, none, nil, ""},
		"POST /v1/webhook-configs/{id}/preview":       {ok, none, map[string]any{"ticker": "AAPL", "action": "buy", "quantity": "1", "price": "100"}, ""},
		"GET /v1/webhook-configs/{id}/refusals":       {ok, none, nil, ""},
		"GET /v1/webhook-configs/{id}/former-urls":    {ok, none, nil, ""},
		"DELETE /v1/webhook-configs/{id}/former-urls": {gone, none, nil, ""},
		"GET /v1/signals":                             {ok, ok, nil, ""},
		"POST /v1/signals":                            {made, none, map[string]any{"broker_account_id": e.account, "action": "buy", "symbol": "AAPL", "quantity": "1"}, ""},
		"GET /v1/signals/{id}":                        {ok, none, nil, ""},
		"POST /v1/signals/{id}/replay":                {made, none, nil, ""},
		"POST /v1/signals/{id}/answer":                {clash, none, map[string]any{"action": "discard"}, ""}, // it asks nothing
		"GET /v1/orders":                              {ok, ok, nil, ""},
		"GET /v1/orders/{id}":                         {ok, none, nil, ""},
		"POST /v1/orders/{id}/cancel":                 {ok, none, nil, ""},
		"GET /v1/reviews":                             {ok, ok, nil, ""},
		"POST /v1/reviews/{id}/settle":                {ok, none, map[string]any{"action": "not_placed", "reason": "asked"}, ""},
		"GET /v1/unmatched-orders":                    {ok, ok, nil, ""},
		"POST /v1/unmatched-orders/{id}/settle":       {ok, none, map[string]any{"verdict": "acknowledge", "note": "known"}, ""},
		"GET /v1/positions":                           {ok, ok, nil, ""},
		"GET /v1/halts":                               {ok, ok, nil, ""},
		"PUT /v1/halts":                               {ok, none, map[string]any{"scope": "account", "broker_account_id": e.account, "mode": "reduce_only"}, ""},
		"DELETE /v1/halts":                            {gone, none, nil, "?scope=account&broker_account_id=" + e.account},
	}
}

// openDoors need no caller: what they take is a secret by itself.
func openDoors() []string { return []string{"POST /hooks/{token}"} }

// doors walks the router of the API and asks each path what verbs it has.
func doors(ctx context.Context, s *server) []string {
	GinkgoHelper()
	var found []string
	Expect(theAPI().Public().(*mux.Router).Walk(func(r *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := r.GetPathTemplate()
		if err != nil {
			return err
		}
		unheard := (&user{server: s}).call(ctx, "BREW", strings.NewReplacer("{id}", "x", "{token}", "x").Replace(path), nil)
		Expect(unheard.status).To(Equal(http.StatusMethodNotAllowed), path)
		for verb := range strings.SplitSeq(unheard.header.Get("Allow"), ", ") {
			found = append(found, verb+" "+path)
		}
		return nil
	})).To(Succeed())
	return found
}

var _ = Describe("The matrix of routes, verbs and callers", func() {
	It("lets in whom it should and nobody else, by Supabase's tokens", func(ctx SpecContext) {
		p := newProject()
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated), p.setting())
		signedIn := func() *user {
			id := signUp(ctx, s.database)
			return &user{server: s, id: id, token: p.token(id, nil)}
		}
		e, stranger := estateOf(ctx, signedIn()), signedIn()
		rows := visits(e)
		heads := map[string]visit{}
		for door, v := range rows {
			if path, get := strings.CutPrefix(door, "GET "); get {
				heads["HEAD "+path] = v
			}
		}
		maps.Copy(rows, heads)
		all := doors(ctx, s)
		Expect(all).To(ConsistOf(slices.Concat(slices.Collect(maps.Keys(rows)), openDoors())), "every verb of every route has its row")
		slices.SortStableFunc(all, func(a, b string) int { return urgency(a) - urgency(b) })

		knock := func(u *user, door, id string) answered {
			GinkgoHelper()
			verb, path, _ := strings.Cut(door, " ")
			return u.call(ctx, verb, strings.Replace(path, "{id}", id, 1)+rows[door].query, rows[door].body)
		}
		before := e.seen(ctx)
		nobodies := map[string]string{
			"no token": "", "a bad one": e.owner.token[:len(e.owner.token)-6] + "AAAAAA",
			"an expired one":      p.token(e.owner.id, jwt.MapClaims{"exp": time.Now().Add(-time.Minute).Unix()}),
			"an anonymous user's": p.token(e.owner.id, jwt.MapClaims{"is_anonymous": true}),
			"the service's":       p.token(e.owner.id, jwt.MapClaims{"role": "service_role"}),
			"another project's":   newProject().token(e.owner.id, nil),
			"one of local mode":   strings.TrimSpace(done(ctx, newDataDir(), "token", "--user", e.owner.id)),
		}
		refusals := map[string]bool{}
		for _, door := range all {
			if slices.Contains(openDoors(), door) {
				continue
			}
			for whose, token := range nobodies {
				a := knock(&user{server: s, token: token}, door, e.at(door))
				Expect(a.status).To(Equal(http.StatusUnauthorized), "%s with %s: %s", door, whose, a.body)
				if !strings.HasPrefix(door, "HEAD ") {
					refusals[string(a.body)] = true
				}
			}
			theirs := knock(stranger, door, e.at(door))
			Expect(theirs.status).To(Equal(rows[door].stranger), "%s, a stranger: %s", door, theirs.body)
			if strings.Contains(door, "{id}") {
				nobodys := knock(stranger, door, uuid.NewString())
				Expect(nobodys.status).To(Equal(theirs.status), door)
				Expect(string(nobodys.body)).To(Equal(string(theirs.body)), door)
			}
		}
		Expect(refusals).To(HaveLen(1), "one body for whoever is nobody")
		Expect(e.seen(ctx)).To(Equal(before), "what the owner sees")
		for _, door := range all {
			if slices.Contains(openDoors(), door) {
				continue
			}
			own := knock(e.owner, door, e.at(door))
			Expect(own.status).To(Equal(rows[door].owner), "%s, its owner: %s", door, own.body)
		}
	})
})

// urgency puts what reads before what writes, and what takes away last, so that
// each finds what it asks for; an order that rests is what removing clashes with.
func urgency(door string) int {
	verb, path, _ := strings.Cut(door, " ")
	if strings.HasSuffix(path, "/cancel") {
		verb = "afterwards"
	}
	return slices.Index([]string{"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "afterwards"}, verb)
}
