package alpaca

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// problem is the body of an Alpaca error.
type problem struct {
	Code         int    `json:"code"`
	Message      string `json:"message"`
	RejectReason string `json:"reject_reason"`
}

// The codes Alpaca documents. The first three digits are the HTTP status.
const (
	codeMalformed    = 40010000
	codeMalformed1   = 40010001 // of duplicates too, then with 422
	codeUnauthorized = 40110000
	codeForbidden    = 40310000
	codeNotFound     = 40410000
	codeUnprocessed  = 42210000
)

// duplicateID is how Alpaca says that it has an order of that id. The code alone
// says other things as well.
var duplicateID = regexp.MustCompile(`(?i)client[ _-]?order[ _-]?id must be unique`)

// outcome is what an answer to an order means.
type outcome int

const (
	outcomeUnknown outcome = iota
	outcomeTaken
	outcomeRejected
	outcomeDuplicate
	outcomeThrottled
	outcomeCredentials
)

// outcomeOf is the table: what is not in it is unknown.
func outcomeOf(status int, p problem) outcome {
	switch {
	case status == http.StatusOK:
		return outcomeTaken
	case status == http.StatusBadRequest && (p.Code == codeMalformed || p.Code == codeMalformed1):
		return outcomeRejected
	case status == http.StatusUnauthorized:
		return outcomeCredentials
	case status == http.StatusForbidden && (p.Code == codeUnauthorized || isForbiddenWord(p.Message)):
		return outcomeCredentials
	case status == http.StatusForbidden && p.Code == codeForbidden:
		return outcomeRejected
	case status == http.StatusUnprocessableEntity && p.Code == codeMalformed1 && duplicateID.MatchString(p.Message):
		return outcomeDuplicate
	case status == http.StatusUnprocessableEntity && (p.Code == codeUnprocessed || p.Code == codeMalformed1):
		return outcomeRejected
	case status == http.StatusTooManyRequests:
		return outcomeThrottled
	}
	return outcomeUnknown
}

// isForbiddenWord knows what gateways say without a code.
func isForbiddenWord(message string) bool {
	switch strings.ToLower(strings.TrimSuffix(strings.TrimSpace(message), ".")) {
	case "forbidden", "request is not authorized":
		return true
	}
	return false
}

func isCredentials(a answer) bool {
	return a.err == nil && outcomeOf(a.status, problemOf(a)) == outcomeCredentials
}

// problemOf reads an error's body; what cannot be read says nothing.
func problemOf(a answer) problem {
	var p problem
	if a.status < http.StatusBadRequest || json.Unmarshal(a.body, &p) != nil {
		return problem{}
	}
	return p
}

// submitted reads what came of an order, and translates what went wrong with it.
func submitted(a answer, into *wireOrder, clientOrderID string) error {
	if err := taken(a, into); err != nil {
		return err
	}
	if into.ClientOrderID != clientOrderID {
		return unknown("Alpaca's answer is about another order", causeOf(a, problemOf(a)))
	}
	return nil
}

// taken is submitted for an order of whatever client order id.
func taken(a answer, into *wireOrder) error {
	if a.err != nil {
		if !a.sent {
			return notSent("Alpaca could not be reached", a.err)
		}
		return unknown("Alpaca's answer was lost", a.err)
	}
	p := problemOf(a)
	cause := causeOf(a, p)
	switch outcomeOf(a.status, p) {
	case outcomeTaken:
	case outcomeRejected:
		return &domain.Error{Kind: domain.KindRejected, Code: "rejected_by_broker", Msg: wordsOf(p), Err: cause}
	case outcomeDuplicate:
		return duplicate(cause)
	case outcomeThrottled:
		return throttled(a.wait, cause)
	case outcomeCredentials:
		return credentialsRefused(a.wait, cause)
	case outcomeUnknown:
		return unknown("Alpaca's answer does not say what became of the order", cause)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return unknown("Alpaca's answer could not be read", cause)
	}
	if _, known := statusOf(into.Status); !known || into.ID == "" {
		return unknown("Alpaca's answer is about no order that can be told", cause)
	}
	return nil
}

// canceled translates what came of asking for an order to end. Asking twice does
// no harm.
func canceled(a answer) error {
	p := problemOf(a)
	switch {
	case a.err == nil && a.status == http.StatusNoContent:
		return nil
	case a.err == nil && a.status == http.StatusUnprocessableEntity && p.Code == codeUnprocessed:
		return notOpen(causeOf(a, p))
	}
	return asked(a, "order")
}

// read translates what came of a question, and reads the answer.
func read(a answer, into any, what string) error {
	if err := asked(a, what); err != nil {
		return err
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return unreadable(err)
	}
	return nil
}

// asked translates an answer to what changes nothing: whatever is not one leaves
// the question open.
func asked(a answer, what string) error {
	if a.err != nil {
		return notSent("Alpaca could not be asked", a.err)
	}
	p := problemOf(a)
	switch {
	case a.status == http.StatusOK:
		return nil
	case a.status == http.StatusNotFound && p.Code == codeNotFound:
		return domain.NotFound(what)
	}
	switch outcomeOf(a.status, p) { //nolint:exhaustive // the others say nothing of a question
	case outcomeThrottled:
		return throttled(a.wait, causeOf(a, p))
	case outcomeCredentials:
		return credentialsRefused(a.wait, causeOf(a, p))
	}
	return notSent("Alpaca did not answer the question", causeOf(a, p))
}

// errVenue marks what is only for the log.
var errVenue = errors.New("alpaca answered")

// causeOf names an answer for the log, with the id Alpaca finds it by.
func causeOf(a answer, p problem) error {
	return fmt.Errorf("%w: HTTP %d, code %d, request %q", errVenue, a.status, p.Code, a.header.Get("X-Request-Id"))
}

// wordsOf gives the venue's reason, for a person.
func wordsOf(p problem) string {
	const longest = 500
	words := p.Message
	if p.RejectReason != "" {
		words += " (" + p.RejectReason + ")"
	}
	if words == "" {
		words = "no reason given"
	}
	if len(words) > longest {
		words = strings.ToValidUTF8(words[:longest], "") + "…"
	}
	return "Alpaca: " + words
}

// asRefused gives the error of credentials that are not accepted.
func asRefused(err error) (*domain.Error, bool) {
	e, ok := errors.AsType[*domain.Error](err)
	return e, ok && e.Code == ports.CodeCredentialsRefused
}

// notSent is for what provably did nothing.
func notSent(msg string, cause error) error {
	if e, ok := errors.AsType[*domain.Error](cause); ok && e.Kind == domain.KindUnavailable {
		return cause
	}
	if errors.Is(cause, errNotPublic) {
		msg = "Alpaca's address is not public; HOOKFILL_EGRESS_ALLOW would have to name it"
	}
	return &domain.Error{Kind: domain.KindUnavailable, Code: "broker_unavailable", Msg: msg, Err: cause}
}

func unreadable(cause error) error { return notSent("Alpaca's answer could not be read", cause) }

func unknown(msg string, cause error) error {
	return &domain.Error{Kind: domain.KindUnknownOutcome, Code: "outcome_unknown", Msg: msg, Err: cause}
}

func duplicate(cause error) error {
	return &domain.Error{
		Kind: domain.KindConflict, Code: "duplicate_client_order_id", Msg: "Alpaca has an order of that client order id", Err: cause,
	}
}

func notOpen(cause error) error {
	return &domain.Error{Kind: domain.KindConflict, Code: "order_not_open", Msg: "the order is over", Err: cause}
}
