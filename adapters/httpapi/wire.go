package httpapi

import (
	"time"

	"github.com/hookfill/hookfill/domain"
)

// wireTime is how times are written: RFC 3339, UTC, microseconds.
const wireTime = "2006-01-02T15:04:05.000000Z"

func stamp(t time.Time) string { return t.UTC().Format(wireTime) }

func stampOrNull(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := stamp(*t)
	return &s
}

// orNull writes the zero value, which means none, as null.
func orNull[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// orEmpty writes no items as [].
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

type reasonJSON struct {
	Code    string `json:"code"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

func reasonsOf(reasons []domain.Reason) []reasonJSON {
	out := make([]reasonJSON, 0, len(reasons))
	for _, r := range reasons {
		out = append(out, reasonJSON(r))
	}
	return out
}

type decisionJSON struct {
	Rule    string         `json:"rule"`
	Verdict domain.Verdict `json:"verdict"`
	Detail  string         `json:"detail"`
}

func decisionsOf(decisions []domain.Decision) []decisionJSON {
	out := make([]decisionJSON, 0, len(decisions))
	for _, d := range decisions {
		out = append(out, decisionJSON(d))
	}
	return out
}
