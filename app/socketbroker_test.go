package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// socketBroker is what any adapter of an HTTP broker is about: it sends once,
// follows no redirect, and takes for proof only what the broker itself said.
type socketBroker struct {
	// Broker knows symbols and answers for what is not asked over the socket.
	ports.Broker
	class ports.Capabilities
	url   string
	http  *http.Client
}

var _ ports.Broker = (*socketBroker)(nil)

func newSocketBroker(rest ports.Broker, class ports.Capabilities, url string, patience time.Duration) *socketBroker {
	return &socketBroker{Broker: rest, class: class, url: url, http: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (b *socketBroker) Capabilities() ports.Capabilities {
	can := b.Broker.Capabilities()
	can.Duplicates, can.Lookup = b.class.Duplicates, b.class.Lookup
	can.VisibleWithin, can.RequestExpiry, can.Brackets = b.class.VisibleWithin, b.class.RequestExpiry, false
	return can
}

func (b *socketBroker) Submit(ctx context.Context, _ *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	body, err := json.Marshal(bourseOrder{
		ClientOrderID: r.ClientOrderID, MadeAt: r.MadeAt, Symbol: string(r.Symbol), Side: string(r.Side),
		Quantity: r.Quantity.String(), Price: r.ReferencePrice.String(),
	})
	if err != nil {
		return domain.OrderReport{}, err
	}
	status, report, err := b.ask(ctx, http.MethodPost, "/orders/"+r.ClientOrderID, body)
	switch {
	case isNotSent(err):
		return domain.OrderReport{}, brokerSays(domain.KindUnavailable, "not_sent", err)
	case status.code == http.StatusTooManyRequests:
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindUnavailable, Code: "throttled", Msg: "too many requests", RetryAfter: status.retryAfter}
	case status.code == http.StatusUnprocessableEntity:
		return domain.OrderReport{}, brokerSays(domain.KindConflict, "duplicate_client_order_id", err)
	case status.code == http.StatusBadRequest:
		return domain.OrderReport{}, brokerSays(domain.KindRejected, "refused", err)
	case err != nil || status.code != http.StatusOK:
		return domain.OrderReport{}, brokerSays(domain.KindUnknownOutcome, "unknown", err)
	}
	return report, nil
}

func (b *socketBroker) ByClientOrderID(ctx context.Context, _ *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	status, report, err := b.ask(ctx, http.MethodGet, "/orders/"+id, nil)
	switch {
	case err == nil && status.code == http.StatusNotFound:
		return domain.OrderReport{}, domain.NotFound("order")
	case err != nil || status.code != http.StatusOK:
		return domain.OrderReport{}, brokerSays(domain.KindUnavailable, "unanswered", err)
	}
	return report, nil
}

type bourseStatus struct {
	code       int
	retryAfter time.Duration
}

// ask sends one request and reads its whole answer.
func (b *socketBroker) ask(ctx context.Context, method, path string, body []byte) (bourseStatus, domain.OrderReport, error) {
	request, err := http.NewRequestWithContext(ctx, method, b.url+path, bytes.NewReader(body))
	if err != nil {
		return bourseStatus{}, domain.OrderReport{}, err
	}
	response, err := b.http.Do(request)
	if err != nil {
		return bourseStatus{}, domain.OrderReport{}, err
	}
	defer response.Body.Close()
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	status := bourseStatus{response.StatusCode, time.Duration(seconds) * time.Second}
	if status.code != http.StatusOK {
		return status, domain.OrderReport{}, nil
	}
	var said bourseReport
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		return status, domain.OrderReport{}, err
	}
	report, err := said.order()
	return status, report, err
}

func (r bourseReport) order() (domain.OrderReport, error) {
	quantity, err := domain.ParseQuantity(r.Quantity)
	if err != nil {
		return domain.OrderReport{}, err
	}
	price, err := domain.ParsePrice(r.Price)
	if err != nil {
		return domain.OrderReport{}, err
	}
	status, err := domain.ParseOrderStatus(r.Status)
	return domain.OrderReport{
		ClientOrderID: r.ClientOrderID, BrokerOrderID: r.ID, Status: status, At: r.FilledAt,
		Fills: []domain.Fill{{ExecutionID: r.ID, Quantity: quantity, Price: price, At: r.FilledAt}},
	}, err
}

// isNotSent tells what failed before a byte was written.
func isNotSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func brokerSays(kind domain.Kind, code string, cause error) error {
	return &domain.Error{Kind: kind, Code: code, Msg: "the broker's answer: " + code, Err: cause}
}
