package domain

import "github.com/shopspring/decimal"

// RestoreQuantity reads a stored quantity. Like the others here it takes any
// width: products and sums of ours may be wider than what ParseQuantity takes
// from outside, and what was stored stays readable.
func RestoreQuantity(s string) (Quantity, error) {
	a, err := restoreAmount(s)
	return Quantity{a}, err
}

// RestorePrice reads a stored price.
func RestorePrice(s string) (Price, error) {
	a, err := restoreAmount(s)
	return Price{a}, err
}

// RestoreMoney reads a stored amount of money.
func RestoreMoney(s string) (Money, error) {
	a, err := restoreAmount(s)
	return Money{a}, err
}

// RestoreNet reads a stored holding.
func RestoreNet(s string) (Net, error) {
	a, err := restoreAmount(s)
	return Net{a}, err
}

func restoreAmount(s string) (amount, error) {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return amount{}, &Error{Kind: KindInternal, Code: "corrupt_amount", Msg: "a stored number is not a number", Err: err}
	}
	return exact(d), nil
}
