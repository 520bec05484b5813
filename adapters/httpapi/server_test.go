package httpapi_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/httpapi"
)

var _ = Describe("A server", func() {
	It("has the limits it promises", func() {
		s := httpapi.NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
		Expect(s.ReadHeaderTimeout).To(Equal(2 * time.Second))
		Expect(s.ReadTimeout).To(Equal(5 * time.Second))
		Expect(s.WriteTimeout).To(Equal(10 * time.Second))
		Expect(s.IdleTimeout).To(Equal(60 * time.Second))
		Expect(s.MaxHeaderBytes).To(Equal(16 << 10))
		Expect(s.HTTP2.MaxConcurrentStreams).To(Equal(128))
	})

	// serve starts a server with limits, changed as a spec needs, and gives its
	// address.
	serve := func(ctx context.Context, h *harness, change func(*http.Server)) string {
		GinkgoHelper()
		s := httpapi.NewServer(h.api.Public(), h.deps.Log)
		change(s)
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		done := make(chan error, 1)
		go func() { done <- s.Serve(listener) }()
		DeferCleanup(func() {
			Expect(s.Close()).To(Succeed())
			Expect(<-done).To(MatchError(http.ErrServerClosed))
		})
		return listener.Addr().String()
	}
	talk := func(ctx context.Context, address, text string) string {
		GinkgoHelper()
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		_, err = io.WriteString(conn, text)
		Expect(err).NotTo(HaveOccurred())
		got, err := io.ReadAll(conn)
		Expect(err).NotTo(HaveOccurred())
		return string(got)
	}

	It("gives up on a body that does not come, and keeps nothing of it", func(ctx SpecContext) {
		h := newHarness()
		address := serve(ctx, h, func(s *http.Server) { s.ReadTimeout = 50 * time.Millisecond })
		got := talk(ctx, address, "POST /hooks/"+hookToken+" HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{\"ticker\"")
		Expect(got).To(And(HavePrefix("HTTP/1.1 408 "), ContainSubstring(`"code":"body_late"`)))
		Expect(h.intake.alerts()).To(BeEmpty())
	})

	It("refuses headers beyond its limit", func(ctx SpecContext) {
		h := newHarness()
		address := serve(ctx, h, func(*http.Server) {})
		got := talk(ctx, address, "POST /hooks/"+hookToken+" HTTP/1.1\r\nHost: h\r\nX-Big: "+strings.Repeat("x", 32<<10)+"\r\n\r\n")
		Expect(got).To(HavePrefix("HTTP/1.1 431 "))
		Expect(h.intake.alerts()).To(BeEmpty())
	})

	It("logs what it complains of", func() {
		var log syncBuffer
		s := httpapi.NewServer(http.NotFoundHandler(), slog.New(slog.NewJSONHandler(&log, nil)))
		s.ErrorLog.Print("http: odd")
		Expect(log.lines("http: odd")).To(ConsistOf(HaveKeyWithValue("level", "WARN")))
	})
})
