package domain

import (
	"strings"

	"github.com/shopspring/decimal"
)

// The widest number taken from outside: enough for 18 places of a token's
// quantity and for any account's money, small enough that arithmetic on it
// stays cheap.
const (
	maxNumberLength  = 64
	maxIntegerDigits = 24
	maxDecimalPlaces = 18
)

// isNumber reports [+-] digits with at most one point, digits on one side of it
// at least, and perhaps an exponent of 1 to 3 digits. It is on the way of every
// alert and several times cheaper than a regular expression.
func isNumber(s string) bool {
	rest := trimSign(s)
	whole := countDigits(rest)
	rest = rest[whole:]
	fraction := 0
	if strings.HasPrefix(rest, ".") {
		fraction = countDigits(rest[1:])
		rest = rest[1+fraction:]
	}
	if whole+fraction == 0 {
		return false
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	exponent := trimSign(rest[1:])
	return len(exponent) >= 1 && len(exponent) <= 3 && countDigits(exponent) == len(exponent)
}

func trimSign(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// amount is an exact decimal in canonical form: trailing zeros removed, so that
// equal amounts are deeply equal. Its zero value is 0.
type amount struct{ d decimal.Decimal }

func parseAmount(s string) (amount, error) {
	if len(s) > maxNumberLength || !isNumber(s) {
		return amount{}, Invalid("not_a_number", "", "not a decimal number such as 12.5; at most 64 characters")
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return amount{}, Invalid("not_a_number", "", "not a decimal number such as 12.5")
	}
	return newAmount(d)
}

func newAmount(d decimal.Decimal) (amount, error) {
	d = d.Normalize()
	if d.NumDigits()+int(d.Exponent()) > maxIntegerDigits || -int(d.Exponent()) > maxDecimalPlaces {
		return amount{}, Invalid("number_out_of_range", "", "more than 24 digits before or 18 after the decimal point")
	}
	return amount{d}, nil
}

// exact is for results of our own arithmetic, which may be wider than input.
func exact(d decimal.Decimal) amount { return amount{d.Normalize()} }

// Decimal gives the exact value.
func (a amount) Decimal() decimal.Decimal { return a.d }

// String gives plain digits without exponent or trailing zeros.
func (a amount) String() string { return a.d.String() }

// IsZero reports whether the value is 0.
func (a amount) IsZero() bool { return a.d.IsZero() }

// MarshalText gives the same form as String.
func (a amount) MarshalText() ([]byte, error) { return []byte(a.d.String()), nil }

// Quantity is how much of an instrument, never negative. Its zero value is 0.
type Quantity struct{ amount }

// ParseQuantity reads a decimal number of 0 or more.
func ParseQuantity(s string) (Quantity, error) {
	a, err := parseAmount(s)
	if err != nil {
		return Quantity{}, err
	}
	return quantityOf(a)
}

// NewQuantity takes a decimal of 0 or more.
func NewQuantity(d decimal.Decimal) (Quantity, error) {
	a, err := newAmount(d)
	if err != nil {
		return Quantity{}, err
	}
	return quantityOf(a)
}

func quantityOf(a amount) (Quantity, error) {
	if a.d.IsNegative() {
		return Quantity{}, Invalid("negative_quantity", "", "a quantity cannot be negative; the side says the direction")
	}
	return Quantity{a}, nil
}

// MustQuantity is ParseQuantity for constants; it panics where that fails.
func MustQuantity(s string) Quantity { return must(ParseQuantity(s)) }

// UnmarshalText reads what ParseQuantity reads.
func (q *Quantity) UnmarshalText(b []byte) (err error) {
	*q, err = ParseQuantity(string(b))
	return err
}

// Cmp is -1, 0 or 1 as q is less than, equal to or more than other.
func (q Quantity) Cmp(other Quantity) int { return q.d.Cmp(other.d) }

// Add gives q + other.
func (q Quantity) Add(other Quantity) Quantity { return Quantity{exact(q.d.Add(other.d))} }

// Less gives q - other, or 0 where other is the larger.
func (q Quantity) Less(other Quantity) Quantity {
	if q.Cmp(other) <= 0 {
		return Quantity{}
	}
	return Quantity{exact(q.d.Sub(other.d))}
}

// Min gives the smaller of the two.
func (q Quantity) Min(other Quantity) Quantity {
	if q.Cmp(other) <= 0 {
		return q
	}
	return other
}

// Times gives q multiplied by a factor of 0 or more, rounded down to 18 places:
// nothing more than asked is ever traded.
func (q Quantity) Times(factor Quantity) Quantity {
	return Quantity{exact(q.d.Mul(factor.d).Truncate(maxDecimalPlaces))}
}

// At gives what the quantity costs at a price.
func (q Quantity) At(p Price) Money { return Money{exact(q.d.Mul(p.d))} }

// Price is what one unit costs, always more than 0. Its zero value is no price.
type Price struct{ amount }

// ParsePrice reads a decimal number above 0.
func ParsePrice(s string) (Price, error) {
	a, err := parseAmount(s)
	if err != nil {
		return Price{}, err
	}
	return priceOf(a)
}

// NewPrice takes a decimal above 0.
func NewPrice(d decimal.Decimal) (Price, error) {
	a, err := newAmount(d)
	if err != nil {
		return Price{}, err
	}
	return priceOf(a)
}

func priceOf(a amount) (Price, error) {
	if !a.d.IsPositive() {
		return Price{}, Invalid("price_not_positive", "", "a price must be above 0")
	}
	return Price{a}, nil
}

// MustPrice is ParsePrice for constants; it panics where that fails.
func MustPrice(s string) Price { return must(ParsePrice(s)) }

// UnmarshalText reads what ParsePrice reads.
func (p *Price) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePrice(string(b))
	return err
}

// Cmp is -1, 0 or 1 as p is less than, equal to or more than other.
func (p Price) Cmp(other Price) int { return p.d.Cmp(other.d) }

// averagePlaces is how exact a mean price is kept; executions themselves are
// exact.
const averagePlaces = 10

// meanPrice gives cost divided by quantity, both above 0, to 10 places; a mean
// below 0.1 to 10 digits, as far as 18 places hold them, so that what it is off
// by stays small beside the cost however many units there are.
func meanPrice(cost, quantity decimal.Decimal) Price {
	mean := cost.DivRound(quantity, maxDecimalPlaces)
	leadingZeros := max(0, -(mean.NumDigits() + int(mean.Exponent())))
	return Price{exact(mean.Round(int32(min(averagePlaces+leadingZeros, maxDecimalPlaces))))} //nolint:gosec // at most 18
}

// Money is an amount of the account's currency, of either sign. Its zero value
// is 0.
type Money struct{ amount }

// ParseMoney reads a decimal number of either sign.
func ParseMoney(s string) (Money, error) {
	a, err := parseAmount(s)
	return Money{a}, err
}

// NewMoney takes a decimal of either sign.
func NewMoney(d decimal.Decimal) Money { return Money{exact(d)} }

// MustMoney is ParseMoney for constants; it panics where that fails.
func MustMoney(s string) Money { return must(ParseMoney(s)) }

// UnmarshalText reads what ParseMoney reads.
func (m *Money) UnmarshalText(b []byte) (err error) {
	*m, err = ParseMoney(string(b))
	return err
}

// Cmp is -1, 0 or 1 as m is less than, equal to or more than other.
func (m Money) Cmp(other Money) int { return m.d.Cmp(other.d) }

// Add gives m + other.
func (m Money) Add(other Money) Money { return Money{exact(m.d.Add(other.d))} }

// Sub gives m - other.
func (m Money) Sub(other Money) Money { return Money{exact(m.d.Sub(other.d))} }

// Neg gives -m.
func (m Money) Neg() Money { return Money{exact(m.d.Neg())} }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
