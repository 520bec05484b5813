package httpapi

import (
	"log/slog"
	"net/http"
)

// logged writes one line a request. It names the route by its template: the raw
// path and query may hold secrets and are never written.
func (a *API) logged(template string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := recorderOf(w)
		defer func() {
			level := slog.LevelInfo
			if rec.answered() >= http.StatusInternalServerError {
				level = slog.LevelWarn
			}
			if !a.deps.Log.Enabled(r.Context(), level) {
				return
			}
			a.deps.Log.LogAttrs(r.Context(), level, "request",
				slog.String("method", knownMethod(r.Method)),
				slog.String("route", template),
				slog.Int("status", rec.answered()),
				slog.Int64("bytes", rec.bytes),
				slog.Float64("duration_ms", float64(a.deps.Clock.Now().Sub(rec.started).Microseconds())/1000),
				slog.String("request_id", requestID(w)),
				slog.String("remote", a.remote(r)))
		}()
		next.ServeHTTP(w, r)
	})
}

// knownMethod keeps what a client invents out of logs and labels.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "OTHER"
}
