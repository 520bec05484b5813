package httpapi

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// recovering turns a panic into a 500 and a log line with its stack. Where an
// answer has begun, the connection is cut instead, so that half an answer is not
// taken for a whole one.
func (a *API) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it by identity too
				panic(p)
			}
			a.deps.Log.LogAttrs(r.Context(), slog.LevelError, "panic in a handler",
				slog.String("request_id", requestID(w)),
				slog.String("panic", fmt.Sprint(p)),
				slog.String("stack", string(debug.Stack())))
			if recorderOf(w).status != 0 {
				panic(http.ErrAbortHandler)
			}
			writeProblem(w, internalProblem())
		}()
		next.ServeHTTP(w, r)
	})
}
