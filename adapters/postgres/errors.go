package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/hookfill/hookfill/domain"
)

// translate turns what the driver says into a domain.Error; it is the only
// place that knows SQLSTATEs (PostgreSQL manual, appendix A). Errors that are
// the domain's already pass unchanged.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*domain.Error](err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &domain.Error{Kind: domain.KindUnavailable, Code: "database_timeout", Msg: "the database did not answer in time", Err: err}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return &domain.Error{Kind: domain.KindNotFound, Code: "not_found", Msg: "not found", Err: err}
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromSQLState(pg, err)
	}
	if isConnectionLoss(err) {
		return unavailable(err)
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return &domain.Error{Kind: domain.KindInternal, Code: "transaction_failed", Msg: "a statement of the transaction had failed, so nothing of it is stored", Err: err}
	}
	return &domain.Error{Kind: domain.KindInternal, Code: "internal", Msg: "the database refused a statement", Err: err}
}

func fromSQLState(pg *pgconn.PgError, err error) *domain.Error {
	switch pg.Code {
	case "23505":
		return &domain.Error{Kind: domain.KindConflict, Code: "already_exists", Msg: "already exists", Err: err}
	case "23503", "23514", "23502", "22P02", "22003":
		return &domain.Error{Kind: domain.KindInvalid, Code: "constraint", Field: pg.ColumnName, Msg: "refused by the database's rules", Err: err}
	case "22021", "22P05":
		return &domain.Error{Kind: domain.KindInvalid, Code: "nul_character", Msg: "text must not contain NUL characters", Err: err}
	case "42501":
		return &domain.Error{Kind: domain.KindForbidden, Code: "forbidden", Msg: "not allowed", Err: err}
	case "40001", "40P01", "55P03", "57014":
		return unavailable(err)
	}
	switch pg.Code[:min(2, len(pg.Code))] { // its class
	case "08", "53", "57", "58":
		return unavailable(err)
	}
	return &domain.Error{Kind: domain.KindInternal, Code: "internal", Msg: "the database refused a statement", Err: err}
}

func unavailable(err error) *domain.Error {
	return &domain.Error{Kind: domain.KindUnavailable, Code: "database_unavailable", Msg: "the database is not available; try again", Err: err}
}

// translateCommit is translate for the answer to a COMMIT: a connection lost
// there leaves open whether the transaction happened. So does a server that ends
// the connection instead of answering: it may have committed just before.
func translateCommit(err error) error {
	if err == nil {
		return nil
	}
	_, answered := errors.AsType[*pgconn.PgError](err)
	if answered && !isHangUp(err) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, pgx.ErrTxCommitRollback) {
		return translate(err)
	}
	return &domain.Error{Kind: domain.KindUnknownOutcome, Code: "commit_unknown", Msg: "the database went away during a commit", Err: err}
}

// isHangUp reports that the server said why it ends the connection.
func isHangUp(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.SeverityUnlocalized == "FATAL" || pg.SeverityUnlocalized == "PANIC")
}

// isTransient reports a transaction that lost a race and may simply run again.
func isTransient(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

func isConnectionLoss(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, sql.ErrConnDone) || pgconn.SafeToRetry(err) ||
		err.Error() == "sql: database is closed" { // database/sql does not export it
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}
