package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/hookfill/hookfill/domain"
)

// The roles the pools run as; the migrations make them.
const (
	roleAPI    = "hookfill_api"
	roleWorker = "hookfill_worker"
)

// How the pools send statements. In neither mode is anything prepared that was
// not asked to be: bun's statements are complete as they are, and a
// transaction-mode pooler, which the API's pool may be behind, would lose it.
const (
	unprepared       = pgx.QueryExecModeSimpleProtocol
	preparedOnDemand = pgx.QueryExecModeExec
)

// Config says how to reach the database.
type Config struct {
	// URL is a direct or session connection of whoever may become both roles.
	URL string
	// APIURL and WorkerURL are for separate logins; empty is URL. APIURL may be a
	// transaction-mode pooler when it logs in as hookfill_api itself.
	APIURL    string
	WorkerURL string
	// MaxConns is what both pools together may open; 2 or more. Each Listen of
	// Wakeups holds one more.
	MaxConns int
	// Throwaway admits a server that runs without fsync. It is for specs, never
	// for money.
	Throwaway bool
}

// DB is the two pools. It is safe for concurrent use; close it when the last
// part made from it is done.
type DB struct {
	api    *bun.DB
	worker *bun.DB
	// dial opens a connection of the worker's that is in no pool. The pools do not
	// know of it: who asked for it closes it.
	dial func(context.Context) (*pgx.Conn, error)
}

// Open connects both pools and checks that each can be its role and that a
// commit is a commit. Where one can't, nothing stays open.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.MaxConns < 2 {
		return nil, domain.Invalid("too_few_connections", "HOOKFILL_DATABASE_MAX_CONNS", "must be 2 or more")
	}
	api, err := openPool(orElse(c.APIURL, c.URL), roleAPI, c.MaxConns/2, unprepared)
	if err != nil {
		return nil, err
	}
	worker, err := openPool(orElse(c.WorkerURL, c.URL), roleWorker, c.MaxConns-c.MaxConns/2, preparedOnDemand)
	if err != nil {
		_ = api.Close()
		return nil, err
	}
	db := &DB{api: api, worker: worker, dial: dialer(orElse(c.WorkerURL, c.URL), roleWorker)}
	if err := db.check(ctx, c.Throwaway); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func parseURL(url string, mode pgx.QueryExecMode) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, invalidURL()
	}
	config.DefaultQueryExecMode = mode
	config.RuntimeParams["application_name"] = "hookfill"
	return config, nil
}

// dialer opens single connections as a role.
func dialer(url, role string) func(context.Context) (*pgx.Conn, error) {
	return func(ctx context.Context) (*pgx.Conn, error) {
		config, err := parseURL(url, preparedOnDemand)
		if err != nil {
			return nil, err
		}
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return nil, err
		}
		if err := become(ctx, conn, role); err != nil {
			return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
		}
		return conn, nil
	}
}

func openPool(url, role string, maxConns int, mode pgx.QueryExecMode) (*bun.DB, error) {
	config, err := parseURL(url, mode)
	if err != nil {
		return nil, err
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		return become(ctx, conn, role)
	}))
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return bun.NewDB(pool, dialect{pgdialect.New()}, bun.WithDiscardUnknownColumns()), nil
}

// invalidURL keeps to itself what pgx says, which may quote the URL and with it
// a password.
func invalidURL() error {
	return domain.Invalid("invalid_database_url", "HOOKFILL_DATABASE_URL", "not a PostgreSQL connection URL")
}

// become makes a new connection the role before anything else runs on it. A
// login that is the API's role already sets nothing, since behind a pooler a
// setting of the session would be somebody else's too.
func become(ctx context.Context, conn *pgx.Conn, role string) error {
	var current string
	if err := conn.QueryRow(ctx, "select current_user").Scan(&current); err != nil {
		return err
	}
	if role == roleWorker {
		if _, err := conn.Exec(ctx, fewRowsByIndex); err != nil {
			return err
		}
	}
	if current == role {
		return nil
	}
	if _, err := conn.Exec(ctx, "set role "+role+"; set synchronous_commit = on; set timezone = 'UTC'"); err != nil {
		return &domain.Error{
			Kind: domain.KindUnavailable, Code: "role_missing",
			Msg: fmt.Sprintf("cannot become %s; run `hookfill migrate up`, or grant it to the login", role), Err: err,
		}
	}
	return nil
}

// fewRowsByIndex tells the planner what all the worker's statements do. Each is
// planned once, for a claim would take longer to plan than to run. And none is to
// go by a bitmap: a lane's times change with every claim, and each change leaves
// an entry in the indexes that only a plain scan marks as dead for the next one;
// a bitmap, which the planner likes where it expects few rows, goes through all
// of them again until the next vacuum.
const fewRowsByIndex = "set plan_cache_mode = force_generic_plan; set random_page_cost = 1.1; set enable_bitmapscan = off"

func (db *DB) check(ctx context.Context, throwaway bool) error {
	if err := db.api.PingContext(ctx); err != nil {
		return translate(err)
	}
	var fsync string
	if err := db.worker.QueryRowContext(ctx, "show fsync").Scan(&fsync); err != nil {
		return translate(err)
	}
	if fsync != "on" && !throwaway {
		return &domain.Error{
			Kind: domain.KindInvalid, Code: "fsync_off",
			Msg: "the database runs with fsync off and would lose alerts it has answered; turn it on",
		}
	}
	return nil
}

// Ping reports whether both pools reach the database.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.api.PingContext(ctx); err != nil {
		return translate(err)
	}
	return translate(db.worker.PingContext(ctx))
}

// Close closes both pools. Work under way fails.
func (db *DB) Close() error {
	err := db.api.Close()
	if werr := db.worker.Close(); err == nil {
		err = werr
	}
	return err
}

// maxRuns bounds how often a transaction that lost a race runs again.
const maxRuns = 6

// work runs fn in one transaction as the worker. fn runs again where the
// database made it lose a race.
func (db *DB) work(ctx context.Context, fn func(context.Context, bun.Tx) error) error {
	return inTx(ctx, db.worker, fn)
}

func inTx(ctx context.Context, pool *bun.DB, fn func(context.Context, bun.Tx) error) error {
	for run := 1; ; run++ {
		err := once(ctx, pool, fn)
		if !isTransient(err) || run == maxRuns {
			return translate(err)
		}
	}
}

// once gives driver errors untranslated, so that inTx can tell a lost race;
// errors of fn itself come back unchanged.
func once(ctx context.Context, pool *bun.DB, fn func(context.Context, bun.Tx) error) error {
	tx, err := pool.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		return err
	}
	// Also where fn panics; after the commit it does nothing.
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if isTransient(err) {
			return err
		}
		return translateCommit(err)
	}
	return nil
}
