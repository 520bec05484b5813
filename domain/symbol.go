package domain

import "strings"

// Symbol names an instrument in the one canonical form every lane, position and
// order uses: upper case, no exchange in front. AAPL, BRK.B, BTC/USD, NQ1!,
// SPY250624C00596000. The zero value is no symbol.
type Symbol string

const maxSymbolLength = 32

// isSymbol reports 1 to 32 capital letters, digits and ./_!- that begin with a
// letter or digit.
func isSymbol(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || strings.IndexByte("./_!-", c) < 0) {
			return false
		}
	}
	return s != "" && len(s) <= maxSymbolLength
}

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
	if !isSymbol(s) {
		return "", Invalid("invalid_symbol", "", "a symbol has 1 to 32 letters, digits or ./_!- such as AAPL or BTC/USD")
	}
	return Symbol(s), nil
}

// MustSymbol is ParseSymbol for constants; it panics where that fails.
func MustSymbol(s string) Symbol { return must(ParseSymbol(s)) }

// IsContinuous reports the name of a continuous future, NQ1! or ES2!: which
// contract it is today nobody but the sender knows.
func (s Symbol) IsContinuous() bool {
	root, ok := strings.CutSuffix(string(s), "!")
	return ok && len(root) > 1 && root[len(root)-1] >= '1' && root[len(root)-1] <= '9'
}

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
