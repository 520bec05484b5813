package postgrestest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Template is what test databases are copies of.
type Template struct {
	// Name tells templates apart, also those of earlier test runs on a server
	// that lasts: put a hash of what Prepare does in it. It has 1 to 40
	// characters. The zero Template is an empty database.
	Name string

	// Prepare fills an empty database, and closes its connections. It may run
	// in any process of the suite's, but never beside another on the server,
	// so it may create roles. nil leaves the database empty.
	Prepare func(ctx context.Context, url string) error
}

const (
	templatePrefix = "hookfill_template_"
	draftPrefix    = "hookfill_draft_"
	databasePrefix = "hookfill_test_"
	// preparation is the advisory lock that is held while a template is made.
	preparation = 0x686f6f6b66696c6c // "hookfill"
	longestName = 40
)

// Prepare makes a template, unless it is there already: however many processes
// ask for it, one runs template.Prepare and the others wait. What a failed or
// killed one leaves is made anew.
func (s *Server) Prepare(ctx context.Context, template Template) (err error) {
	switch {
	case template.Name == "" && template.Prepare == nil:
		return nil
	case template.Name == "" || len(template.Name) > longestName:
		return fmt.Errorf("the template's name %q must have 1 to %d characters", template.Name, longestName)
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) // and with it the lock
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(preparation)); err != nil {
		return fmt.Errorf("cannot wait for other test processes: %w", err)
	}
	name, draft := templatePrefix+template.Name, draftPrefix+template.Name
	var made bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&made); err != nil {
		return fmt.Errorf("cannot look for the template %s: %w", name, err)
	}
	if made {
		return nil
	}
	if err := run(ctx, conn, dropped(draft), created(draft, "")); err != nil {
		return fmt.Errorf("cannot make the template %s: %w", name, err)
	}
	if template.Prepare != nil {
		if err := template.Prepare(ctx, s.database(draft)); err != nil {
			return fmt.Errorf("cannot prepare the template %s: %w", name,
				errors.Join(err, run(context.WithoutCancel(ctx), conn, dropped(draft))))
		}
	}
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		return run(ctx, tx,
			"ALTER DATABASE "+quoted(draft)+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false",
			"ALTER DATABASE "+quoted(draft)+" RENAME TO "+quoted(name),
		)
	}); err != nil {
		return fmt.Errorf("cannot finish the template %s (did Prepare close its connections?): %w", name, err)
	}
	return nil
}

// NewDatabase makes a database, a copy of the named template or, for "", an
// empty one. drop ends whoever is still connected.
func (s *Server) NewDatabase(ctx context.Context, template string) (url string, drop func(context.Context) error, err error) {
	suffix := make([]byte, 8)
	if _, err := rand.Read(suffix); err != nil {
		return "", nil, err
	}
	name := databasePrefix + hex.EncodeToString(suffix)
	if template != "" {
		template = templatePrefix + template
	}
	if err := s.run(ctx, created(name, template)); err != nil {
		return "", nil, fmt.Errorf("cannot make a test database: %w", err)
	}
	drop = func(ctx context.Context) error {
		if err := s.run(ctx, dropped(name)); err != nil {
			return fmt.Errorf("cannot drop a test database: %w", err)
		}
		return nil
	}
	return s.database(name), drop, nil
}

func (s *Server) run(ctx context.Context, statements ...string) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return run(ctx, conn, statements...)
}

// executor is a connection or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

func run(ctx context.Context, on executor, statements ...string) error {
	for _, statement := range statements {
		if _, err := on.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// created is the statement for a database that sorts and encodes alike on
// every server.
func created(name, template string) string {
	if template == "" {
		return "CREATE DATABASE " + quoted(name) + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
	}
	return "CREATE DATABASE " + quoted(name) + " TEMPLATE " + quoted(template)
}

func dropped(name string) string { return "DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)" }

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
