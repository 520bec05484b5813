package papersrv

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/gorilla/mux"
)

// maxBodyBytes is how much of a body is read.
const maxBodyBytes = 64 << 10

// endpoint answers a request about an account, which is its own meanwhile.
type endpoint func(ctx context.Context, c *call) (answer, error)

// call is one request about an account.
type call struct {
	s    *Server
	desk *desk
	r    *http.Request
	body []byte
	// withheld is the fault that keeps the answer from the client, "" for none.
	withheld string
}

// answer is what an endpoint found; a nil body is none.
type answer struct {
	status int
	body   any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

func (c *call) variable(name string) string { return mux.Vars(c.r)[name] }

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// route is one line of the API.
type route struct {
	method, path string
	serve        endpoint
}

// routes lists what is served of Alpaca's trading API and, at the same address, of
// its market data, and behind /sim what only a simulator has.
func routes() []route {
	return []route{
		{http.MethodPost, "/v2/orders", placeOrder},
		{http.MethodGet, "/v2/orders", listOrders},
		{http.MethodDelete, "/v2/orders", cancelAllOrders},
		{http.MethodGet, "/v2/orders:by_client_order_id", orderByClientOrderID},
		{http.MethodGet, "/v2/orders/{id}", getOrder},
		{http.MethodPatch, "/v2/orders/{id}", replaceOrder},
		{http.MethodDelete, "/v2/orders/{id}", cancelOrder},
		{http.MethodGet, "/v2/positions", listPositions},
		{http.MethodDelete, "/v2/positions", closeAllPositions},
		{http.MethodGet, "/v2/positions/{symbol:.+}", getPosition},
		{http.MethodDelete, "/v2/positions/{symbol:.+}", closePosition},
		{http.MethodGet, "/v2/account", getAccount},
		{http.MethodGet, "/v2/account/configurations", getConfigurations},
		{http.MethodGet, "/v2/account/activities", listActivities},
		{http.MethodGet, "/v2/account/activities/{type}", listActivities},
		{http.MethodGet, "/v2/assets", listAssets},
		{http.MethodGet, "/v2/assets/{symbol:.+}", getAsset},
		{http.MethodGet, "/v2/clock", getClock},
		{http.MethodGet, "/v2/calendar", getCalendar},
		{http.MethodGet, "/v2/stocks/snapshots", stockSnapshots},
		{http.MethodGet, "/v1beta3/crypto/us/snapshots", cryptoSnapshots},
		{http.MethodPost, "/sim/quotes", pushQuote},
		{http.MethodPost, "/sim/faults", armFault},
		{http.MethodGet, "/sim/faults", listFaults},
		{http.MethodDelete, "/sim/faults", clearFaults},
	}
}

// Handler serves the API.
func (s *Server) Handler() http.Handler {
	router := mux.NewRouter().SkipClean(true)
	for _, r := range routes() {
		router.Handle(r.path, s.endpoint(r.serve)).Methods(r.method)
	}
	router.HandleFunc("/v2/events/trades", s.events).Methods(http.MethodGet)
	router.HandleFunc("/stream", s.stream).Methods(http.MethodGet)
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, notFound("endpoint not found"))
	})
	router.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, fault{status: http.StatusMethodNotAllowed, code: 40510000, message: "method not allowed"})
	})
	return s.traced(router)
}

// traced gives every answer the id that Alpaca's support would ask for.
func (s *Server) traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-ID", s.deps.IDs.New().String())
		next.ServeHTTP(w, r)
	})
}

func (s *Server) endpoint(serve endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, err := s.deskOf(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		if err != nil {
			s.fail(w, r, malformed("request body format is invalid"))
			return
		}
		c := &call{s: s, desk: d, r: r, body: body}
		got, err := s.at(r.Context(), d, func() (answer, error) {
			if !strings.HasPrefix(r.URL.Path, "/sim/") && d.suffers(faultThrottle) {
				return answer{}, c.throttled(w.Header())
			}
			return serve(r.Context(), c)
		})
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if !s.withhold(w, r, c.withheld) {
			s.write(w, r, got)
		}
	})
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := faultFor(err)
	if f.status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		s.deps.Log.ErrorContext(r.Context(), "request failed",
			"request_id", w.Header().Get("X-Request-ID"), "path", r.URL.Path, "error", err)
	}
	s.write(w, r, answer{f.status, f})
}

// write sends a whole answer. That it cannot be delivered concerns only the
// client that left.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil {
		s.deps.Log.ErrorContext(r.Context(), "an answer does not encode", "path", r.URL.Path, "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// decode reads the body, whatever its Content-Type: clients send none.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return malformed("request body format is invalid")
	}
	return nil
}

// orderID reads the order id in the path.
func (c *call) orderID() (uuid.UUID, error) {
	id, err := uuid.Parse(c.variable("id"))
	if err != nil {
		return uuid.Nil, unprocessable("order_id is missing")
	}
	return id, nil
}
