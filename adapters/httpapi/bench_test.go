package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookfill/hookfill/adapters/httpapi"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// BenchmarkHook is what an alert costs here, beyond the socket and the intake:
// routing, reading, answering, counting and a line of JSON in the log.
func BenchmarkHook(b *testing.B) {
	receipts := map[string]ports.Receipt{
		"accepted":  {Result: ports.ReceiptAccepted, SignalIDs: []domain.SignalID{{UUID: uuid.New()}}},
		"duplicate": {Result: ports.ReceiptDuplicate, SignalIDs: []domain.SignalID{{UUID: uuid.New()}}},
		"refused": {
			Result: ports.ReceiptRefused, SignalIDs: []domain.SignalID{{UUID: uuid.New()}},
			Reasons: []domain.Reason{{Code: "paused", Message: "the webhook is paused; resume it to execute its alerts"}},
		},
	}
	body := []byte(`{"ticker":"AAPL","action":"sell","orderType":"market","quantity":"20","sentiment":"short","price":"187.50","time":"2026-01-02T12:00:00Z"}`)
	for name, receipt := range receipts {
		b.Run(name, func(b *testing.B) {
			api, err := httpapi.New(httpapi.Deps{
				Intake: stubIntake{receipt}, Clock: newWorld(), IDs: randomIDs{},
				Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(),
				Ready: func(context.Context) error { return nil },
			}, httpapi.Config{PublicURL: "http://127.0.0.1:8080", Hooks: true})
			if err != nil {
				b.Fatal(err)
			}
			handler, w := api.Public(), &discard{header: http.Header{}}
			req := httptest.NewRequest(http.MethodPost, "/hooks/"+hookToken, nil)
			req.ContentLength = int64(len(body))
			reader := bytes.NewReader(body)
			b.ReportAllocs()
			for b.Loop() {
				reader.Reset(body)
				req.Body = io.NopCloser(reader)
				clear(w.header)
				handler.ServeHTTP(w, req)
			}
			if w.status != http.StatusOK {
				b.Fatal(w.status)
			}
		})
	}
}

type stubIntake struct{ receipt ports.Receipt }

func (s stubIntake) Receive(context.Context, ports.Alert) (ports.Receipt, error) {
	return s.receipt, nil
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
