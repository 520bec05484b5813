package portstest

// The labels specs are chosen by.
const (
	// LabelContract marks the suites of this package.
	LabelContract = "contract"
	// LabelPostgres marks what needs a PostgreSQL.
	LabelPostgres = "postgres"
	// LabelLive marks what talks to a service outside this machine.
	LabelLive = "live"
)
