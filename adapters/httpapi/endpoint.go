package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// apiTimeout ends a call of the API while there is still time to say so.
const apiTimeout = 8 * time.Second

// call is one authenticated request to the API.
type call struct {
	api    *API
	w      http.ResponseWriter
	r      *http.Request
	caller domain.Principal
}

// answer is what an endpoint found; a nil body is none.
type answer struct {
	status   int
	body     any
	location string
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func created(body any, location string) answer {
	return answer{status: http.StatusCreated, body: body, location: location}
}

func noContent() answer { return answer{status: http.StatusNoContent} }

// as serves an endpoint to whoever the bearer token names.
func (a *API) as(endpoint func(ctx context.Context, c *call) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), apiTimeout)
		defer cancel()
		caller, err := a.authenticate(ctx, r)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		got, err := endpoint(ctx, &call{api: a, w: w, r: r, caller: caller})
		if err != nil {
			a.fail(w, r, err)
			return
		}
		if got.location != "" {
			w.Header().Set("Location", got.location)
		}
		if got.body == nil {
			w.WriteHeader(got.status)
			return
		}
		body, err := encode(got.body)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		writeBytes(w, got.status, "application/json", body)
	})
}

// authenticate gives the caller; every way not to be one is the same refusal.
func (a *API) authenticate(ctx context.Context, r *http.Request) (domain.Principal, error) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !found || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return domain.Principal{}, unauthenticated()
	}
	caller, err := a.deps.Tokens.Verify(ctx, token)
	if domain.KindOf(err) == domain.KindUnauthenticated || err == nil && caller.UserID.IsZero() {
		return domain.Principal{}, unauthenticated()
	}
	return caller, err
}

func unauthenticated() refusal {
	return refusal{http.StatusUnauthorized, "unauthenticated", "send a valid token as Authorization: Bearer ..."}
}

// encode writes text as it is: the answers are no part of a web page.
func encode(body any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, &domain.Error{Kind: domain.KindInternal, Msg: "the answer does not encode", Err: err}
	}
	return buf.Bytes(), nil
}

// read runs fn on what the caller owns.
func (c *call) read(ctx context.Context, fn func(context.Context, ports.Repositories) error) error {
	return c.api.deps.Work.Do(ctx, c.caller, fn)
}

// pathID gives the id in the path. What is no id names nothing, like an id
// nobody has.
func pathID[E any](c *call, what string) (domain.ID[E], error) {
	id, err := domain.ParseID[E](mux.Vars(c.r)["id"])
	if err != nil {
		return id, domain.NotFound(what)
	}
	return id, nil
}
