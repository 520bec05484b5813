package papersrv_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/papersrv"
	"github.com/hookfill/hookfill/domain"
)

// FuzzOrder sends anything as an order, to an account that holds something: it is
// taken or refused in JSON, never an error of this side, and what was taken can be
// read back from its journal.
func FuzzOrder(f *testing.F) {
	for _, seed := range []string{
		`{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"day"}`,
		`{"symbol":"AAPL","notional":10.5,"side":"sell","type":"limit","limit_price":"99.5","time_in_force":"day"}`,
		`{"symbol":"AAPL","qty":1e3,"side":"buy","type":"stop","stop_price":"0.0001","time_in_force":"gtc"}`,
		`{"symbol":"BTCUSD","qty":"0.000000001","side":"buy","type":"stop_limit","stop_price":1,"limit_price":1e24,"time_in_force":"gtc"}`,
		`{"symbol":"AAPL","qty":"2","side":"sell","type":"limit","time_in_force":"day","order_class":"oco","take_profit":{"limit_price":"200"},"stop_loss":{"stop_price":"50"}}`,
		`{"symbol":"AAPL","qty":"2","side":"buy","type":"market","time_in_force":"day","order_class":"bracket","take_profit":{"limit_price":"200"},"stop_loss":{"stop_price":"50","limit_price":"49"}}`,
		`{"symbol":"AAPL","qty":"2","side":"sell","type":"trailing_stop","trail_percent":"99.999999","time_in_force":"day","client_order_id":"é\u0000"}`,
		`{"symbol":null,"legs":[{}],"extended_hours":"yes"}`, `[]`, `{`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		journal := memory.NewJournal()
		serve := func() func(method, path, body string) *httptest.ResponseRecorder {
			server, err := papersrv.New(papersrv.Deps{
				Journal: journal, Clock: memory.NewClock(monday()), IDs: memory.NewSequentialIDs(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			}, papersrv.Config{Cash: domain.MustMoney("100000"), Sessions: true})
			if err != nil {
				t.Fatal(err)
			}
			handler := server.Handler()
			return func(method, path, body string) *httptest.ResponseRecorder {
				r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
				r.Header.Set("APCA-API-KEY-ID", "key")
				r.Header.Set("APCA-API-SECRET-KEY", "secret")
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				return w
			}
		}
		ask := serve()
		for _, symbol := range []string{"AAPL", "BTC/USD"} {
			ask(http.MethodPost, "/sim/quotes", `{"symbol":"`+symbol+`","bid":"99","ask":"101"}`)
		}
		ask(http.MethodPost, "/v2/orders", `{"symbol":"AAPL","qty":"10","side":"buy","type":"market","time_in_force":"day"}`)
		got := ask(http.MethodPost, "/v2/orders", body)
		if !slices.Contains([]int{http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusUnprocessableEntity}, got.Code) {
			t.Fatalf("answered %d %s", got.Code, got.Body)
		}
		if !json.Valid(got.Body.Bytes()) {
			t.Fatalf("answered no JSON: %s", got.Body)
		}
		before, after := ask(http.MethodGet, "/v2/orders?status=all", ""), serve()(http.MethodGet, "/v2/orders?status=all", "")
		if before.Code != http.StatusOK || before.Body.String() != after.Body.String() {
			t.Fatalf("a restart told otherwise: %d %s, %d %s", before.Code, before.Body, after.Code, after.Body)
		}
	})
}
