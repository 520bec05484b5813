// Package postgrestest gives specs real PostgreSQL databases, as httptest
// gives them servers. In a suite file:
//
//	var db = postgrestest.Suite(postgrestest.Template{
//		Name:    "migrated_" + hashOfTheMigrations,
//		Prepare: migrate, // func(ctx context.Context, url string) error
//	})
//
// and in its specs:
//
//	store := open(db.URL())      // this process's database: use ids of your own
//	store := open(db.Fresh(ctx)) // a database of this spec's own
//
// One server serves the whole suite, also when it runs in parallel processes:
// a throwaway private cluster, removed when the suite ends, or the server named
// in the environment. The template is prepared once; every database is a copy
// of it. Where TMPDIR is not set and memory is plenty, the cluster is in memory: what
// has to outlive a power cut brings its own. A test run that was killed leaves its cluster running; the next one
// removes it.
//
// Where PostgreSQL is not installed, specs that ask for a database are skipped
// and say why. Every other trouble fails the suite.
//
//	HOOKFILL_TEST_DATABASE_URL      a superuser's URL of the server to use
//	HOOKFILL_TEST_REQUIRE_DATABASE  not empty: fail where specs would be skipped
//	HOOKFILL_TEST_POSTGRES_BIN      the programs (initdb, postgres) to test with
//
// Only tests import it; it is one of the two packages beside them that know
// Ginkgo.
package postgrestest
