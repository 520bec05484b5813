package app_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// bourse is a broker at the far end of a socket, of a class: it fills what it
// takes at once, and does with client order ids what its class says. It is the
// record that orders are judged by, and knows nothing of hookfill.
type bourse struct {
	class ports.Capabilities
	now   func() time.Time

	mu     sync.Mutex
	orders []boursePlaced
}

type boursePlaced struct {
	bourseOrder
	number int
	at     time.Time
}

// bourseOrder is an order on the wire.
type bourseOrder struct {
	ClientOrderID string    `json:"client_order_id"`
	MadeAt        time.Time `json:"made_at"`
	Symbol        string    `json:"symbol"`
	Side          string    `json:"side"`
	Quantity      string    `json:"quantity"`
	Price         string    `json:"price"`
}

// bourseReport is an answer on the wire.
type bourseReport struct {
	ID            string    `json:"id"`
	ClientOrderID string    `json:"client_order_id"`
	Status        string    `json:"status"`
	FilledAt      time.Time `json:"filled_at"`
	Quantity      string    `json:"filled_quantity"`
	Price         string    `json:"filled_price"`
}

// What the bourse says to an id that it has had.
const bourseDuplicate = `{"code":"duplicate"}`

var _ http.Handler = (*bourse)(nil)

func (b *bourse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		b.look(w, strings.TrimPrefix(r.URL.Path, "/orders/"))
		return
	}
	var o bourseOrder
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		refuse(w, http.StatusBadRequest, `{"code":"malformed"}`)
		return
	}
	switch {
	case b.class.RequestExpiry > 0 && b.now().After(o.MadeAt.Add(b.class.RequestExpiry)):
		refuse(w, http.StatusBadRequest, `{"code":"expired"}`)
	case b.usedUp(o.ClientOrderID):
		refuse(w, http.StatusUnprocessableEntity, bourseDuplicate)
	default:
		b.orders = append(b.orders, boursePlaced{o, len(b.orders) + 1, b.now()})
		_ = json.NewEncoder(w).Encode(b.orders[len(b.orders)-1].report())
	}
}

func refuse(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// usedUp tells whether the class refuses an id. No order is open, so who refuses
// those of open ones takes each again.
func (b *bourse) usedUp(id string) bool {
	for _, o := range b.orders {
		if o.ClientOrderID != id {
			continue
		}
		switch b.class.Duplicates {
		case ports.DuplicatesRejectedForever:
			return true
		case ports.DuplicatesRejected24h:
			return b.now().Before(o.at.Add(24 * time.Hour))
		case ports.DuplicatesRejectedWhileOpen, ports.DuplicatesAccepted:
		}
	}
	return false
}

func (b *bourse) look(w http.ResponseWriter, id string) {
	for _, o := range b.orders {
		if o.ClientOrderID == id && !b.now().Before(o.at.Add(b.class.VisibleWithin)) {
			_ = json.NewEncoder(w).Encode(o.report())
			return
		}
	}
	refuse(w, http.StatusNotFound, `{"code":"not_found"}`)
}

func (o boursePlaced) report() bourseReport {
	return bourseReport{
		ID: strconv.Itoa(o.number), ClientOrderID: o.ClientOrderID, Status: string(domain.StatusFilled),
		FilledAt: o.at, Quantity: o.Quantity, Price: o.Price,
	}
}

// took gives how many orders each client order id became.
func (b *bourse) took() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	took := map[string]int{}
	for _, o := range b.orders {
		took[o.ClientOrderID]++
	}
	return took
}

// sequence gives the quantities it took in each symbol, in its order.
func (b *bourse) sequence() map[string][]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	got := map[string][]string{}
	for _, o := range b.orders {
		got[o.Symbol] = append(got[o.Symbol], o.Quantity)
	}
	return got
}
