package appfx_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// rule says what packages may import beside the standard library: what is not
// listed is refused. Never edit one to make a build pass; a new import is a
// decision, told in ARCHITECTURE.md. depguard repeats the rules in
// .golangci.yaml, for the editor.
type rule struct {
	// of are packages of this module by their folder; "x/..." is x and all below.
	of []string
	// may are packages of this module, and other modules' packages, in the same
	// form.
	may []string
	// never are packages of the standard library.
	never []string
	// because is what a violation is answered with.
	because string
}

// What several rules allow beside this module.
const (
	decimals = "github.com/shopspring/decimal"
	uuids    = "github.com/google/uuid"
	ginkgo   = "github.com/onsi/ginkgo/v2/..."
	gomega   = "github.com/onsi/gomega/..."
	pgx      = "github.com/jackc/pgx/v5/..."
)

func theLaw() []rule {
	surroundings := []string{
		"net/http", "database/sql", "encoding/json", "log", "log/slog", "os", "math/rand", "math/rand/v2", "crypto/rand",
	}
	return []rule{
		{
			of:  []string{"domain"},
			may: []string{"domain/nyse", decimals, uuids}, never: surroundings,
			because: "the domain is rules alone: no wire, no storage, no log, no clock, no chance",
		},
		{
			of:  []string{"ports"},
			may: []string{"domain", uuids}, never: surroundings,
			because: "a port speaks the domain's words and names no technology",
		},
		{
			of:      []string{"ports/portstest"},
			may:     []string{"domain", "ports", "ports/portstest/brokerfaults", decimals, uuids, ginkgo, gomega},
			because: "anybody's adapter can run the suites without what ours are built on",
		},
		{
			of:      []string{"ports/portstest/brokerfaults"},
			because: "a bad line is sockets and HTTP: it serves any adapter, and simulators in any test framework",
		},
		{
			of:      []string{"adapters/expressions"},
			may:     []string{"domain", "ports", decimals, "github.com/expr-lang/expr/..."},
			never:   []string{"os", "net/http", "database/sql"},
			because: "what a sender's owner writes is evaluated by one library, which reaches nothing outside the alert",
		},
		{
			of:      []string{"adapters/alerts", "adapters/memory", "adapters/paper", "adapters/seal", "adapters/system"},
			may:     []string{"domain", "ports", decimals, uuids},
			because: "these adapt nothing but Go itself",
		},
		{
			of:      []string{"domain/nyse"},
			never:   []string{"os", "net/http"},
			because: "an exchange's hours are rules and arithmetic",
		},
		{
			of:      []string{"adapters/papersrv"},
			may:     []string{"domain", "ports", "adapters/paper", "domain/nyse", decimals, uuids, "github.com/gorilla/mux", "github.com/coder/websocket"},
			never:   []string{"database/sql", "os"},
			because: "it is the paper engine behind a wire, which is why it alone knows another adapter; the SDK that drives it stays in its specs",
		},
		{
			of:      []string{"adapters/filejournal"},
			may:     []string{"domain", "ports"},
			never:   []string{"net/http", "database/sql"},
			because: "a journal on disk is files and Go's own; what an entry tells is its writer's",
		},
		{
			of:      []string{"adapters/localauth", "adapters/supabaseauth"},
			may:     []string{"domain", "ports", uuids, "github.com/golang-jwt/jwt/v5"},
			because: "an adapter knows the domain, the ports and its own library, never another adapter or the app",
		},
		{
			of:      []string{"adapters/alpaca"},
			may:     []string{"domain", "ports", decimals, uuids, "github.com/go-resty/resty/v2", "github.com/coder/websocket"},
			never:   []string{"database/sql", "os"},
			because: "an adapter knows the domain, the ports and its own library, never another adapter or the app",
		},
		{
			of:      []string{"adapters/httpapi"},
			may:     []string{"domain", "ports", decimals, uuids, "github.com/gorilla/mux", "github.com/prometheus/client_golang/..."},
			never:   []string{"database/sql"},
			because: "an adapter knows the domain, the ports and its own library, never another adapter or the app",
		},
		{
			of: []string{"adapters/postgres"},
			may: []string{
				"domain", "ports", "migrations", decimals, uuids, pgx,
				"github.com/uptrace/bun/...", "github.com/pressly/goose/v3/...",
			},
			never:   []string{"net/http"},
			because: "an adapter knows the domain, the ports and its own library, never another adapter or the app",
		},
		{
			of:      []string{"adapters/postgres/localpg"},
			never:   []string{"database/sql", "net/http"},
			because: "a private cluster is processes and files; who speaks to it is somebody else",
		},
		{
			of:      []string{"adapters/postgres/postgrestest"},
			may:     []string{"adapters/postgres/localpg", pgx, ginkgo, gomega},
			because: "specs of any package get databases from it, so it knows none of them",
		},
		{
			of:  []string{"app"},
			may: []string{"domain", "ports", decimals, uuids},
			never: []string{
				"net/http", "database/sql", "encoding/json", "os", "log",
			},
			because: "the use cases know the world through ports; configuration arrives by value",
		},
		{
			of:      []string{"app/simulation"},
			because: "it is specs and the story they tell: what is simulated is the app itself, and nobody imports its simulator",
		},
		{
			of: []string{"app/appfx"},
			may: []string{
				"domain", "ports", "app", "adapters/alerts", "adapters/alpaca", "adapters/expressions", "adapters/filejournal", "adapters/httpapi", "adapters/localauth",
				"adapters/memory", "adapters/paper", "adapters/papersrv", "adapters/postgres", "adapters/postgres/localpg", "adapters/seal",
				"adapters/supabaseauth", "adapters/system", "go.uber.org/fx/...",
				pgx, "github.com/prometheus/client_golang/...",
			},
			because: "wiring sees everything that serves, and nothing that tests or commands",
		},
		{
			of: []string{"cmd/hookfill"},
			may: []string{
				"domain", "app/appfx", "migrations", "cmd/hookfill/verify", decimals, uuids, "go.uber.org/fx/...",
				"github.com/caarlos0/env/v11", "github.com/go-resty/resty/v2",
				"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term",
			},
			never:   []string{"database/sql"},
			because: "a command reads its settings, asks the wiring or the API, and prints; which adapters there are is the wiring's business",
		},
		{
			of:      []string{"cmd/hookfill/verify"},
			may:     []string{decimals, pgx},
			never:   []string{"database/sql"},
			because: "a judge that shares code with what it judges shares its mistakes",
		},
		{
			of:      []string{"migrations"},
			never:   []string{"os", "database/sql"},
			because: "migrations are files; adapters/postgres runs them",
		},
	}
}

// testLibraries are what only specs, and the two packages made for them, may
// bring into a program.
func testLibraries() []string {
	return []string{
		"testing", "testing/...", "net/http/httptest", ginkgo, gomega, "pgregory.net/rapid", "go.uber.org/goleak",
		"go.uber.org/fx/fxtest", "github.com/stretchr/testify/...", "github.com/alpacahq/alpaca-trade-api-go/...",
	}
}

var _ = Describe("The import law", func() {
	DescribeTable("governs", func(r rule) { expectNone(r.violations(theImports())) }, entriesOf(theLaw()))

	It("has one rule for every package there is", func() { expectNone(ungoverned(theLaw(), theImports())) })

	It("speaks of packages and modules that exist", func() { expectNone(stale(theLaw(), theImports())) })

	DescribeTable("keeps test libraries out of every program that imports",
		func(of string) {
			expectNone(theImports().reaching(of, testLibraries(), "what tests is no part of what serves"))
		},
		programs(theLaw()),
	)

	DescribeTable("pulls in no database, web framework or fx with",
		func(of string) {
			expectNone(theImports().bringing(of, []string{decimals, uuids}, "it is importable as a library by itself"))
		},
		EntryDescription("%s"),
		Entry(nil, "domain"), Entry(nil, "ports"), Entry(nil, "app"),
		Entry(nil, "adapters/alerts"), Entry(nil, "adapters/memory"), Entry(nil, "adapters/paper"), Entry(nil, "adapters/system"),
	)

	It("lets the specs of the domain know nothing but the domain", func() {
		expectNone(theImports().inSpecs("domain", []string{"domain", decimals, uuids, ginkgo, gomega, "pgregory.net/rapid"},
			"the domain is understood without the rest"))
	})

	Describe("refuses", func() {
		It("an import of ours that is not listed, and one of Go's that is", func() {
			Expect(small()[0].violations(broken())).To(ConsistOf(
				"domain must not import net/http: rules alone",
				"domain must not import "+module+"/ports: rules alone"))
			Expect(small()[1].violations(broken())).To(ConsistOf("ports must not import " + module + "/adapters/kafka: no technology"))
		})

		It("a package without a rule, and one with two", func() {
			Expect(ungoverned(small(), broken())).To(ConsistOf(HavePrefix("adapters/kafka must have exactly one rule")))
			Expect(ungoverned(append(small(), small()...), broken())).To(HaveLen(3))
		})

		It("a rule about what is not there", func() {
			Expect(stale(small(), broken())).To(ConsistOf(ContainSubstring("names adapters/redis")))
		})

		It("a test library however far away, and tells the way to it", func() {
			Expect(broken().reaching("domain", testLibraries(), "no")).To(ConsistOf(
				"domain -> ports -> adapters/kafka -> testing: no",
				"domain -> ports -> adapters/kafka -> github.com/segmentio/kafka-go -> github.com/onsi/gomega/types: no"))
		})

		It("a module that a library would bring along", func() {
			Expect(broken().bringing("ports", nil, "no")).To(ConsistOf(
				"ports -> adapters/kafka -> github.com/segmentio/kafka-go: no"))
		})

		It("what the specs of the domain should not know", func() {
			Expect(broken().inSpecs("domain", nil, "no")).To(ConsistOf("the specs of domain must not import " + gomock + ": no"))
		})
	})
})

// broken is a small project in which everything is wrong.
func broken() imports {
	return imports{
		"fmt":                           {Standard: true, Imports: []string{"testing"}},
		"testing":                       {Standard: true},
		"net/http":                      {Standard: true},
		module + "/domain":              {Imports: []string{"fmt", "net/http", module + "/ports"}, XTestImports: []string{gomock, "fmt"}},
		module + "/ports":               {Imports: []string{module + "/domain", module + "/adapters/kafka"}},
		module + "/adapters/kafka":      {Imports: []string{"testing", "github.com/segmentio/kafka-go"}},
		"github.com/segmentio/kafka-go": {Imports: []string{"github.com/onsi/gomega/types"}},
		"github.com/onsi/gomega/types":  {},
	}
}

const gomock = "go.uber.org/mock/gomock"

// small is a law for it.
func small() []rule {
	return []rule{
		{of: []string{"domain"}, never: []string{"net/http"}, because: "rules alone"},
		{of: []string{"ports", "adapters/redis"}, may: []string{"domain"}, because: "no technology"},
	}
}
