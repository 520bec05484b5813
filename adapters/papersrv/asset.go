package papersrv

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
)

// The classes of assets, in Alpaca's words.
const (
	classEquity = "us_equity"
	classCrypto = "crypto"
)

// asset is what can be traded. It goes out as it is.
type asset struct {
	ID           uuid.UUID `json:"id"`
	Class        string    `json:"class"`
	Exchange     string    `json:"exchange"`
	Symbol       string    `json:"symbol"`
	Name         string    `json:"name"`
	Status       string    `json:"status"`
	Tradable     bool      `json:"tradable"`
	Marginable   bool      `json:"marginable"`
	Margin       int       `json:"maintenance_margin_requirement"`
	Shortable    bool      `json:"shortable"`
	EasyToBorrow bool      `json:"easy_to_borrow"`
	Fractionable bool      `json:"fractionable"`
	Attributes   []string  `json:"attributes"`
}

// assetSpace is where asset ids are derived from, so that a symbol keeps its id
// over every start.
func assetSpace() uuid.UUID { return uuid.MustParse("5b5a3c51-1b6e-4d3c-8f52-3f3a0ad7c3a1") }

func equity(symbol, exchange, name string) asset {
	return asset{
		ID: uuid.NewSHA1(assetSpace(), []byte(symbol)), Class: classEquity, Exchange: exchange, Symbol: symbol, Name: name,
		Status: "active", Tradable: true, Marginable: true, Margin: 30, Shortable: true, EasyToBorrow: true, Fractionable: true,
		Attributes: []string{},
	}
}

func crypto(symbol, name string) asset {
	return asset{
		ID: uuid.NewSHA1(assetSpace(), []byte(symbol)), Class: classCrypto, Exchange: "CRYPTO", Symbol: symbol, Name: name,
		Status: "active", Tradable: true, Margin: 100, Fractionable: true, Attributes: []string{},
	}
}

// catalogue lists the assets that are told of unasked. Any other symbol of the
// form of one is an asset as well.
func catalogue() []asset {
	whole := equity("OCGN", "NASDAQ", "Ocugen, Inc. Common Stock")
	whole.Fractionable, whole.EasyToBorrow, whole.Shortable = false, false, false
	gone := equity("TWTR", "NYSE", "Twitter, Inc.")
	gone.Status, gone.Tradable, gone.Marginable, gone.Shortable, gone.EasyToBorrow, gone.Fractionable = "inactive", false, false, false, false, false
	return []asset{
		equity("AAPL", "NASDAQ", "Apple Inc. Common Stock"), equity("AMD", "NASDAQ", "Advanced Micro Devices, Inc. Common Stock"),
		equity("AMZN", "NASDAQ", "Amazon.com, Inc. Common Stock"), equity("BRK.B", "NYSE", "Berkshire Hathaway Inc."),
		equity("F", "NYSE", "Ford Motor Company"), equity("GOOGL", "NASDAQ", "Alphabet Inc. Class A Common Stock"),
		equity("IWM", "ARCA", "iShares Russell 2000 ETF"), equity("META", "NASDAQ", "Meta Platforms, Inc. Class A Common Stock"),
		equity("MSFT", "NASDAQ", "Microsoft Corporation Common Stock"), equity("NVDA", "NASDAQ", "NVIDIA Corporation Common Stock"),
		whole, equity("QQQ", "NASDAQ", "Invesco QQQ Trust, Series 1"), equity("SPY", "ARCA", "SPDR S&P 500 ETF Trust"),
		equity("TSLA", "NASDAQ", "Tesla, Inc. Common Stock"), gone,
		crypto("BTC/USD", "Bitcoin / US Dollar"), crypto("DOGE/USD", "Dogecoin / US Dollar"), crypto("ETH/USD", "Ethereum / US Dollar"),
		crypto("LTC/USD", "Litecoin / US Dollar"), crypto("SOL/USD", "Solana / US Dollar"),
	}
}

// assetOf gives the asset a client means by a symbol, a pair with or without its
// slash, or an asset id.
func (d *desk) assetOf(name string) (asset, bool) {
	if id, err := uuid.Parse(name); err == nil {
		for _, known := range d.assets() {
			if known.ID == id {
				return known, true
			}
		}
		return asset{}, false
	}
	symbol, err := domain.ParseSymbol(name)
	if err != nil || string(symbol) != strings.ToUpper(name) {
		return asset{}, false
	}
	return assetBySymbol(string(symbol))
}

func assetBySymbol(symbol string) (asset, bool) {
	for _, known := range catalogue() {
		if known.Symbol == symbol || known.Class == classCrypto && undivided(known.Symbol) == symbol {
			return known, true
		}
	}
	switch base, quote, isPair := strings.Cut(symbol, "/"); {
	case isPair && isWord(base, 10) && slices.Contains([]string{"USD", "USDT", "USDC", "BTC"}, quote):
		return crypto(symbol, base+" / "+quote), true
	case !isPair && isEquity(symbol):
		return equity(symbol, "NASDAQ", symbol), true
	}
	return asset{}, false
}

// assets are those of the catalogue and those the account has had orders of.
func (d *desk) assets() []asset {
	all := catalogue()
	for _, r := range d.chronicle.Orders() {
		if slices.ContainsFunc(all, func(a asset) bool { return a.Symbol == string(r.Symbol) }) {
			continue
		}
		if a, ok := assetBySymbol(string(r.Symbol)); ok {
			all = append(all, a)
		}
	}
	return all
}

// isEquity reports 1 to 5 letters, perhaps with a class of share behind a dot.
func isEquity(symbol string) bool {
	name, share, isShare := strings.Cut(symbol, ".")
	return isWord(name, 5) && (!isShare || isWord(share, 3))
}

func isWord(s string, most int) bool {
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// undivided is how positions in a pair are spelled.
func undivided(symbol string) string { return strings.ReplaceAll(symbol, "/", "") }

func (a asset) isCrypto() bool { return a.Class == classCrypto }

func (a asset) symbol() domain.Symbol { return domain.Symbol(a.Symbol) }
