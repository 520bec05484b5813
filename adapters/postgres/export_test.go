package postgres

import "github.com/uptrace/bun"

// What specs look at from within.
var (
	Translate       = translate
	TranslateCommit = translateCommit
	EncodeRules     = encodeRules
	DecodeRules     = decodeRules
	EncodeIntent    = encodeIntent
	DecodeIntent    = decodeIntent
	SplitStatements = splitStatements
)

// OrderIsUnsettled is the predicate in SQL.
const OrderIsUnsettled = orderIsUnsettled

// API is the pool that requests run on.
func (db *DB) API() *bun.DB { return db.api }

// Worker is the pool that background work runs on.
func (db *DB) Worker() *bun.DB { return db.worker }
