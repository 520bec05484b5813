package verify

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// tokenShape is what a webhook's URL ends with: 32 bytes in base64.
const tokenShape = `hf_[A-Za-z0-9_-]{43}`

// Every column that could carry text, as text; partitions stand in for the
// tables they are of.
const textColumnsSQL = `
select n.nspname, c.relname, a.attname, t.typname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
where n.nspname in ('public', 'private') and c.relkind = 'r'
  and t.typname in ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', '_text')
order by 1, 2, a.attnum`

type textColumn struct{ Schema, Table, Column, Type string }

// findSecrets looks for tokens and planted secrets in every column of every
// table there is, and says where they are without repeating them.
func findSecrets(ctx context.Context, tx pgx.Tx, into *Invariant, o Options) error {
	rows, err := tx.Query(ctx, textColumnsSQL)
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[textColumn])
	if err != nil {
		return err
	}
	canaries := append([]string{}, o.Canaries...)
	for _, c := range columns {
		name := pgx.Identifier{c.Column}.Sanitize()
		text := name + "::text"
		if c.Type == "bytea" {
			text = "encode(" + name + ", 'escape')"
		}
		query := fmt.Sprintf(`
			select $1::text || ' at ' || tableoid::regclass || ' ' || ctid::text,
			  case when %[1]s ~ $2 then 'carries what has the form of a webhook token' else 'carries a planted secret' end
			from %[2]s
			where %[1]s ~ $2 or exists (select from unnest($3::text[]) as canary where strpos(%[1]s, canary) > 0)`,
			text, pgx.Identifier{c.Schema, c.Table}.Sanitize())
		if err := find(ctx, tx, into, o.Rows, query, c.Schema+"."+c.Table+"."+c.Column, tokenShape, canaries); err != nil {
			return err
		}
	}
	return nil
}
