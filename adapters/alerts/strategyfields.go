package alerts

import "github.com/hookfill/hookfill/domain"

// What TradingView's strategy placeholders say, under the names they have in
// more than one format.

func (f *fields) symbolIn(name string) domain.Symbol {
	s, ok := f.text(name)
	if !ok {
		return ""
	}
	symbol, err := domain.ParseSymbol(s)
	if err != nil {
		f.faults.take(name, err)
	}
	return symbol
}

func (f *fields) sentimentIn(name string) domain.Sentiment {
	w, ok := f.word(name)
	switch w {
	case "long", "bullish":
		return domain.SentimentLong
	case "short", "bearish":
		return domain.SentimentShort
	case "flat":
		return domain.SentimentFlat
	}
	if ok {
		f.faults.impossible("invalid_sentiment", name, "must be one of long, bullish, short, bearish, flat")
	}
	return ""
}

// target is the position the alert carries. market_position_size has no sign
// and needs the side from the sentiment.
func (f *fields) target(s domain.Sentiment) *domain.Net {
	signed := amount(f, "position_size", domain.ParseNet)
	size := amount(f, "market_position_size", domain.ParseQuantity)
	if size == nil {
		return signed
	}
	side := domain.SideBuy
	switch {
	case s == domain.SentimentShort, s == "" && signed != nil && signed.IsShort():
		side = domain.SideSell
	case s == "" && signed == nil && !size.IsZero():
		if !f.faults.on("sentiment", "market_position", "position_size") {
			f.faults.impossible("market_position_required", "market_position_size",
				"says how much and not on which side; add market_position")
		}
		return nil
	}
	target := domain.NetOf(side, *size)
	if signed != nil && signed.Cmp(target) != 0 {
		f.conflict("position_size", "market_position_size")
	}
	return &target
}

// previous is the position the sender came from. The side alone says it only
// where that is flat.
func (f *fields) previous() *domain.Net {
	const side, size = "prev_market_position", "prev_market_position_size"
	was, q := f.sentimentIn(side), amount(f, size, domain.ParseQuantity)
	switch {
	case was == domain.SentimentFlat && q != nil && !q.IsZero():
		f.conflict(size, side)
	case was == domain.SentimentFlat || was == "" && q != nil && q.IsZero():
		return &domain.Net{}
	case q == nil || f.faults.on(side):
	case was == "":
		f.faults.impossible("market_position_required", size, "says how much and not on which side; add prev_market_position")
	case q.IsZero():
		f.conflict(side, size)
	case was == domain.SentimentShort:
		return new(domain.NetOf(domain.SideSell, *q))
	default:
		return new(domain.NetOf(domain.SideBuy, *q))
	}
	return nil
}
