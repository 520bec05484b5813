package domain

// AssetClass groups instruments that trade by the same rules (Alpaca's words).
type AssetClass string

// The asset classes. AssetClassUnknown is what a venue that trades anything
// says.
const (
	AssetClassUnknown  AssetClass = "unknown"
	AssetClassUSEquity AssetClass = "us_equity"
	AssetClassUSOption AssetClass = "us_option"
	AssetClassCrypto   AssetClass = "crypto"
)

// Instrument is what a broker says of one symbol. A zero step, minimum or
// increment means that the broker sets none.
type Instrument struct {
	Symbol          Symbol
	AssetClass      AssetClass
	Tradable        bool
	QuantityStep    Quantity
	MinimumQuantity Quantity
	PriceIncrement  Quantity
	// ShortStep is what a sale that opens a short position is a whole number of;
	// the zero Quantity is the broker's QuantityStep.
	ShortStep Quantity
}

// canShort reports that a short position of q can be opened.
func (i Instrument) canShort(q Quantity) bool {
	return i.ShortStep.IsZero() || q.d.Mod(i.ShortStep.d).IsZero()
}

// RoundQuantity brings q down to a whole number of steps, so that nothing more
// than asked is ever traded.
func (i Instrument) RoundQuantity(q Quantity) Quantity {
	if i.QuantityStep.IsZero() {
		return q
	}
	steps, _ := q.d.QuoRem(i.QuantityStep.d, 0)
	return Quantity{exact(steps.Mul(i.QuantityStep.d))}
}
