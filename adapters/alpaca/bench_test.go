package alpaca_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

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

// bareOrder is what is read of an order without the adapter: every field of it that
// the adapter reads.
type bareOrder struct {
	ID            string      `json:"id"`
	ClientOrderID string      `json:"client_order_id"`
	Symbol        string      `json:"symbol"`
	AssetClass    string      `json:"asset_class"`
	Side          string      `json:"side"`
	Qty           json.Number `json:"qty"`
	Status        string      `json:"status"`
	FilledQty     json.Number `json:"filled_qty"`
	CreatedAt     time.Time   `json:"created_at"`
	UpdatedAt     *time.Time  `json:"updated_at"`
	SubmittedAt   *time.Time  `json:"submitted_at"`
}

// bare sends the same request with nothing but net/http and encoding/json.
func bare(ctx context.Context, client *http.Client, url string) error {
	body, err := json.Marshal(map[string]string{
		"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day", "client_order_id": "hfabcdone",
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("APCA-API-KEY-ID", "key")
	request.Header.Set("APCA-API-SECRET-KEY", "s3cret")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var order bareOrder
	return json.NewDecoder(response.Body).Decode(&order)
}

// BenchmarkSubmit is the adapter's cost of an order beside that of the same request
// made with nothing but net/http and encoding/json. Both take turns, so that what
// else the machine does falls on both; the ratio is of their medians.
func BenchmarkSubmit(b *testing.B) {
	const most = 1.5
	venue := answering(b)
	account, url := accountAt(venue.URL), venue.URL+"/v2/orders"
	broker := alpaca.New(keyring{}, system.NewClock(), alpaca.Config{AllowAddresses: loopback()})
	b.Cleanup(broker.Close)
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(client.CloseIdleConnections)
	var adapter, alone []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := broker.Submit(b.Context(), account, one()); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if err := bare(b.Context(), client, url); err != nil {
			b.Fatal(err)
		}
		adapter, alone = append(adapter, between.Sub(began)), append(alone, time.Since(between))
	}
	ratio := float64(median(adapter)) / float64(median(alone))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(adapter).Microseconds()), "µs/order")
	b.ReportMetric(float64(median(alone).Microseconds()), "µs/bare")
	b.ReportMetric(ratio, "of-bare")
	if len(adapter) > 1000 && ratio > most {
		b.Errorf("an order costs %.2f of the bare request, and is to cost %.1f at most", ratio, most)
	}
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}
