package alpaca

import (
	"regexp"
	"strings"

	"github.com/hookfill/hookfill/domain"
)

// occ is an option's symbol: root, expiry, call or put, strike in thousandths.
var occ = regexp.MustCompile(`^[A-Z0-9]{1,6}[0-9]{6}[CP][0-9]{8}$`)

// classOf tells by its spelling what a symbol in hookfill's form is.
func classOf(s domain.Symbol) domain.AssetClass {
	switch {
	case strings.Contains(string(s), "/"):
		return domain.AssetClassCrypto
	case occ.MatchString(string(s)):
		return domain.AssetClassUSOption
	}
	return domain.AssetClassUSEquity
}

// quoteCurrencies are what crypto is paid in at Alpaca, the longer first.
func quoteCurrencies() []string { return []string{"USDT", "USDC", "USD", "BTC"} }

// canonical brings Alpaca's spelling to hookfill's: a crypto position is BTCUSD
// there, its orders are BTC/USD.
func canonical(symbol, class string) (domain.Symbol, error) {
	if class == string(domain.AssetClassCrypto) && !strings.Contains(symbol, "/") {
		for _, q := range quoteCurrencies() {
			if base, ok := strings.CutSuffix(symbol, q); ok && base != "" {
				symbol = base + "/" + q
				break
			}
		}
	}
	return domain.ParseSymbol(symbol)
}
