package httpapi

import "github.com/hookfill/hookfill/domain"

// levelJSON says by one of its members where an order that protects a position
// stands.
type levelJSON struct {
	Price   *domain.Price    `json:"price"`
	Percent *domain.Quantity `json:"percent"`
	Amount  *domain.Quantity `json:"amount"`
}

type stopLossJSON struct {
	levelJSON

	LimitPrice *domain.Price `json:"limit_price"`
}

func stopLossOf(s *domain.StopLoss) *stopLossJSON {
	if s == nil {
		return nil
	}
	return &stopLossJSON{levelJSON(s.Level), s.LimitPrice}
}

// takeProfitFrom and stopLossFrom read a trade by hand.
func takeProfitFrom(f *form) *domain.Level {
	in := f.object("take_profit")
	if in == nil {
		return nil
	}
	level := levelFrom(in)
	in.close()
	return &level
}

func stopLossFrom(f *form) *domain.StopLoss {
	in := f.object("stop_loss")
	if in == nil {
		return nil
	}
	s := domain.StopLoss{Level: levelFrom(in), LimitPrice: number(in, "limit_price", domain.ParsePrice)}
	in.close()
	return &s
}

func levelFrom(f *form) domain.Level {
	return domain.Level{
		Price:   number(f, "price", domain.ParsePrice),
		Percent: number(f, "percent", domain.ParseQuantity),
		Amount:  number(f, "amount", domain.ParseQuantity),
	}
}

// legJSON is an order that would protect an entry.
type legJSON struct {
	Type       domain.OrderType `json:"type"`
	LimitPrice *domain.Price    `json:"limit_price"`
	StopPrice  *domain.Price    `json:"stop_price"`
}

func legsOf(legs []domain.Leg) []legJSON {
	out := make([]legJSON, 0, len(legs))
	for _, leg := range legs {
		out = append(out, legJSON(leg))
	}
	return out
}
