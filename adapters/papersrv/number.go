package papersrv

import (
	"bytes"
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
)

// number is a decimal as clients send it: a string or a number; null and "" are
// none.
type number struct{ text string }

// UnmarshalJSON keeps the digits as they come.
func (n *number) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &n.text)
	}
	var plain json.Number
	if err := json.Unmarshal(b, &plain); err != nil {
		return err
	}
	n.text = plain.String()
	return nil
}

func (n number) isSet() bool { return n.text != "" }

func (n number) price(field string) (*domain.Price, error) {
	if !n.isSet() {
		return nil, nil //nolint:nilnil // what is not set is no price
	}
	p, err := domain.ParsePrice(n.text)
	if err != nil {
		return nil, invalid("%s must be > 0", field)
	}
	return &p, nil
}

func (n number) quantity(field string) (*domain.Quantity, error) {
	if !n.isSet() {
		return nil, nil //nolint:nilnil // what is not set is no quantity
	}
	q, err := domain.ParseQuantity(n.text)
	if err != nil || q.IsZero() {
		return nil, invalid("%s must be > 0", field)
	}
	if places(q.Decimal()) > quantityPlaces {
		return nil, invalid("%s must be limited to %d decimal places", field, quantityPlaces)
	}
	return &q, nil
}

func (n number) money(field string) (*domain.Money, error) {
	if !n.isSet() {
		return nil, nil //nolint:nilnil // what is not set is no money
	}
	m, err := domain.ParseMoney(n.text)
	if err != nil || m.Cmp(domain.Money{}) <= 0 {
		return nil, invalid("%s must be > 0", field)
	}
	return &m, nil
}

// quantityPlaces is how finely anything is traded.
const quantityPlaces = 9

func places(d decimal.Decimal) int32 { return max(0, -d.Normalize().Exponent()) }

func isWhole(q *domain.Quantity) bool { return q != nil && places(q.Decimal()) == 0 }
