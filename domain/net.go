package domain

// Net is a holding with its sign: above 0 long, below 0 short, 0 flat. Its zero
// value is flat.
type Net struct{ amount }

// ParseNet reads a decimal number of either sign.
func ParseNet(s string) (Net, error) {
	a, err := parseAmount(s)
	return Net{a}, err
}

// MustNet is ParseNet for constants; it panics where that fails.
func MustNet(s string) Net { return must(ParseNet(s)) }

// NetOf gives a holding of q in the direction side builds: buy long, sell short.
func NetOf(side Side, q Quantity) Net { return Net{}.After(side, q) }

// UnmarshalText reads what ParseNet reads.
func (n *Net) UnmarshalText(b []byte) (err error) {
	*n, err = ParseNet(string(b))
	return err
}

// IsLong reports a holding above 0.
func (n Net) IsLong() bool { return n.d.IsPositive() }

// IsShort reports a holding below 0.
func (n Net) IsShort() bool { return n.d.IsNegative() }

// IsFlat reports no holding.
func (n Net) IsFlat() bool { return n.d.IsZero() }

// Size gives the holding without its sign.
func (n Net) Size() Quantity { return Quantity{exact(n.d.Abs())} }

// Cmp is -1, 0 or 1 as n is less than, equal to or more than other.
func (n Net) Cmp(other Net) int { return n.d.Cmp(other.d) }

// After gives the holding once q is bought or sold.
func (n Net) After(side Side, q Quantity) Net {
	if side == SideSell {
		return Net{exact(n.d.Sub(q.d))}
	}
	return Net{exact(n.d.Add(q.d))}
}

// Plus gives the sum of two holdings.
func (n Net) Plus(other Net) Net { return Net{exact(n.d.Add(other.d))} }

// Opposite gives the same size on the other side.
func (n Net) Opposite() Net { return Net{exact(n.d.Neg())} }

// SameSide reports whether both are long or both are short.
func (n Net) SameSide(other Net) bool { return n.d.Sign()*other.d.Sign() > 0 }

// LeftIn is how much of a holding that fills built there still is, by the sizes of
// the positions it is part of: nothing where one of them is on the other side.
func (n Net) LeftIn(positions ...Net) Quantity {
	left := n.Size()
	for _, position := range positions {
		if !position.SameSide(n) {
			return Quantity{}
		}
		left = left.Min(position.Size())
	}
	return left
}

// ExitSide gives the side that reduces the holding: sell for long, buy for
// short. A flat holding has none and gives the zero Side.
func (n Net) ExitSide() Side {
	switch {
	case n.IsLong():
		return SideSell
	case n.IsShort():
		return SideBuy
	}
	return ""
}
