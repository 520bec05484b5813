package postgres

import (
	"strings"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// dialect is bun's, but for text with a NUL character. bun would put an error
// message into the statement instead, which fails as a syntax error. Written
// like this PostgreSQL refuses it as what it is, SQLSTATE 22021.
type dialect struct{ *pgdialect.Dialect }

// AppendString writes a string literal.
func (d dialect) AppendString(b []byte, s string) []byte {
	if strings.ContainsRune(s, 0) {
		return append(b, `E'\000'`...)
	}
	return d.Dialect.AppendString(b, s)
}
