package httpapi

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// query reads the parameters of a list. Like a form it collects faults and
// refuses what nobody took: a misspelt filter would show too much.
type query struct {
	values url.Values
	taken  map[string]bool
	faults []domain.Reason
}

func (c *call) query() (*query, error) {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, refusal{http.StatusBadRequest, "malformed_query", "the query is not a valid list of name=value"}
	}
	return &query{values: values, taken: map[string]bool{}}, nil
}

func (q *query) fault(code, name, msg string) {
	q.faults = append(q.faults, domain.Reason{Code: code, Field: name, Message: msg})
}

func (q *query) take(name string) (string, bool) {
	q.taken[name] = true
	values := q.values[name]
	if len(values) > 1 {
		q.fault("duplicate_parameter", name, "give the parameter once")
	}
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}

// param reads a parameter with parse, nil where it is absent or a fault.
func param[T any](q *query, name string, parse func(string) (T, error)) *T {
	s, given := q.take(name)
	if !given {
		return nil
	}
	v, err := parse(s)
	if err != nil {
		code, msg := "invalid_parameter", "not valid"
		if e, isDomain := errors.AsType[*domain.Error](err); isDomain {
			r := e.AllReasons()[0]
			code, msg = r.Code, r.Message
		}
		q.fault(code, name, msg)
		return nil
	}
	return &v
}

// filter is param for values whose zero means no filter.
func filter[T any](q *query, name string, parse func(string) (T, error)) T {
	return orZero(param(q, name, parse))
}

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, domain.Invalid("invalid_time", "", "write times like 2026-01-02T15:04:05Z")
	}
	return t.UTC(), nil
}

func parseLimit(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > ports.MaxPageLimit {
		return 0, domain.Invalid("invalid_limit", "", "must be 1 to 500")
	}
	return n, nil
}

func parseAny(s string) (string, error) { return s, nil }

// page reads limit and cursor.
func (q *query) page() ports.PageRequest {
	limit := filter(q, "limit", parseLimit)
	if limit == 0 {
		limit = ports.DefaultPageLimit
	}
	return ports.PageRequest{Limit: limit, Cursor: filter(q, "cursor", parseAny)}
}

// end gives all faults as one error, or nil.
func (q *query) end() error {
	names := make([]string, 0, len(q.values))
	for name := range q.values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !q.taken[name] {
			q.fault("unknown_parameter", name, "there is no such parameter here")
		}
	}
	return faultsErr(q.faults)
}

// listJSON is a part of a list; the cursor is null at the end.
type listJSON[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

func listOf[D, T any](page ports.Page[D], wire func(D) T) listJSON[T] {
	items := make([]T, 0, len(page.Items))
	for _, d := range page.Items {
		items = append(items, wire(d))
	}
	return listJSON[T]{Items: items, NextCursor: orNull(page.Next)}
}

// cut pages a list that comes as a whole, by keys that are unique and stay. A
// cursor is the key of the last item given.
func cut[D any](all []D, key func(D) string, req ports.PageRequest) (ports.Page[D], error) {
	if req.Cursor != "" {
		last, err := base64.RawURLEncoding.DecodeString(req.Cursor)
		at := slices.IndexFunc(all, func(d D) bool { return key(d) == string(last) })
		if err != nil || at < 0 {
			return ports.Page[D]{}, domain.Invalid("invalid_cursor", "cursor", "take the next_cursor of the page before")
		}
		all = all[at+1:]
	}
	if len(all) <= req.Limit {
		return ports.Page[D]{Items: all}, nil
	}
	next := base64.RawURLEncoding.EncodeToString([]byte(key(all[req.Limit-1])))
	return ports.Page[D]{Items: all[:req.Limit], Next: next}, nil
}
