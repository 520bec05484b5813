package postgres

import (
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
