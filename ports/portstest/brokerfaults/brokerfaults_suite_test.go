package brokerfaults_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

func TestBrokerFaults(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "ports/portstest/brokerfaults")
}

// orders is a tiny broker: it takes each client order id once.
type orders struct {
	mu    sync.Mutex
	taken []string
}

var _ http.Handler = (*orders)(nil)

type placed struct {
	ID     string `json:"id"`
	Number int    `json:"number"`
}

func (o *orders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := strings.TrimPrefix(r.URL.Path, "/orders/")
	if r.Method == http.MethodPost {
		var order placed
		if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		id = order.ID
	}
	w.Header().Set("Content-Type", "application/json")
	number := o.numberOf(id)
	switch {
	case r.Method == http.MethodPost && number > 0:
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write([]byte(`{"message":"client order id must be unique"}`))
		return
	case r.Method == http.MethodPost:
		o.taken = append(o.taken, id)
		number = len(o.taken)
		w.WriteHeader(http.StatusCreated)
	case number == 0:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(placed{id, number})
}

func (o *orders) numberOf(id string) int {
	for i, taken := range o.taken {
		if taken == id {
			return i + 1
		}
	}
	return 0
}

// has gives the orders that were executed.
func (o *orders) has() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string{}, o.taken...)
}

func start(simulator http.Handler) *brokerfaults.Line {
	GinkgoHelper()
	line, err := brokerfaults.Start(simulator)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(line.Close)
	return line
}
