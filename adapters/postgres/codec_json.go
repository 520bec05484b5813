package postgres

import (
	"bytes"
	"encoding/json"

	"github.com/hookfill/hookfill/domain"
)

// Columns of type jsonb travel as text. bun's own JSON columns rewrite the
// escape of NUL inside strings, also where it is the text "\u0000" that is meant.

// encodeJSON gives v as JSON. Marshal fails only for types that have no JSON,
// and none of those is stored.
func encodeJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// decodeJSON reads a column as a T and refuses fields it does not know: what a
// newer hookfill stored may limit a trade in ways this one would not heed.
func decodeJSON[T any](column, text string) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return *new(T), corrupt(column, err)
	}
	return v, nil
}

// corrupt tells of a row that can't be read, by the column at fault.
func corrupt(column string, err error) error {
	return &domain.Error{Kind: domain.KindInternal, Code: "corrupt_row", Msg: "cannot read the stored " + column, Err: err}
}
