package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
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

// The fuzz targets send hostile bodies to the API. Whatever comes, the answer is
// JSON and no fault of ours.

func FuzzControlInput(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed))
	}
	world, handler := fuzzed(f)
	paths := []string{
		"/v1/broker-accounts", "/v1/webhook-configs", "/v1/signals",
		"/v1/paper/" + fuzzedAccount + "/quotes", "/v1/webhook-configs/" + fuzzedConfig + "/rotate",
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, path := range paths {
			answers(t, handler, http.MethodPost, path, body)
		}
		world.forget()
	})
}

func FuzzWebhookPatch(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed))
	}
	world, handler := fuzzed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		status := answers(t, handler, http.MethodPatch, "/v1/webhook-configs/"+fuzzedConfig, body)
		if status == http.StatusOK {
			// What was stored reads back, and the same patch changes nothing more.
			first := get(t, handler, "/v1/webhook-configs/"+fuzzedConfig)
			answers(t, handler, http.MethodPatch, "/v1/webhook-configs/"+fuzzedConfig, body)
			second := get(t, handler, "/v1/webhook-configs/"+fuzzedConfig)
			delete(first, "version")
			delete(second, "version")
			if a, b := encoded(t, first), encoded(t, second); !bytes.Equal(a, b) {
				t.Fatalf("patched once %s\npatched twice %s", a, b)
			}
		}
		world.forget()
	})
}

const (
	fuzzedAccount = "01942681-cccc-7000-8000-000000000001"
	fuzzedConfig  = "01942681-dddd-7000-8000-000000000001"
)

func seeds() []string {
	return []string{
		``, `{}`, `null`, `[]`, `{"name":"p","kind":"paper","settings":{"cash":"1.5"}}`,
		`{"name":"m","routes":[{"broker_account_id":"` + fuzzedAccount + `","multiplier":"0.5"}],"symbols":["AAPL"],"symbol_map":{"BTCUSD":"BTC/USD"},
		  "sizing":{"type":"fixed_quantity","value":1},"risk":{"max_order_quantity":"5","max_daily_loss":null},"staleness":{"entry_seconds":null},
		  "dedupe":{"key_fields":["id"],"window_seconds":9},"senders":{"allow_cidrs":[],"preset":null,"signing":false}}`,
		`{"name":null,"status":"paused"}`, `{"routes":[{"routes":[]}]}`, `{"a":1,"a":2}`, `{"a\u0000":"\u0000"}`, `{"name":"` + "\xff" + `"}`,
		`{"broker_account_id":"` + fuzzedAccount + `","action":"buy","symbol":"AAPL","quantity":1e-9,"type":"limit","limit_price":"1"}`,
		`{"symbol":"AAPL","bid":"1","ask":2,"last":1e400}`, `{"overlap_seconds":0}`, `{"symbols":null,"dedupe":{}}`,
		`{"senders":{"signing":{"x":[[[[[[]]]]]]}}}`, `{"name":"a"} {}`, `{"sizing":{"type":"percent","value":-0}}`,
	}
}

// fuzzed gives a handler over a world that has an account and a config.
func fuzzed(f *testing.F) (*world, http.Handler) {
	w := newWorld()
	id := uuid.MustParse(fuzzedAccount)
	w.accounts[domain.BrokerAccountID{UUID: id}] = domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: id}, UserID: alice(), Name: "paper", Kind: domain.BrokerKindPaper,
	})
	w.forget()
	i := &intake{}
	i.gives(ports.Receipt{}, nil)
	api, err := httpapi.New(httpapi.Deps{
		Intake: i, Brokers: w, Webhooks: w, Desk: w, Halts: w, Work: w, Tokens: keyring{aliceToken: {UserID: alice()}},
		Clock: w, IDs: randomIDs{}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	}, everything())
	if err != nil {
		f.Fatal(err)
	}
	return w, api.Public()
}

// forget brings the world back to one account and one config.
func (w *world) forget() {
	account := domain.BrokerAccountID{UUID: uuid.MustParse(fuzzedAccount)}
	config := domain.WebhookConfigID{UUID: uuid.MustParse(fuzzedConfig)}
	rules := domain.DefaultWebhookRules()
	rules.Routes = []domain.Route{{BrokerAccountID: account, Multiplier: domain.MustQuantity("1")}}
	clear(w.signals)
	clear(w.configs)
	for id := range w.accounts {
		if id != account {
			delete(w.accounts, id)
		}
	}
	w.once, w.quotes, w.queries = nil, nil, nil
	w.configs[config] = []*domain.WebhookConfig{domain.RestoreWebhookConfig(domain.WebhookConfigSnapshot{
		ID: config, UserID: alice(), Name: "momentum", Status: domain.WebhookActive, Version: 1, Rules: rules,
	})}
}

// answers sends a body and fails unless the answer is fit to be seen.
func answers(t *testing.T, handler http.Handler, method, path string, body []byte) int {
	t.Helper()
	req := httptest.NewRequest(method, path, bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+aliceToken)
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	switch rec.Code {
	case http.StatusNoContent:
		return rec.Code
	case http.StatusOK, http.StatusCreated, http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
	default:
		t.Fatalf("%s %s answers %q with %d: %s", method, path, body, rec.Code, rec.Body)
	}
	if !json.Valid(rec.Body.Bytes()) {
		t.Fatalf("%s %s answers %q with no JSON: %s", method, path, body, rec.Body)
	}
	return rec.Code
}

func get(t *testing.T, handler http.Handler, path string) map[string]any {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Authorization", "Bearer "+aliceToken)
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	var got map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
