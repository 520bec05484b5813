package papersrv_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/alpacahq/alpaca-trade-api-go/v3/marketdata"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// call is what Alpaca's SDK has for an endpoint.
type call struct {
	Endpoint string
	Do       func(ctx context.Context, c *alpaca.Client, resting *alpaca.Order) error
}

// calls names every endpoint that trading needs. The SDK has no call for the
// WebSocket of trade updates; what it has reads the same updates as events.
func calls() []call {
	second := func(_ any, err error) error { return err }
	return []call{
		{"POST /v2/orders", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.PlaceOrder(buy("1", "AAPL")))
		}},
		{"GET /v2/orders", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.GetOrders(alpaca.GetOrdersRequest{Status: "all", Limit: 10, Direction: "asc", Nested: true, Symbols: []string{"AAPL"}}))
		}},
		{"GET /v2/orders/{id}", func(_ context.Context, c *alpaca.Client, o *alpaca.Order) error { return second(c.GetOrder(o.ID)) }},
		{"GET /v2/orders:by_client_order_id", func(_ context.Context, c *alpaca.Client, o *alpaca.Order) error {
			return second(c.GetOrderByClientOrderID(o.ClientOrderID))
		}},
		{"PATCH /v2/orders/{id}", func(_ context.Context, c *alpaca.Client, o *alpaca.Order) error {
			return second(c.ReplaceOrder(o.ID, alpaca.ReplaceOrderRequest{LimitPrice: d("91")}))
		}},
		{"DELETE /v2/orders/{id}", func(_ context.Context, c *alpaca.Client, o *alpaca.Order) error { return c.CancelOrder(o.ID) }},
		{"DELETE /v2/orders", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error { return c.CancelAllOrders() }},
		{"GET /v2/positions", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error { return second(c.GetPositions()) }},
		{"GET /v2/positions/{id}", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error { return second(c.GetPosition("AAPL")) }},
		{"DELETE /v2/positions/{id}", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.ClosePosition("AAPL", alpaca.ClosePositionRequest{}))
		}},
		{"DELETE /v2/positions", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.CloseAllPositions(alpaca.CloseAllPositionsRequest{CancelOrders: true}))
		}},
		{"GET /v2/account", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error { return second(c.GetAccount()) }},
		{"GET /v2/account/configurations", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.GetAccountConfigurations())
		}},
		{"GET /v2/account/activities", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.GetAccountActivities(alpaca.GetAccountActivitiesRequest{ActivityTypes: []string{"FILL"}}))
		}},
		{"GET /v2/clock", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error { return second(c.GetClock()) }},
		{"GET /v2/calendar", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.GetCalendar(alpaca.GetCalendarRequest{Start: monday(), End: monday()}))
		}},
		{"GET /v2/assets", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			return second(c.GetAssets(alpaca.GetAssetsRequest{}))
		}},
		{"GET /v2/assets/{id}", func(_ context.Context, c *alpaca.Client, _ *alpaca.Order) error { return second(c.GetAsset("AAPL")) }},
		{"GET /v2/events/trades", func(ctx context.Context, c *alpaca.Client, _ *alpaca.Order) error {
			heard := func(alpaca.TradeUpdate) {}
			return c.StreamTradeUpdates(ctx, heard, alpaca.StreamTradeUpdatesRequest{Since: monday(), Until: monday()})
		}},
	}
}

// recorder keeps which endpoints were asked, and what was answered.
type recorder struct {
	http.Handler
	mu    sync.Mutex
	asked []string
}

// ids are what endpoints have a place for.
var ids = regexp.MustCompile(`[0-9a-f-]{36}|(?:/)AAPL`)

func (r *recorder) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	path := ids.ReplaceAllStringFunc(in.URL.Path, func(id string) string {
		if strings.HasPrefix(id, "/") {
			return "/{id}"
		}
		return "{id}"
	})
	r.mu.Lock()
	r.asked = append(r.asked, in.Method+" "+path)
	r.mu.Unlock()
	r.Handler.ServeHTTP(w, in)
}

var _ = Describe("Every endpoint that trading needs", func() {
	for _, one := range calls() {
		It("is had by Alpaca's own SDK: "+one.Endpoint, func(ctx SpecContext) {
			v := open()
			v.quote(ctx, "AAPL", "99.90", "100.10", "100")
			v.place(buy("1", "AAPL"))
			resting := v.place(buy("1", "AAPL", limit("90"), named("resting")))
			r := &recorder{Handler: v.server.Handler()}
			socket := httptest.NewServer(r)
			DeferCleanup(socket.Close)
			client := alpaca.NewClient(alpaca.ClientOpts{APIKey: "key", APISecret: "secret", BaseURL: socket.URL})
			Expect(one.Do(ctx, client, resting)).To(Succeed())
			Expect(slices.Compact(r.asked)).To(Equal([]string{one.Endpoint}))
		})
	}

	It("is had by Alpaca's own SDK: GET /v2/stocks/snapshots", func(ctx SpecContext) {
		v := open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		data := marketdata.NewClient(marketdata.ClientOpts{APIKey: "key", APISecret: "secret", BaseURL: v.url, RetryLimit: 1, RetryDelay: time.Millisecond})
		Expect(data.GetSnapshots([]string{"AAPL"}, marketdata.GetSnapshotRequest{})).To(HaveKey("AAPL"))
	})
})
