package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// What specs look at from within.

func Translate(err error) error       { return translate(err) }
func TranslateCommit(err error) error { return translateCommit(err) }

func EncodeRules(r domain.WebhookRules) string { return encodeRules(r) }

func DecodeRules(text string, routes []domain.Route) (domain.WebhookRules, error) {
	return decodeRules(text, routes)
}

func EncodeIntent(i domain.Intent) string             { return encodeIntent(i) }
func DecodeIntent(text string) (domain.Intent, error) { return decodeIntent(text) }
func SplitStatements(text string) []string            { return splitStatements(text) }

// CountUsageSQL counts what a config used, under the lock of its limits.
const CountUsageSQL = countUsageSQL

// OrderIsUnsettled is the predicate in SQL.
const OrderIsUnsettled = orderIsUnsettled

// API is the pool that requests run on.
func (db *DB) API() *bun.DB { return db.api }

// Worker is the pool that background work runs on.
func (db *DB) Worker() *bun.DB { return db.worker }

// ClaimSQL is the statement of Lanes.Claim.
const ClaimSQL = claimSQL

// FewRowsByIndex is what the worker's connections tell the planner.
const FewRowsByIndex = fewRowsByIndex

// The locks of who attempts and of who sets a halt, each for a user's id.
const (
	UnderHalts = underHaltsOfSQL
	ForHalt    = `select pg_advisory_xact_lock(hashtextextended(coalesce($1::text, 'all'), 7))`
)

// Arrays are what arrays of one value each look like to the server, by the type
// they are sent as; a nil time, body or list is NULL.
func Arrays(id uuid.UUID, text string, number int, ratio float64, yes bool, body []byte, list string, at *time.Time) map[string][]byte {
	row := []int{number}
	return map[string][]byte{
		"uuid[]":             uuidArray(row, func(*int) uuid.UUID { return id }),
		"text[]":             textArray(row, func(*int) string { return text }),
		"integer[]":          int4Array(row, func(n *int) int { return *n }),
		"bigint[]":           int8Array(row, func(n *int) int64 { return int64(*n) }),
		"double precision[]": float8Array(row, func(*int) float64 { return ratio }),
		"boolean[]":          boolArray(row, func(*int) bool { return yes }),
		"bytea[]":            byteaArray(row, func(*int) []byte { return body }),
		"jsonb[]":            jsonbArray(row, func(*int) string { return list }),
		"timestamptz[]":      timeArray(row, func(*int) *time.Time { return at }),
	}
}
