package alerts

import "github.com/hookfill/hookfill/domain"

// takeProfit reads
//
//	{"limitPrice": 150} or {"percent": 10} or {"amount": 15}
func (a *tradersPostAlert) takeProfit() *domain.Level {
	in, ok := a.nested("takeProfit")
	if !ok {
		return nil
	}
	level := in.level("limitPrice")
	in.refuseOthers("limitPrice", "percent", "amount")
	if !a.adopt(in) {
		return nil
	}
	return &level
}

// stopLoss reads
//
//	{"type": "stop", "stopPrice": 90} or {"percent": 5} or {"amount": 7.5}
//	{"type": "stop_limit", "stopPrice": 90, "limitPrice": 89.5}
//
// The type is stop where it is left out. A stop that trails is refused.
func (a *tradersPostAlert) stopLoss() *domain.StopLoss {
	in, ok := a.nested("stopLoss")
	if !ok {
		return nil
	}
	s := domain.StopLoss{Level: in.level("stopPrice"), LimitPrice: amount(in.fields, "limitPrice", domain.ParsePrice)}
	switch w, stated := in.word("type"); {
	case w == "trailing_stop":
		in.faults.impossible(codeUnsupportedField, "type", w+" is not built yet, and nothing else is done in its place")
	case stated && w != "stop" && w != "stop_limit":
		in.faults.impossible("invalid_type", "type", "must be stop or stop_limit")
	case w == "stop_limit" && !in.has("limitPrice"):
		in.faults.impossible("limit_price_mismatch", "limitPrice", "a stop_limit needs the worst price to take")
	case w != "stop_limit" && in.has("limitPrice"):
		in.faults.impossible("limit_price_mismatch", "limitPrice", "belongs to the type stop_limit")
	}
	in.refuseOthers("type", "stopPrice", "limitPrice", "percent", "amount")
	if !a.adopt(in) {
		return nil
	}
	return &s
}
