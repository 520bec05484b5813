package papersrv_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"
	"github.com/onsi/gomega/types"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/papersrv"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// monday is a Monday with a session, at 11:00 in New York.
func monday() time.Time { return time.Date(2026, time.November, 23, 16, 0, 0, 0, time.UTC) }

// venue is a server on a socket of its own, and a client with an account.
type venue struct {
	*alpaca.Client
	url     string
	clock   *memory.Clock
	journal ports.PaperJournal
	server  *papersrv.Server
}

type configure func(*papersrv.Config)

func open(changes ...configure) *venue {
	GinkgoHelper()
	return openOver(memory.NewJournal(), memory.NewClock(monday()), changes...)
}

// openOver serves what a journal tells.
func openOver(journal ports.PaperJournal, clock *memory.Clock, changes ...configure) *venue {
	GinkgoHelper()
	config := papersrv.Config{Cash: domain.MustMoney("100000")}
	for _, change := range changes {
		change(&config)
	}
	server, err := papersrv.New(papersrv.Deps{
		Journal: journal, Clock: clock, IDs: memory.NewSequentialIDs(), Log: slog.New(slog.NewTextHandler(GinkgoWriter, nil)),
	}, config)
	Expect(err).NotTo(HaveOccurred())
	socket := httptest.NewServer(server.Handler())
	DeferCleanup(func() {
		server.Stop()
		socket.Close()
	})
	v := &venue{url: socket.URL, clock: clock, journal: journal, server: server}
	v.Client = v.as("key", "secret")
	return v
}

// as gives a client of another key pair.
func (v *venue) as(key, secret string) *alpaca.Client {
	return alpaca.NewClient(alpaca.ClientOpts{APIKey: key, APISecret: secret, BaseURL: v.url, RetryLimit: 1, RetryDelay: time.Millisecond})
}

// reply is a bare answer, for what the SDK does not show.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// send makes a request without the SDK.
func (v *venue) send(ctx context.Context, method, path, body string, headers ...string) reply {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, v.url+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	if len(headers) == 0 {
		headers = []string{"APCA-API-KEY-ID", "key", "APCA-API-SECRET-KEY", "secret"}
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	got := reply{status: response.StatusCode, header: response.Header}
	raw, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	got.text = string(raw)
	if bytes.HasPrefix(raw, []byte("{")) {
		Expect(json.Unmarshal(raw, &got.body)).To(Succeed())
	}
	return got
}

// quote says what a symbol trades at; "" leaves a price out.
func (v *venue) quote(ctx context.Context, symbol, bid, ask, last string) {
	GinkgoHelper()
	body, err := json.Marshal(map[string]string{"symbol": symbol, "bid": bid, "ask": ask, "last": last})
	Expect(err).NotTo(HaveOccurred())
	got := v.send(ctx, http.MethodPost, "/sim/quotes", string(body))
	Expect(got.status).To(Equal(http.StatusOK), got.text)
}

func d(s string) *decimal.Decimal { return new(decimal.RequireFromString(s)) }

// term changes one thing about an order.
type term func(*alpaca.PlaceOrderRequest)

// order is a market order for the day unless said otherwise.
func order(side alpaca.Side, qty, symbol string, terms ...term) alpaca.PlaceOrderRequest {
	r := alpaca.PlaceOrderRequest{Symbol: symbol, Side: side, Type: alpaca.Market, TimeInForce: alpaca.Day}
	if qty != "" {
		r.Qty = d(qty)
	}
	for _, change := range terms {
		change(&r)
	}
	return r
}

func buy(qty, symbol string, terms ...term) alpaca.PlaceOrderRequest {
	return order(alpaca.Buy, qty, symbol, terms...)
}

func sell(qty, symbol string, terms ...term) alpaca.PlaceOrderRequest {
	return order(alpaca.Sell, qty, symbol, terms...)
}

func named(id string) term { return func(r *alpaca.PlaceOrderRequest) { r.ClientOrderID = id } }

func limit(price string) term {
	return func(r *alpaca.PlaceOrderRequest) {
		r.LimitPrice, r.Type = d(price), alpaca.Limit
		if r.StopPrice != nil {
			r.Type = alpaca.StopLimit
		}
	}
}

func stop(price string) term {
	return func(r *alpaca.PlaceOrderRequest) {
		r.StopPrice, r.Type = d(price), alpaca.Stop
		if r.LimitPrice != nil {
			r.Type = alpaca.StopLimit
		}
	}
}

func during(tif alpaca.TimeInForce) term {
	return func(r *alpaca.PlaceOrderRequest) { r.TimeInForce = tif }
}

func worth(notional string) term {
	return func(r *alpaca.PlaceOrderRequest) { r.Qty, r.Notional = nil, d(notional) }
}

func meaning(intent alpaca.PositionIntent) term {
	return func(r *alpaca.PlaceOrderRequest) { r.PositionIntent = intent }
}

func class(c alpaca.OrderClass, profit, loss, lossLimit string) term {
	return func(r *alpaca.PlaceOrderRequest) {
		r.OrderClass = c
		if profit != "" {
			r.TakeProfit = &alpaca.TakeProfit{LimitPrice: d(profit)}
		}
		if loss != "" {
			r.StopLoss = &alpaca.StopLoss{StopPrice: d(loss)}
			if lossLimit != "" {
				r.StopLoss.LimitPrice = d(lossLimit)
			}
		}
	}
}

func extended() term { return func(r *alpaca.PlaceOrderRequest) { r.ExtendedHours = true } }

// place sends an order that is taken.
func (v *venue) place(r alpaca.PlaceOrderRequest) *alpaca.Order {
	GinkgoHelper()
	o, err := v.PlaceOrder(r)
	Expect(err).NotTo(HaveOccurred())
	return o
}

// now gives an order as it is by now.
func (v *venue) now(o *alpaca.Order) *alpaca.Order {
	GinkgoHelper()
	found, err := v.GetOrder(o.ID)
	Expect(err).NotTo(HaveOccurred())
	return found
}

// refuse matches the SDK's error for an answer of Alpaca's.
func refuse(status, code int, message string) types.GomegaMatcher {
	return WithTransform(func(err error) any { return err }, gstruct.PointTo(gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
		"StatusCode": Equal(status), "Code": Equal(code), "Message": MatchRegexp(message),
	})))
}

// number matches a decimal by its value.
func number(s string) types.GomegaMatcher {
	return WithTransform(func(v any) string {
		switch n := v.(type) {
		case decimal.Decimal:
			return n.Normalize().String()
		case *decimal.Decimal:
			if n == nil {
				return ""
			}
			return n.Normalize().String()
		}
		return "not a decimal"
	}, Equal(s))
}
