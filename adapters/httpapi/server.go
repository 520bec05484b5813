package httpapi

import (
	"log/slog"
	"net/http"
	"time"
)

// The limits of a server: a slow or greedy client costs no more than these.
const (
	readHeaderTimeout = 2 * time.Second
	readTimeout       = 5 * time.Second
	writeTimeout      = 10 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
	maxStreams        = 128
)

// NewServer gives a server for one of an API's handlers: headers within 2 s and
// 16 KiB, the request within 5 s, the answer within 10 s, idle connections kept
// 60 s, 128 HTTP/2 streams a connection. What the server itself complains of is
// logged as a warning.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
