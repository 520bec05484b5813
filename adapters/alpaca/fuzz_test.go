package alpaca_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
)

// FuzzAnswer gives an order and the look-ups after it any answer there can be: it
// is never a refusal but by what is documented, and nothing breaks.
func FuzzAnswer(f *testing.F) {
	f.Add(422, `{"code":42210000,"message":"sub-penny"}`)
	f.Add(422, `{"code":40010001,"message":"client_order_id must be unique"}`)
	f.Add(403, `{"message":"forbidden."}`)
	f.Add(200, `{"id":"1","client_order_id":"hfabcdone","status":"filled","filled_qty":"1e9999","created_at":"2026-10-08T15:10:18Z"}`)
	f.Add(200, `[]`)
	f.Add(500, ``)
	type answer struct {
		status int
		body   string
	}
	var now atomic.Pointer[answer]
	venue := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/v2/orders:by_client_order_id" {
			fail(w, http.StatusNotFound, 40410000, "order not found")
			return
		}
		a := now.Load()
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(a.body))
	}))
	f.Cleanup(venue.Close)
	broker := alpaca.New(keyring{}, system.NewClock(), alpaca.Config{AllowAddresses: loopback()})
	f.Cleanup(broker.Close)
	documented := map[int]bool{400: true, 403: true, 422: true}
	f.Fuzz(func(t *testing.T, status int, body string) {
		now.Store(&answer{200 + (status%400+400)%400, body})
		account := accountAt(venue.URL)
		report, err := broker.Submit(context.Background(), account, one())
		switch {
		case err == nil && (report.ClientOrderID != "hfabcdone" || report.BrokerOrderID == "" || !report.Status.IsValid()):
			t.Errorf("%d %q was taken for an order: %+v", now.Load().status, body, report)
		case errors.Is(err, domain.KindRejected) && !documented[now.Load().status]:
			t.Errorf("%d %q was taken for a refusal", now.Load().status, body)
		case err != nil && domain.KindOf(err) == domain.KindInternal:
			t.Errorf("%d %q: %v", now.Load().status, body, err)
		}
		_, _ = broker.Summary(context.Background(), accountAt(venue.URL))
		_, _ = broker.Instrument(context.Background(), accountAt(venue.URL), "AAPL")
	})
}
