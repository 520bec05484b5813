package alpaca_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/papersrv"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// keyring gives each account its own key: its id.
type keyring struct{}

func (keyring) Credentials(_ context.Context, account *domain.BrokerAccount) (domain.BrokerCredentials, error) {
	return domain.BrokerCredentials{KeyID: account.ID().String(), SecretKey: "s3cret"}, nil
}

// token is a keyring of one OAuth token.
type token string

func (t token) Credentials(context.Context, *domain.BrokerAccount) (domain.BrokerCredentials, error) {
	return domain.BrokerCredentials{OAuthToken: string(t)}, nil
}

func clockNow() ports.Clock { return system.NewClock() }

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func accountAt(url string) *domain.BrokerAccount {
	return domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: uuid.New()}, UserID: domain.UserID{UUID: uuid.New()}, Name: "live",
		Kind: domain.BrokerKindAlpaca, Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaPaper, BaseURL: url}, CredentialsVersion: 1,
	})
}

func newBroker(c alpaca.Config) *alpaca.Broker {
	b := alpaca.New(keyring{}, system.NewClock(), c)
	DeferCleanup(b.Close)
	return b
}

// exchange is hookfill's own server of Alpaca's API. Whoever brings a key has an
// account there that can pay for what the suites buy.
type exchange struct {
	server *papersrv.Server
	http.Handler
}

func newExchange() *exchange {
	GinkgoHelper()
	server, err := papersrv.New(papersrv.Deps{
		Journal: memory.NewJournal(), Clock: system.NewClock(), IDs: system.NewIDs(), Log: slog.New(slog.NewTextHandler(GinkgoWriter, nil)),
	}, papersrv.Config{Cash: domain.MustMoney("1000000")})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Stop)
	return &exchange{server, server.Handler()}
}

// ask is a request that comes by no line.
func (x *exchange) ask(ctx context.Context, account *domain.BrokerAccount, method, path, body string, into any) error {
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Apca-Api-Key-Id", account.ID().String())
	r.Header.Set("Apca-Api-Secret-Key", "s3cret")
	w := httptest.NewRecorder()
	x.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("HTTP %d: %s", w.Code, w.Body)
	}
	return json.Unmarshal(w.Body.Bytes(), into)
}

// Push implements ports.PaperMarket: the exchange's prices are in our hands.
func (x *exchange) Push(ctx context.Context, account *domain.BrokerAccount, q ports.Quote) ([]string, error) {
	body, err := json.Marshal(map[string]any{"symbol": q.Symbol, "bid": q.Bid, "ask": q.Ask, "last": q.LastPrice})
	if err != nil {
		return nil, err
	}
	var told struct{ Changed []string }
	err = x.ask(ctx, account, http.MethodPost, "/sim/quotes", string(body), &told)
	return told.Changed, err
}

// orders counts the account's orders by their client order ids.
func (x *exchange) orders(ctx context.Context, account *domain.BrokerAccount) map[string]int {
	GinkgoHelper()
	const most = 500
	count, after := map[string]int{}, ""
	for {
		var page []struct {
			ID            string `json:"id"`
			ClientOrderID string `json:"client_order_id"`
		}
		path := fmt.Sprintf("/v2/orders?status=all&direction=asc&limit=%d", most)
		if after != "" {
			path += "&after_order_id=" + after
		}
		Expect(x.ask(ctx, account, http.MethodGet, path, "", &page)).To(Succeed())
		for _, o := range page {
			count[o.ClientOrderID]++
		}
		if len(page) < most {
			return count
		}
		after = page[most-1].ID
	}
}

// socket serves an exchange on a socket, and whoever cuts it off ends streams too.
type socket struct {
	*exchange
	*httptest.Server
}

func newSocket() *socket {
	GinkgoHelper()
	x := newExchange()
	s := &socket{x, httptest.NewServer(x)}
	DeferCleanup(s.Close)
	return s
}

// Close cuts everybody off.
func (s *socket) Close() {
	s.server.Stop()
	s.Server.Close()
}

// venue is an exchange behind a line that can be bad.
type venue struct {
	*exchange
	line   *brokerfaults.Line
	broker *alpaca.Broker
}

func newVenue() *venue {
	GinkgoHelper()
	v := &venue{exchange: newExchange()}
	var err error
	v.line, err = brokerfaults.Start(v.exchange)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(v.line.Close)
	v.broker = newBroker(alpaca.Config{AllowAddresses: loopback(), VisibleWithin: 20 * time.Millisecond, Timeout: 5 * time.Second})
	return v
}

func (v *venue) open(context.Context) (*domain.BrokerAccount, error) {
	return accountAt(v.line.URL()), nil
}
