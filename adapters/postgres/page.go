package postgres

import (
	"encoding/base64"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// listed is a row of a list. Ids are UUIDv7, so that their order is that of
// time, and a cursor is the id a page ended with.
type listed interface{ listID() uuid.UUID }

// page narrows a select to one part of the list, newest first, and one row more
// that tells whether it goes on. limit is how many items the part has.
func page(q *bun.SelectQuery, r ports.PageRequest) (limit int, err error) {
	limit = r.Limit
	if limit == 0 {
		limit = ports.DefaultPageLimit
	}
	if limit < 1 || limit > ports.MaxPageLimit {
		return 0, domain.Invalid("invalid_limit", "limit", "must be 1 to 500")
	}
	q.OrderExpr("?TableAlias.id desc").Limit(int64(limit) + 1)
	if r.Cursor == "" {
		return limit, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(r.Cursor)
	if err != nil || len(raw) != len(uuid.UUID{}) {
		return 0, domain.Invalid("invalid_cursor", "cursor", "not a cursor of this list; use next_cursor as it was given")
	}
	q.Where("?TableAlias.id < ?", uuid.UUID(raw))
	return limit, nil
}

// cut takes off the row too many and gives the cursor of what follows.
func cut[M listed](rows []M, limit int) (items []M, next string) {
	if len(rows) <= limit {
		return rows, ""
	}
	last := rows[limit-1].listID()
	return rows[:limit], base64.RawURLEncoding.EncodeToString(last[:])
}

// mapAll turns every row into what it stands for.
func mapAll[M, T any](rows []M, to func(M) (T, error)) ([]T, error) {
	items := make([]T, 0, len(rows))
	for _, row := range rows {
		item, err := to(row)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
