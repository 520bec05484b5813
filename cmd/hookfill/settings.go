package main

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/pflag"

	"github.com/hookfill/hookfill/app/appfx"
)

// settings are what the environment says, and on `serve` the flags over it.
type settings struct {
	DatabaseURL       string        `env:"DATABASE_URL"`
	APIDatabaseURL    string        `env:"API_DATABASE_URL"`
	WorkerDatabaseURL string        `env:"WORKER_DATABASE_URL"`
	DatabaseMaxConns  int           `env:"DATABASE_MAX_CONNS" envDefault:"20"`
	DataDir           string        `env:"DATA_DIR"           envDefault:"./.hookfill"`
	Listen            string        `env:"LISTEN"             envDefault:"127.0.0.1:8080"`
	AdminListen       string        `env:"ADMIN_LISTEN"       envDefault:"127.0.0.1:8081"`
	PublicURL         string        `env:"PUBLIC_URL"`
	SupabaseURL       string        `env:"SUPABASE_URL"`
	SupabaseJWTSecret string        `env:"SUPABASE_JWT_SECRET"`
	Lease             time.Duration `env:"LEASE"              envDefault:"15s"`
	MasterKey         string        `env:"MASTER_KEY"`
	PreviousKey       string        `env:"MASTER_KEY_PREVIOUS"`
	TLSCert           string        `env:"TLS_CERT"`
	TLSKey            string        `env:"TLS_KEY"`
	TrustedProxies    []string      `env:"TRUSTED_PROXIES"`
	EgressAllow       []string      `env:"EGRESS_ALLOW"`
	LogFormat         string        `env:"LOG_FORMAT"`
	LogLevel          string        `env:"LOG_LEVEL"          envDefault:"info"`

	// SupabaseKey, URL and Token are for client commands.
	SupabaseKey string `env:"SUPABASE_PUBLISHABLE_KEY"`

	URL   string `env:"URL"`
	Token string `env:"TOKEN"`
}

const settingPrefix = "HOOKFILL_"

// notBuiltYet are settings of the contract that nothing enforces so far.
// Accepting one would promise what is not kept.
func notBuiltYet() []string {
	return []string{
		"TLS_DOMAIN", "CORS_ORIGINS",
	}
}

// readSettings reads the environment. A variable that is unknown, malformed or
// not built yet is refused by name.
func readSettings(variables map[string]string) (settings, error) {
	known := map[string]bool{}
	params, err := env.GetFieldParams(&settings{})
	if err != nil {
		return settings{}, err
	}
	for _, p := range params {
		known[settingPrefix+p.Key] = true
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !strings.HasPrefix(name, settingPrefix) || known[name] || strings.HasPrefix(name, settingPrefix+"TEST_") {
			continue
		}
		if !slices.Contains(notBuiltYet(), strings.TrimPrefix(name, settingPrefix)) {
			return settings{}, usagef("%s is not a setting; see the README for those there are", name)
		}
		if variables[name] != "" {
			return settings{}, usagef("%s is not built yet; unset it", name)
		}
	}
	var s settings
	if err := env.ParseWithOptions(&s, env.Options{Environment: variables, Prefix: settingPrefix}); err != nil {
		return settings{}, malformed(err)
	}
	return s, nil
}

// malformed names the first setting that could not be read. The value is not
// repeated: it may be a secret.
func malformed(err error) error {
	if all, ok := errors.AsType[env.AggregateError](err); ok {
		for _, one := range all.Errors {
			if bad, ok := errors.AsType[env.ParseError](one); ok {
				name, _ := settingName(bad.Name)
				return usagef("%s is malformed; it must be a %s", name, bad.Type)
			}
		}
	}
	return usagef("a setting is malformed: %s", err)
}

func settingName(field string) (string, bool) {
	params, _ := env.GetFieldParamsWithOptions(&settings{}, env.Options{Prefix: settingPrefix})
	for _, p := range params {
		if strings.EqualFold(strings.ReplaceAll(strings.TrimPrefix(p.Key, settingPrefix), "_", ""), field) {
			return p.Key, true
		}
	}
	return field, false
}

// flags lets every setting of the server be given on the command line as well.
func (s *settings) flags(f *pflag.FlagSet) {
	f.StringVar(&s.DatabaseURL, "database-url", s.DatabaseURL, "PostgreSQL 15 or newer; empty starts a private one in the data directory")
	f.StringVar(&s.APIDatabaseURL, "api-database-url", s.APIDatabaseURL, "separate login for requests")
	f.StringVar(&s.WorkerDatabaseURL, "worker-database-url", s.WorkerDatabaseURL, "separate login for background work")
	f.IntVar(&s.DatabaseMaxConns, "database-max-conns", s.DatabaseMaxConns, "connections of all pools together")
	f.StringVar(&s.DataDir, "data-dir", s.DataDir, "private cluster, local keys")
	f.StringVar(&s.Listen, "listen", s.Listen, "address of hooks and API")
	f.StringVar(&s.AdminListen, "admin-listen", s.AdminListen, "address of /metrics, /livez, /readyz; off closes it")
	f.StringVar(&s.PublicURL, "public-url", s.PublicURL, "what printed webhook URLs start with")
	f.DurationVar(&s.Lease, "lease", s.Lease, "how long a lane stays with a silent process")
	f.StringVar(&s.SupabaseURL, "supabase-url", s.SupabaseURL, "project whose users sign in; empty is local mode")
	// Master keys and the JWT secret have no flags: a command line is for everybody to read.
	f.StringVar(&s.TLSCert, "tls-cert", s.TLSCert, "PEM file of the certificate hooks and API are served with; empty is plain HTTP")
	f.StringVar(&s.TLSKey, "tls-key", s.TLSKey, "PEM file of its key")
	f.StringSliceVar(&s.TrustedProxies, "trusted-proxies", s.TrustedProxies, "CIDRs whose X-Forwarded-For and Client-Cert are believed")
	f.StringSliceVar(&s.EgressAllow, "egress-allow", s.EgressAllow, "CIDRs beyond public addresses that a broker may be at")
	f.StringVar(&s.LogFormat, "log-format", s.LogFormat, "text or json")
	f.StringVar(&s.LogLevel, "log-level", s.LogLevel, "debug, info, warn or error")
}

// check refuses what no server could run with, naming the setting.
func (s *settings) check() error {
	if s.DatabaseMaxConns < 2 || s.DatabaseMaxConns > 1000 {
		return usagef("HOOKFILL_DATABASE_MAX_CONNS must be 2 to 1000")
	}
	if s.DataDir == "" {
		return usagef("HOOKFILL_DATA_DIR must not be empty")
	}
	if err := checkAddress("HOOKFILL_LISTEN", s.Listen); err != nil {
		return err
	}
	if s.AdminListen == "off" {
		s.AdminListen = ""
	} else if err := checkAddress("HOOKFILL_ADMIN_LISTEN", s.AdminListen); err != nil {
		return err
	}
	if s.Lease < time.Second || s.Lease > 10*time.Minute {
		return usagef("HOOKFILL_LEASE must be 1s to 10m")
	}
	if _, err := s.egress(); err != nil {
		return err
	}
	if _, err := s.proxies(); err != nil {
		return err
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return usagef("HOOKFILL_TLS_CERT and HOOKFILL_TLS_KEY come together")
	}
	if err := s.supabase().Check(); err != nil {
		return err
	}
	for name, text := range map[string]string{"HOOKFILL_MASTER_KEY": s.MasterKey, "HOOKFILL_MASTER_KEY_PREVIOUS": s.PreviousKey} {
		if _, err := masterKey(text); text != "" && err != nil {
			return usagef("%s must be %d bytes in base64", name, appfx.MasterKeyLength)
		}
	}
	if s.PublicURL != "" {
		u, err := url.Parse(s.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
			return usagef("HOOKFILL_PUBLIC_URL must be an http or https URL such as https://hooks.example.com")
		}
	}
	return nil
}

func checkAddress(name, address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return usagef("%s must be an address such as 127.0.0.1:8080", name)
	}
	return nil
}

// supabase is where users sign in; its zero value is local mode.
func (s *settings) supabase() appfx.Supabase {
	return appfx.Supabase{URL: s.SupabaseURL, JWTSecret: s.SupabaseJWTSecret}
}

// egress reads the addresses that brokers may be at although they are not public.
func (s *settings) egress() ([]netip.Prefix, error) {
	return networks("HOOKFILL_EGRESS_ALLOW", s.EgressAllow)
}

// proxies reads the networks whose word about a client is believed.
func (s *settings) proxies() ([]netip.Prefix, error) {
	return networks("HOOKFILL_TRUSTED_PROXIES", s.TrustedProxies)
}

func networks(name string, texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, usagef("%s must be CIDRs such as 127.0.0.0/8, with commas between them", name)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
