package domain

import (
	"regexp"
	"strings"
)

// Symbol names an instrument in the one canonical form every lane, position and
// order uses: upper case, no exchange in front. AAPL, BRK.B, BTC/USD, NQ1!,
// SPY250624C00596000. The zero value is no symbol.
type Symbol string

var symbolForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9./_!-]{0,31}$`)

// ParseSymbol brings a sender's spelling to the canonical form: spaces around
// it and an exchange prefix (NASDAQ:AAPL) are taken off, letters raised. It
// never guesses across forms: BTCUSD stays BTCUSD until a symbol map says what
// it means.
func ParseSymbol(raw string) (Symbol, error) {
	s := strings.Map(raise, strings.TrimSpace(raw))
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		s = s[i+1:]
	}
	if s == "" {
		return "", Invalid("symbol_required", "", "name the instrument, for example AAPL or BTC/USD")
	}
	if !symbolForm.MatchString(s) {
		return "", Invalid("invalid_symbol", "", "a symbol has 1 to 32 letters, digits or ./_!- such as AAPL or BTC/USD")
	}
	return Symbol(s), nil
}

// MustSymbol is ParseSymbol for constants; it panics where that fails.
func MustSymbol(s string) Symbol { return must(ParseSymbol(s)) }

// IsZero reports whether the symbol is unset.
func (s Symbol) IsZero() bool { return s == "" }

// raise leaves every letter but ours as it is: Unicode would make an S of ſ and
// so another symbol of a misspelled one.
func raise(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}
