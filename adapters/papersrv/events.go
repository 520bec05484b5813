package papersrv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// errReached ends a stream of what has been.
var errReached = errors.New("the stream has come to its end")

// events serves GET /v2/events/trades: the updates of an account as server-sent
// events, each one line of data. With since or since_id it begins with what has
// been from there on, that included; with until or until_id it ends there.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	d, err := s.deskOf(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	after, err := d.latest(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	span, err := spanOf(&call{s: s, desk: d, r: r})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if span.looksBack() {
		after = 0
	}
	flush := http.NewResponseController(w).Flush
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	if _, err := fmt.Fprint(w, ": connected\n\n"); err != nil || flush() != nil {
		return
	}
	var over <-chan struct{}
	if !span.until.IsZero() {
		waiting, end := context.WithTimeout(r.Context(), span.until.Sub(s.deps.Clock.Now()))
		defer end()
		over = waiting.Done()
	}
	s.follow(r.Context(), over, d, after, func(j updateJSON) error {
		switch {
		case span.isOver(j):
			return errReached
		case !span.holds(j):
			return nil
		}
		data, err := json.Marshal(j)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil {
			return err
		}
		return flush()
	})
}

// span is which updates a stream is asked for.
type span struct {
	since, until     time.Time
	sinceID, untilID string
}

func spanOf(c *call) (span, error) {
	sp := span{sinceID: c.query("since_id"), untilID: c.query("until_id")}
	var err error
	if sp.since, err = c.moment("since"); err != nil {
		return sp, err
	}
	if sp.until, err = c.moment("until"); err != nil {
		return sp, err
	}
	for _, id := range []string{sp.sinceID, sp.untilID} {
		if _, err := strconv.ParseUint(id, 10, 63); id != "" && (err != nil || len(id) != len(eventID(0))) {
			return sp, invalid("since_id and until_id must be ids of events")
		}
	}
	return sp, nil
}

func (sp span) looksBack() bool { return !sp.since.IsZero() || sp.sinceID != "" }

func (sp span) isOver(j updateJSON) bool {
	return !sp.until.IsZero() && j.At.After(sp.until) || sp.untilID != "" && j.EventID > sp.untilID
}

func (sp span) holds(j updateJSON) bool { return !j.At.Before(sp.since) && j.EventID >= sp.sinceID }
