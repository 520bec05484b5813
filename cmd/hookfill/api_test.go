package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
)

// What the API says, as far as specs look at it.
type (
	idRecord struct {
		ID string `json:"id"`
	}
	signalRecord struct {
		ID      string         `json:"id"`
		State   string         `json:"state"`
		Source  string         `json:"source"`
		Symbol  string         `json:"symbol"`
		Reasons []reasonRecord `json:"reasons"`
	}
	reasonRecord struct {
		Code  string `json:"code"`
		Field string `json:"field"`
	}
	orderRecord struct {
		ID              string          `json:"id"`
		SignalID        string          `json:"signal_id"`
		BrokerAccountID string          `json:"broker_account_id"`
		ClientOrderID   string          `json:"client_order_id"`
		LaneSeq         int64           `json:"lane_seq"`
		Step            int             `json:"step"`
		Symbol          string          `json:"symbol"`
		Side            string          `json:"side"`
		Quantity        decimal.Decimal `json:"quantity"`
		Submission      string          `json:"submission"`
		Status          string          `json:"status"`
		FilledQuantity  decimal.Decimal `json:"filled_quantity"`
		Fills           []fillRecord    `json:"fills"`
		CreatedAt       time.Time       `json:"created_at"`
	}
	fillRecord struct {
		ExecutionID string          `json:"execution_id"`
		Quantity    decimal.Decimal `json:"quantity"`
		At          time.Time       `json:"at"`
	}
	positionRecord struct {
		BrokerAccountID string          `json:"broker_account_id"`
		WebhookConfigID *string         `json:"webhook_config_id"`
		Symbol          string          `json:"symbol"`
		Quantity        decimal.Decimal `json:"quantity"`
	}
	summaryRecord struct {
		Positions []positionRecord `json:"positions"`
	}
	webhookRecord struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}
	// hookAnswer is what a webhook or, as a problem, the API answers.
	hookAnswer struct {
		Result     string         `json:"result"`
		SignalID   string         `json:"signal_id"`
		SignalIDs  []string       `json:"signal_ids"`
		DeliveryID string         `json:"delivery_id"`
		Reasons    []reasonRecord `json:"reasons"`
		Code       string         `json:"code"`
		Errors     []reasonRecord `json:"errors"`
	}
)

// web is every spec's client. It keeps as many connections as specs use at once
// and waits about as long for an answer as a person does.
var web = &http.Client{ //nolint:gochecknoglobals // a pool of connections
	Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: 20 * time.Second,
}

// answered is one answer, read whole.
type answered struct {
	status int
	header http.Header
	body   []byte
}

func (a answered) hook() hookAnswer {
	GinkgoHelper()
	return decode[hookAnswer](a.body)
}

func decode[T any](body []byte) T {
	GinkgoHelper()
	var record T
	Expect(json.Unmarshal(body, &record)).To(Succeed(), "%s", body)
	return record
}

func send(request *http.Request) (answered, error) {
	response, err := web.Do(request)
	if err != nil {
		return answered{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answered{response.StatusCode, response.Header, body}, err
}

func statusOf(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	a, err := send(request)
	return a.status, err
}

// alert posts a body to a webhook, the way curl -d does.
func alert(ctx context.Context, hook, body string) (answered, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, strings.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(request)
}

// accept posts an alert that has to be accepted, and gives its signal.
func accept(ctx context.Context, hook, body string) string {
	GinkgoHelper()
	a, err := alert(ctx, hook, body)
	Expect(err).NotTo(HaveOccurred())
	Expect(a.status).To(Equal(http.StatusOK), "%s", a.body)
	Expect(a.hook().Result).To(Equal("accepted"), "%s", a.body)
	return a.hook().SignalID
}

// user is somebody with a token for a server.
type user struct {
	server *server
	id     string
	token  string
}

// newUser makes somebody nobody met before.
func (s *server) newUser(ctx context.Context) *user {
	GinkgoHelper()
	return s.user(ctx, uuid.NewString())
}

func (s *server) user(ctx context.Context, id string) *user {
	GinkgoHelper()
	return &user{server: s, id: id, token: strings.TrimSpace(done(ctx, s.dataDir, "token", "--user", id))}
}

// owner is whom the data directory acts as.
func (s *server) owner(ctx context.Context) *user {
	GinkgoHelper()
	return &user{server: s, token: strings.TrimSpace(done(ctx, s.dataDir, "token"))}
}

// on is the same user at another start of the server.
func (u *user) on(s *server) *user { return &user{server: s, id: u.id, token: u.token} }

// call asks the API; a nil body is none.
func (u *user) call(ctx context.Context, method, path string, body any) answered {
	GinkgoHelper()
	a, err := u.try(ctx, method, path, body)
	Expect(err).NotTo(HaveOccurred())
	return a
}

func (u *user) try(ctx context.Context, method, path string, body any) (answered, error) {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answered{}, err
		}
		text = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.server.url+path, text)
	if err != nil {
		return answered{}, err
	}
	request.Header.Set("Authorization", "Bearer "+u.token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return send(request)
}

// get asks for one record.
func get[T any](ctx context.Context, u *user, path string) T {
	GinkgoHelper()
	a := u.call(ctx, http.MethodGet, path, nil)
	Expect(a.status).To(Equal(http.StatusOK), "%s", a.body)
	return decode[T](a.body)
}

// list asks for all records, page by page.
func list[T any](ctx context.Context, u *user, path string) []T {
	GinkgoHelper()
	type page struct {
		Items      []T     `json:"items"`
		NextCursor *string `json:"next_cursor"`
	}
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	items := []T{}
	for next := path + sign + "limit=500"; ; {
		p := get[page](ctx, u, next)
		items = append(items, p.Items...)
		if p.NextCursor == nil {
			return items
		}
		next = path + sign + "limit=500&cursor=" + *p.NextCursor
	}
}

// made creates something and gives it back.
func made[T any](ctx context.Context, u *user, path string, body any) T {
	GinkgoHelper()
	a := u.call(ctx, http.MethodPost, path, body)
	Expect(a.status).To(Equal(http.StatusCreated), "%s", a.body)
	return decode[T](a.body)
}

// account opens a paper account that can afford what specs do.
func (u *user) account(ctx context.Context) string {
	GinkgoHelper()
	return made[idRecord](ctx, u, "/v1/broker-accounts",
		map[string]any{"name": "paper", "kind": "paper", "settings": map[string]any{"cash": "1000000000"}}).ID
}

// webhook makes a webhook to an account, of default rules.
func (u *user) webhook(ctx context.Context, account string) webhookRecord {
	GinkgoHelper()
	return made[webhookRecord](ctx, u, "/v1/webhook-configs",
		map[string]any{"name": "momentum", "routes": []any{map[string]any{"broker_account_id": account}}})
}
