package alpaca_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/system"
)

// answering is a venue that takes every order the same.
func answering(b *testing.B) *httptest.Server {
	b.Helper()
	body, err := os.ReadFile("testdata/order.json")
	if err != nil {
		b.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	b.Cleanup(s.Close)
	return s
}

// BenchmarkSubmit is the adapter's cost of an order, BenchmarkBareSubmit that of
// the same request with nothing but net/http and encoding/json.
func BenchmarkSubmit(b *testing.B) {
	account := accountAt(answering(b).URL)
	broker := alpaca.New(keyring{}, system.NewClock(), alpaca.Config{AllowAddresses: loopback()})
	b.Cleanup(broker.Close)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := broker.Submit(context.Background(), account, one()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareSubmit(b *testing.B) {
	url := answering(b).URL + "/v2/orders"
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(client.CloseIdleConnections)
	b.ReportAllocs()
	for b.Loop() {
		body, err := json.Marshal(map[string]string{
			"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day", "client_order_id": "hfabcdone",
		})
		if err != nil {
			b.Fatal(err)
		}
		request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("APCA-API-KEY-ID", "key")
		request.Header.Set("APCA-API-SECRET-KEY", "s3cret")
		response, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		var order map[string]any
		if err := json.NewDecoder(response.Body).Decode(&order); err != nil {
			b.Fatal(err)
		}
		_ = response.Body.Close()
	}
}
