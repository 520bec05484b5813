package postgres

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// migrationFile is one file of migrations: <version>_<name>.sql.
type migrationFile struct {
	version    string
	name       string
	statements []string
}

// readMigrations gives every migration there is, in order.
func readMigrations(files fs.FS) ([]migrationFile, error) {
	names, err := fs.Glob(files, "*.sql") // sorted, and versions are equally long
	if err != nil {
		return nil, err
	}
	known := make([]migrationFile, 0, len(names))
	for _, file := range names {
		version, name, ok := strings.Cut(strings.TrimSuffix(file, ".sql"), "_")
		if _, err := strconv.ParseInt(version, 10, 64); err != nil || !ok {
			return nil, fmt.Errorf("%s is not named <version>_<name>.sql", file)
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		known = append(known, migrationFile{version, name, splitStatements(string(text))})
	}
	return known, nil
}

// splitStatements gives the statements of a migration as the Supabase CLI
// records them: without the semicolon, each with the comments before it. Like
// goose it ends a statement with the line that ends in a semicolon, or at the
// annotation where an annotation began it.
func splitStatements(text string) []string {
	var (
		statements []string
		statement  strings.Builder
		code       bool // more than comments
		block      bool
	)
	end := func() {
		if code {
			s := strings.TrimSpace(statement.String())
			statements = append(statements, strings.TrimSpace(strings.TrimSuffix(s, ";")))
			statement.Reset()
		}
		code, block = false, false
	}
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		comment := trimmed == "" || strings.HasPrefix(trimmed, "--")
		switch trimmed {
		case "-- +goose StatementBegin":
			block = true
		case "-- +goose StatementEnd":
			end()
		}
		statement.WriteString(line)
		code = code || !comment
		if !block && !comment && strings.HasSuffix(trimmed, ";") {
			end()
		}
	}
	end()
	return statements
}
