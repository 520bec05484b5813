package appfx

import (
	"context"
	"fmt"
	"time"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/system"
)

// Finding is one line of a doctor's report.
type Finding struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Doctor checks what a server with this config needs: database, schema, roles,
// clock, brokers, keys. It changes nothing, and what it cannot reach it reports.
func Doctor(ctx context.Context, c Config) []Finding {
	findings := []Finding{}
	add := func(name string, err error, detail string) {
		if err != nil {
			findings = append(findings, Finding{Name: name, Detail: err.Error()})
			return
		}
		findings = append(findings, Finding{Name: name, OK: true, Detail: detail})
	}
	health, err := postgres.Examine(ctx, postgres.Config{
		URL: c.DatabaseURL, APIURL: c.APIDatabaseURL, WorkerURL: c.WorkerDatabaseURL, MaxConns: c.MaxConns,
	}, system.NewClock())
	add("database", err, health.Server)
	if err == nil {
		add("migrations", health.Schema, "up to date")
		add("roles", health.Roles, "hookfill_api and hookfill_worker can be assumed")
		add("clock", tooFar(health.Skew), "within "+health.Skew.Round(time.Millisecond).String()+" of the database's")
	}
	add("brokers", nil, "paper is built in; Alpaca is asked by `hookfill broker check`")
	keys, err := checkTokens(ctx, c)
	add("keys", err, keys)
	return findings
}

// maxSkew is how far this machine's clock may be from the database's.
const maxSkew = 5 * time.Second

func tooFar(skew time.Duration) error {
	if skew <= maxSkew {
		return nil
	}
	return fmt.Errorf("this machine's clock is %s away from the database's; synchronise both", skew.Truncate(time.Millisecond))
}

func keyFault(key []byte) error {
	if len(key) == SigningKeyLength {
		return nil
	}
	return fmt.Errorf("the signing key has %d bytes instead of %d; remove the file to make a new one", len(key), SigningKeyLength)
}
