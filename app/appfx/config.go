package appfx

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// Role says which part of the work a process does.
type Role string

// The roles.
const (
	// RoleAll takes alerts in and executes them.
	RoleAll Role = "all"
	// RoleIntake takes alerts in and serves the API.
	RoleIntake Role = "intake"
	// RoleExecutor executes.
	RoleExecutor Role = "executor"
)

// ParseRole reads one of the roles.
func ParseRole(s string) (Role, error) {
	switch r := Role(s); r {
	case RoleAll, RoleIntake, RoleExecutor:
		return r, nil
	}
	return "", domain.Invalid("invalid_role", "role", "must be all, intake or executor")
}

func (r Role) takesIn() bool  { return r == RoleAll || r == RoleIntake }
func (r Role) executes() bool { return r == RoleAll || r == RoleExecutor }

// Config is everything the wiring needs to know, read once by the command.
type Config struct {
	Role Role
	// DatabaseURL, APIDatabaseURL and WorkerDatabaseURL are as postgres.Config
	// has them; MaxConns bounds all pools together.
	DatabaseURL       string
	APIDatabaseURL    string
	WorkerDatabaseURL string
	MaxConns          int
	// Listen takes hooks and the API, AdminListen health and metrics; empty
	// closes it.
	Listen      string
	AdminListen string
	// PublicURL is what webhook URLs start with; empty is where Listen listens.
	PublicURL string
	// Lease is how long a lane stays with a process that went silent.
	Lease time.Duration
	// Supabase is where users sign in. Without it, SigningKey signs the tokens of
	// local mode.
	Supabase   Supabase
	SigningKey []byte
	// MasterKey seals broker credentials, PreviousMasterKey opens older ones.
	// Without it, accounts that need credentials are refused.
	MasterKey, PreviousMasterKey []byte
	// TLSCert and TLSKey are the PEM files Listen is served with; without them it is
	// plain HTTP.
	TLSCert, TLSKey string
	// TrustedProxies are the networks whose word about a client is believed.
	TrustedProxies []netip.Prefix
	// EgressAllow are addresses that brokers may be at although they are not
	// public.
	EgressAllow []netip.Prefix
	// Owner names this process among others.
	Owner string
	Log   *slog.Logger
}
