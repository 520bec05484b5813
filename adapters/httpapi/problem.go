package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// statusClientGone is what the log shows where nobody was left to answer.
const statusClientGone = 499

// refusal is an answer about the request itself: its path, method, size or form.
// What a request asks for is refused by a domain.Error.
type refusal struct {
	status int
	code   string
	detail string
}

func (r refusal) Error() string { return r.detail }

// problem is an RFC 9457 document. Its type is about:blank: what went wrong is
// told by the code, which is stable.
type problem struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"`
	Status   int          `json:"status"`
	Detail   string       `json:"detail"`
	Code     string       `json:"code"`
	Errors   []reasonJSON `json:"errors,omitempty"`
	Instance string       `json:"instance,omitempty"`

	retryAfter time.Duration
}

func newProblem(status int, code, detail string) problem {
	title := http.StatusText(status)
	return problem{Type: "about:blank", Title: title, Status: status, Code: code, Detail: detail}
}

func internalProblem() problem {
	return newProblem(http.StatusInternalServerError, string(domain.KindInternal),
		"something went wrong here; the log has it under the request id in instance")
}

// problemFor is the one place that turns an error into what a client sees.
func problemFor(err error) problem {
	if r, ok := errors.AsType[refusal](err); ok {
		return newProblem(r.status, r.code, r.detail)
	}
	kind := domain.KindOf(err)
	switch {
	case statusOf(kind) != http.StatusInternalServerError:
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, "timeout",
			"this took too long; look whether it happened before sending it again without an idempotency key")
	default:
		return internalProblem()
	}
	e, ok := errors.AsType[*domain.Error](err)
	if !ok {
		e = &domain.Error{Kind: kind}
	}
	code := e.Code
	if code == "" {
		code = string(e.Kind)
	}
	shown := domain.Error{Kind: e.Kind, Field: e.Field, Msg: e.Msg, Reasons: e.Reasons}
	p := newProblem(statusOf(e.Kind), code, shown.Error())
	if e.Kind == domain.KindInvalid || e.Field != "" || len(e.Reasons) > 0 {
		p.Errors = reasonsOf(e.AllReasons())
	}
	if e.Kind == domain.KindUnavailable {
		p.retryAfter = max(e.RetryAfter, time.Second)
	}
	return p
}

func statusOf(k domain.Kind) int {
	switch k {
	case domain.KindInvalid, domain.KindRejected:
		return http.StatusUnprocessableEntity
	case domain.KindUnauthenticated:
		return http.StatusUnauthorized
	case domain.KindForbidden:
		return http.StatusForbidden
	case domain.KindNotFound:
		return http.StatusNotFound
	case domain.KindConflict:
		return http.StatusConflict
	case domain.KindUnavailable, domain.KindUnknownOutcome:
		return http.StatusServiceUnavailable
	case domain.KindInternal:
	}
	return http.StatusInternalServerError
}

// fail answers with the problem err is, and logs the cause of one that is ours.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled) {
		w.WriteHeader(statusClientGone)
		return
	}
	a.failWith(w, r, problemFor(err), err)
}

func (a *API) failWith(w http.ResponseWriter, r *http.Request, p problem, err error) {
	if p.Status >= http.StatusInternalServerError {
		level := slog.LevelWarn
		if p.Status == http.StatusInternalServerError {
			level = slog.LevelError
		}
		a.deps.Log.LogAttrs(r.Context(), level, "request failed",
			slog.String("request_id", requestID(w)), slog.String("code", p.Code), slog.String("error", err.Error()))
	}
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p problem) {
	// A 401 or 404 must not tell one cause from another: every byte is the same.
	if p.Status != http.StatusNotFound && p.Status != http.StatusUnauthorized {
		p.Instance = requestID(w)
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers alone always encode
		panic(err)
	}
	writeBytes(w, p.Status, "application/problem+json", body)
}

// writeBytes sends a whole answer. That it cannot be delivered concerns only the
// client that left.
func writeBytes(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
