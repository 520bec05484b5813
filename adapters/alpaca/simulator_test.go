package alpaca_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// simulator is the paper engine behind as much of Alpaca's API as the adapter
// uses. An account is who brings its key.
type simulator struct {
	engine *paper.Broker

	mu       sync.Mutex
	accounts map[string]*domain.BrokerAccount
	sent     map[domain.BrokerAccountID]map[string]map[string]any // by client order id
}

func newSimulator() *simulator {
	return &simulator{
		engine: paper.New(memory.NewJournal(), system.NewClock()), accounts: map[string]*domain.BrokerAccount{},
		sent: map[domain.BrokerAccountID]map[string]map[string]any{},
	}
}

// open gives a key an account with so much cash.
func (s *simulator) open(key, cash string) error {
	account, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: uuid.New()}, UserID: domain.UserID{UUID: uuid.New()}, Name: key,
		Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.MustMoney(cash)}, CreatedAt: time.Unix(0, 0),
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[key] = account
	return err
}

func (s *simulator) account(key string) *domain.BrokerAccount {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[key]
}

func (s *simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	account := s.account(r.Header.Get("Apca-Api-Key-Id"))
	if account == nil {
		fail(w, http.StatusUnauthorized, 40110000, "request is not authorized")
		return
	}
	switch path := r.URL.EscapedPath(); {
	case r.Method == "POST" && path == "/v2/orders":
		s.submit(w, r, account)
	case r.Method == "GET" && path == "/v2/orders":
		s.list(w, r, account)
	case r.Method == "GET" && path == "/v2/orders:by_client_order_id":
		s.find(w, r, account)
	case r.Method == "DELETE" && strings.HasPrefix(path, "/v2/orders/"):
		s.cancel(w, r, account, strings.TrimPrefix(path, "/v2/orders/"))
	case r.Method == "GET" && strings.HasPrefix(path, "/v2/assets/"):
		asset(w, strings.TrimPrefix(r.URL.Path, "/v2/assets/"))
	case r.Method == "GET" && path == "/v2/stocks/snapshots":
		s.snapshots(w, r, account)
	case r.Method == "GET" && path == "/v2/account/activities/FILL":
		s.activities(w, r, account)
	case r.Method == "GET" && path == "/v2/account", r.Method == "GET" && path == "/v2/positions":
		s.books(w, r, account)
	default:
		fail(w, http.StatusNotFound, 40410000, "endpoint not found")
	}
}

func fail(w http.ResponseWriter, status, code int, message string) {
	reply(w, status, map[string]any{"code": code, "message": message})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (s *simulator) submit(w http.ResponseWriter, r *http.Request, account *domain.BrokerAccount) {
	sent := map[string]any{}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		fail(w, http.StatusBadRequest, 40010000, "malformed")
		return
	}
	order, err := requestOf(sent)
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, 42210000, err.Error())
		return
	}
	report, err := s.engine.Submit(context.WithoutCancel(r.Context()), account, order)
	switch domain.KindOf(err) {
	case "":
	case domain.KindConflict:
		fail(w, http.StatusUnprocessableEntity, 40010001, "client_order_id must be unique")
		return
	case domain.KindRejected:
		fail(w, http.StatusForbidden, 40310000, "insufficient buying power")
		return
	default:
		fail(w, http.StatusUnprocessableEntity, 42210000, err.Error())
		return
	}
	s.mu.Lock()
	if s.sent[account.ID()] == nil {
		s.sent[account.ID()] = map[string]map[string]any{}
	}
	s.sent[account.ID()][order.ClientOrderID] = sent
	s.mu.Unlock()
	// It answers before it works the order, as the venue was recorded to do.
	body := s.order(account, domain.OrderReport{
		ClientOrderID: report.ClientOrderID, BrokerOrderID: report.BrokerOrderID, Status: domain.StatusPendingNew, At: report.At,
	})
	reply(w, http.StatusOK, body)
}

func requestOf(sent map[string]any) (r ports.OrderRequest, err error) {
	text := func(name string) string { s, _ := sent[name].(string); return s }
	r = ports.OrderRequest{
		ClientOrderID: text("client_order_id"), Symbol: domain.Symbol(text("symbol")), Side: domain.Side(text("side")),
		Type: domain.OrderType(text("type")), TimeInForce: domain.TimeInForce(text("time_in_force")),
	}
	if r.TimeInForce == domain.TimeInForceOPG || r.TimeInForce == domain.TimeInForceCLS {
		r.TimeInForce = domain.TimeInForceDay // the engine has no auctions
	}
	for name, read := range map[string]func(string) error{
		"qty":         func(s string) error { r.Quantity = new(domain.Quantity); return r.Quantity.UnmarshalText([]byte(s)) },
		"notional":    func(s string) error { r.Notional = new(domain.Money); return r.Notional.UnmarshalText([]byte(s)) },
		"limit_price": func(s string) error { r.LimitPrice = new(domain.Price); return r.LimitPrice.UnmarshalText([]byte(s)) },
		"stop_price":  func(s string) error { r.StopPrice = new(domain.Price); return r.StopPrice.UnmarshalText([]byte(s)) },
	} {
		if s := text(name); s != "" && err == nil {
			err = read(s)
		}
	}
	return r, err
}

// order writes an order as Alpaca does.
func (s *simulator) order(account *domain.BrokerAccount, r domain.OrderReport) map[string]any {
	s.mu.Lock()
	sent := s.sent[account.ID()][r.ClientOrderID]
	s.mu.Unlock()
	var filled domain.Quantity
	for _, f := range r.Fills {
		filled = filled.Add(f.Quantity)
	}
	return map[string]any{
		"id": r.BrokerOrderID, "client_order_id": r.ClientOrderID, "symbol": sent["symbol"], "asset_class": "us_equity",
		"qty": sent["qty"], "notional": sent["notional"], "filled_qty": filled, "status": r.Status, "type": sent["type"],
		"side": sent["side"], "order_class": "", "created_at": r.At, "updated_at": r.At, "submitted_at": r.At, "legs": nil,
	}
}

func (s *simulator) find(w http.ResponseWriter, r *http.Request, account *domain.BrokerAccount) {
	report, err := s.engine.ByClientOrderID(r.Context(), account, r.URL.Query().Get("client_order_id"))
	if err != nil {
		fail(w, http.StatusNotFound, 40410000, "order not found")
		return
	}
	reply(w, http.StatusOK, s.order(account, report))
}

func (s *simulator) all(ctx context.Context, account *domain.BrokerAccount) []ports.ListedOrder {
	listed, _ := s.engine.ChangedOrders(ctx, account, time.Time{}, 1_000_000)
	return listed
}

func (s *simulator) cancel(w http.ResponseWriter, r *http.Request, account *domain.BrokerAccount, id string) {
	for _, o := range s.all(r.Context(), account) {
		if o.Report.BrokerOrderID != id {
			continue
		}
		if _, err := s.engine.Cancel(r.Context(), account, o.Report.ClientOrderID); err != nil {
			fail(w, http.StatusUnprocessableEntity, 42210000, `order is already in "`+string(o.Report.Status)+`" state`)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	fail(w, http.StatusNotFound, 40410000, "order not found")
}

func (s *simulator) list(w http.ResponseWriter, r *http.Request, account *domain.BrokerAccount) {
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	listed := s.all(r.Context(), account)
	after := slices.IndexFunc(listed, func(o ports.ListedOrder) bool { return o.Report.BrokerOrderID == q.Get("after_order_id") })
	page := []map[string]any{}
	for _, o := range listed[after+1:] {
		if len(page) == limit {
			break
		}
		page = append(page, s.order(account, o.Report))
	}
	reply(w, http.StatusOK, page)
}

func (s *simulator) activities(w http.ResponseWriter, r *http.Request, account *domain.BrokerAccount) {
	var fills []map[string]any
	for _, o := range s.all(r.Context(), account) {
		for _, f := range o.Report.Fills {
			fills = append(fills, map[string]any{
				"id": f.At.Format("20060102150405000") + "::" + f.ExecutionID, "activity_type": "FILL", "order_id": o.Report.BrokerOrderID,
				"qty": f.Quantity, "price": f.Price, "transaction_time": f.At,
			})
		}
	}
	slices.Reverse(fills)
	q := r.URL.Query()
	size, _ := strconv.Atoi(q.Get("page_size"))
	after := slices.IndexFunc(fills, func(f map[string]any) bool { return f["id"] == q.Get("page_token") })
	rest := fills[after+1:]
	reply(w, http.StatusOK, append([]map[string]any{}, rest[:min(size, len(rest))]...))
}

func (s *simulator) books(w http.ResponseWriter, r *http.Request, account *domain.BrokerAccount) {
	summary, err := s.engine.Summary(r.Context(), account)
	if err != nil {
		fail(w, http.StatusInternalServerError, 50010000, err.Error())
		return
	}
	if r.URL.Path == "/v2/account" {
		reply(w, http.StatusOK, map[string]any{"cash": summary.Cash, "equity": summary.Equity, "buying_power": summary.BuyingPower})
		return
	}
	held := []map[string]any{}
	for _, p := range summary.Positions {
		held = append(held, map[string]any{
			"symbol": strings.ReplaceAll(string(p.Symbol), "/", ""), "asset_class": "us_equity",
			"qty": p.Position.Quantity, "avg_entry_price": p.Position.AveragePrice,
		})
	}
	reply(w, http.StatusOK, held)
}

func asset(w http.ResponseWriter, symbol string) {
	if symbol != "AAPL" && symbol != "OCGN" {
		fail(w, http.StatusNotFound, 40410000, "asset not found for "+symbol)
		return
	}
	reply(w, http.StatusOK, map[string]any{
		"class": "us_equity", "symbol": symbol, "status": "active", "tradable": true, "fractionable": symbol == "AAPL",
	})
}
