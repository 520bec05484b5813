package domain

import "github.com/shopspring/decimal"

// RestoreQuantity reads a stored quantity. Like the others here it takes any
// width: products and sums of ours may be wider than what ParseQuantity takes
// from outside, and what was stored stays readable.
func RestoreQuantity(s string) (Quantity, error) {
	a, err := restoreAmount(s)
	if err == nil && a.d.IsNegative() {
		err = corruptAmount(nil)
	}
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{a}, nil
}

// RestorePrice reads a stored price.
func RestorePrice(s string) (Price, error) {
	a, err := restoreAmount(s)
	if err == nil && !a.d.IsPositive() {
		err = corruptAmount(nil)
	}
	if err != nil {
		return Price{}, err
	}
	return Price{a}, nil
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
		return amount{}, corruptAmount(err)
	}
	return exact(d), nil
}

func corruptAmount(cause error) error {
	return &Error{Kind: KindInternal, Code: "corrupt_amount", Msg: "a stored number is not what was stored", Err: cause}
}
