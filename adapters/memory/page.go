package memory

import (
	"bytes"
	"encoding/base64"
	"slices"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// page gives the part of items that q asks for. Ids are UUIDs of version 7, so
// their order backwards is newest first, and an id is all a cursor has to hold.
func page[E any](items []E, id func(E) uuid.UUID, q ports.PageRequest) (ports.Page[E], error) {
	limit := q.Limit
	if limit == 0 {
		limit = ports.DefaultPageLimit
	}
	if limit < 0 || limit > ports.MaxPageLimit {
		return ports.Page[E]{}, domain.Invalid("invalid_limit", "limit", "must be 1 to 500")
	}
	slices.SortFunc(items, func(a, b E) int { return compareIDs(id(b), id(a)) })
	if q.Cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || len(after) != len(uuid.UUID{}) {
			return ports.Page[E]{}, domain.Invalid("invalid_cursor", "cursor", "take the cursor from the page before")
		}
		items = slices.DeleteFunc(items, func(e E) bool { return compareIDs(id(e), uuid.UUID(after)) >= 0 })
	}
	if len(items) <= limit {
		return ports.Page[E]{Items: items}, nil
	}
	last := id(items[limit-1])
	return ports.Page[E]{Items: items[:limit:limit], Next: base64.RawURLEncoding.EncodeToString(last[:])}, nil
}

func compareIDs(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// mapPage turns the items of a page into others.
func mapPage[A, B any](p ports.Page[A], err error, fn func(A) B) (ports.Page[B], error) {
	if err != nil {
		return ports.Page[B]{}, err
	}
	out := ports.Page[B]{Items: make([]B, len(p.Items)), Next: p.Next}
	for i, item := range p.Items {
		out.Items[i] = fn(item)
	}
	return out, nil
}
