package postgres_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("an error of the database", func() {
	type fault struct {
		err  error
		kind domain.Kind
		code string
	}
	state := func(code string) error { return fmt.Errorf("scan: %w", &pgconn.PgError{Code: code}) }

	DescribeTable("becomes one of the domain's, with its cause", func(f fault) {
		err := postgres.Translate(f.err)
		Expect(err).To(And(MatchError(f.kind), HaveField("Code", f.code)))
		Expect(errors.Is(err, f.err)).To(BeTrue(), "the cause is kept for logs")
	},
		Entry("unique_violation", fault{state("23505"), domain.KindConflict, "already_exists"}),
		Entry("foreign_key_violation", fault{state("23503"), domain.KindInvalid, "constraint"}),
		Entry("check_violation", fault{state("23514"), domain.KindInvalid, "constraint"}),
		Entry("not_null_violation", fault{state("23502"), domain.KindInvalid, "constraint"}),
		Entry("invalid_text_representation", fault{state("22P02"), domain.KindInvalid, "constraint"}),
		Entry("numeric_value_out_of_range", fault{state("22003"), domain.KindInvalid, "constraint"}),
		Entry("character_not_in_repertoire", fault{state("22021"), domain.KindInvalid, "nul_character"}),
		Entry("untranslatable_character", fault{state("22P05"), domain.KindInvalid, "nul_character"}),
		Entry("insufficient_privilege", fault{state("42501"), domain.KindForbidden, "forbidden"}),
		Entry("serialization_failure", fault{state("40001"), domain.KindUnavailable, "database_unavailable"}),
		Entry("deadlock_detected", fault{state("40P01"), domain.KindUnavailable, "database_unavailable"}),
		Entry("lock_not_available", fault{state("55P03"), domain.KindUnavailable, "database_unavailable"}),
		Entry("query_canceled", fault{state("57014"), domain.KindUnavailable, "database_unavailable"}),
		Entry("admin_shutdown", fault{state("57P01"), domain.KindUnavailable, "database_unavailable"}),
		Entry("too_many_connections", fault{state("53300"), domain.KindUnavailable, "database_unavailable"}),
		Entry("disk_full", fault{state("53100"), domain.KindUnavailable, "database_unavailable"}),
		Entry("connection_failure", fault{state("08006"), domain.KindUnavailable, "database_unavailable"}),
		Entry("io_error", fault{state("58030"), domain.KindUnavailable, "database_unavailable"}),
		Entry("syntax_error", fault{state("42601"), domain.KindInternal, "internal"}),
		Entry("a code that is none", fault{&pgconn.PgError{Code: ""}, domain.KindInternal, "internal"}),
		Entry("no rows", fault{sql.ErrNoRows, domain.KindNotFound, "not_found"}),
		Entry("a context that ended", fault{context.Canceled, domain.KindUnavailable, "database_timeout"}),
		Entry("a deadline that passed", fault{context.DeadlineExceeded, domain.KindUnavailable, "database_timeout"}),
		Entry("a connection that broke", fault{io.ErrUnexpectedEOF, domain.KindUnavailable, "database_unavailable"}),
		Entry("a connection that is bad", fault{driver.ErrBadConn, domain.KindUnavailable, "database_unavailable"}),
		Entry("a connection that is closed", fault{net.ErrClosed, domain.KindUnavailable, "database_unavailable"}),
		Entry("an address nobody listens at", fault{&net.OpError{Op: "dial", Err: errors.New("refused")}, domain.KindUnavailable, "database_unavailable"}),
		Entry("a transaction that had failed", fault{pgx.ErrTxCommitRollback, domain.KindInternal, "transaction_failed"}),
		Entry("anything else", fault{errors.New("boom"), domain.KindInternal, "internal"}),
	)

	It("that is the domain's already stays as it is", func() {
		err := error(domain.Conflict("mine", "mine"))
		Expect(postgres.Translate(err)).To(BeIdenticalTo(err))
		Expect(postgres.Translate(nil)).To(Succeed())
	})

	DescribeTable("in answer to a commit", func(f fault) {
		Expect(postgres.TranslateCommit(f.err)).To(And(MatchError(f.kind), HaveField("Code", f.code)))
	},
		Entry("is what the server said", fault{state("23503"), domain.KindInvalid, "constraint"}),
		Entry("is what the driver knows", fault{pgx.ErrTxCommitRollback, domain.KindInternal, "transaction_failed"}),
		Entry("leaves open what happened where the connection broke", fault{io.ErrUnexpectedEOF, domain.KindUnknownOutcome, "commit_unknown"}),
		Entry("leaves open what happened where the server hung up", fault{
			&pgconn.PgError{Code: "57P01", SeverityUnlocalized: "FATAL"}, domain.KindUnknownOutcome, "commit_unknown",
		}),
		Entry("leaves open what happened where nobody waited for it", fault{context.DeadlineExceeded, domain.KindUnknownOutcome, "commit_unknown"}),
	)
})
