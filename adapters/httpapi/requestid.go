package httpapi

import "net/http"

const (
	requestIDHeader    = "X-Request-Id"
	maxRequestIDLength = 64
)

// identified gives every request an id, its own where it brought a sane one. The
// answer's header carries it, and everything within reads it there.
func (a *API) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !isSaneRequestID(id) {
			id = a.deps.IDs.New().String()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r)
	})
}

func requestID(w http.ResponseWriter) string { return w.Header().Get(requestIDHeader) }

// isSaneRequestID admits what is harmless in a log line, a header and a URI.
func isSaneRequestID(id string) bool {
	if id == "" || len(id) > maxRequestIDLength {
		return false
	}
	for _, c := range []byte(id) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		if !letter && !digit && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
