package domain

import (
	"net/url"
	"strings"
)

// BrokerKindAlpaca is Alpaca's Trading API, live or paper.
const BrokerKindAlpaca BrokerKind = "alpaca"

// AlpacaEnvironment says whose money an Alpaca account trades with.
type AlpacaEnvironment string

// The environments. They have keys of their own.
const (
	AlpacaPaper AlpacaEnvironment = "paper"
	AlpacaLive  AlpacaEnvironment = "live"
)

// ParseAlpacaEnvironment reads paper or live.
func ParseAlpacaEnvironment(s string) (AlpacaEnvironment, error) {
	return parseWord("invalid_environment", s, []AlpacaEnvironment{AlpacaPaper, AlpacaLive})
}

// AlpacaSettings say where an Alpaca account is.
type AlpacaSettings struct {
	Environment AlpacaEnvironment
	// BaseURL is the API's address without a path; empty is the environment's own.
	BaseURL string
}

// URL gives the address the account is reached at.
func (s AlpacaSettings) URL() string {
	switch {
	case s.BaseURL != "":
		return strings.TrimSuffix(s.BaseURL, "/")
	case s.Environment == AlpacaLive:
		return "https://api.alpaca.markets"
	}
	return "https://paper-api.alpaca.markets"
}

// DataURL gives the address of the account's market data: Alpaca's own where its
// trading is at an address of Alpaca's, elsewhere the same as that of trading.
func (s AlpacaSettings) DataURL() string {
	u, err := url.Parse(s.URL())
	if err != nil {
		return s.URL()
	}
	if host := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."); host == "alpaca.markets" || strings.HasSuffix(host, ".alpaca.markets") {
		return "https://data.alpaca.markets"
	}
	return s.URL()
}

// IsLive reports whether the account trades with real money, by its environment or
// by the address it is reached at.
func (s AlpacaSettings) IsLive() bool {
	u, err := url.Parse(s.URL())
	return s.Environment == AlpacaLive || err != nil || strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") == "api.alpaca.markets"
}

func (s AlpacaSettings) check(f *faults) {
	if _, err := ParseAlpacaEnvironment(string(s.Environment)); err != nil {
		f.addErr("environment", err)
	}
	if s.BaseURL != "" && !isBaseURL(s.BaseURL) {
		f.add("invalid_base_url", "base_url", "an address such as https://paper-api.alpaca.markets, without a path")
	}
}

// isBaseURL reports an http or https URL of a host alone.
func isBaseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == "" && len(s) <= 200
}
