package alerts

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// FormatTVHub is TV-Hub's message.
const FormatTVHub domain.AlertFormat = "tvhub"

// tvHub reads one JSON object as one intent.
//
//	field                   becomes
//	pair                    Symbol, required
//	isBuy, isSell, isClose  Action, exactly one of them true
//	units                   Quantity; unitsType is absolute (default)
//	isMarket, isLimit       OrderType: market (default), limit with the price
//	price                   LimitPrice, or ReferencePrice of a market order
//	stopLossType percent    StopLoss, stopLossPercent away from the entry
//	targets                 TakeProfit, takeProfitPercent away from the entry: one
//	                        of them, for all of the position
//	leverage                1 is none
//	exchange, apiKey        where and as whom TV-Hub trades: the webhook's routes
//	                        say it here
//	token                   who sends: never stored
//	alertTimestamp, retries information: what is sent is repeated until it is known
//	                        what became of it
//
// Everything else is refused by name: sizes in percent, the other kinds of
// stop-loss, several targets, leverage and marginType, closeCurrentPosition,
// preventPyramiding, cancelAllOrders and delay.
func tvHub() objectFormat {
	v := newVocabulary()
	v.know(roleRead, "pair", "isBuy", "isSell", "isClose", "units", "unitsType", "isMarket", "isLimit", "price",
		"stopLossType", "stopLossPercent", "targets", "leverage")
	v.know(roleNotBuilt, "marginType", "closeCurrentPosition", "preventPyramiding", "cancelAllOrders")
	v.know(roleNotBuiltAmount, "unitsPercent", "delay")
	v.know(roleInformation, "token", "exchange", "apiKey", "alertTimestamp", "retries")
	return objectFormat{
		format: FormatTVHub,
		claims: func(m *message) bool {
			return m.has("pair", "token") && m.hasAny("isBuy", "isSell", "isClose")
		},
		vocabulary: v,
		read: func(f *fields) []domain.Intent {
			return []domain.Intent{f.tvHubIntent()}
		},
	}
}

func (f *fields) tvHubIntent() domain.Intent {
	i := domain.Intent{
		Symbol: f.symbolRequired("pair"), Action: f.tvHubAction(),
		Quantity: f.tvHubUnits(), StopLoss: f.tvHubStopLoss(), TakeProfit: f.tvHubTarget(),
	}
	price := amountUnlessZero(f, "price", domain.ParsePrice)
	market, limit := f.flag("isMarket"), f.flag("isLimit")
	switch {
	case market && limit:
		f.conflict("isLimit", "isMarket")
	case limit:
		i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price
	default:
		i.ReferencePrice = price
	}
	if s, ok := f.number("leverage"); ok && s != "1" {
		f.notBuilt("leverage", "a leverage")
	}
	return f.check(i, renamed(map[string]string{
		"symbol": "pair", "action": "isBuy", "quantity": "units", "limit_price": "price",
		"stop_loss": "stopLossPercent", "take_profit": "targets",
	}))
}

func (f *fields) tvHubAction() domain.Action {
	var said []domain.Action
	for name, action := range map[string]domain.Action{
		"isBuy": domain.ActionBuy, "isSell": domain.ActionSell, "isClose": domain.ActionExit,
	} {
		if f.flag(name) {
			said = append(said, action)
		}
	}
	if len(said) == 1 {
		return said[0]
	}
	if !f.faults.on("isBuy", "isSell", "isClose") {
		f.faults.impossible("action_required", "isBuy", "exactly one of isBuy, isSell and isClose must be true")
	}
	return ""
}

func (f *fields) tvHubUnits() *domain.Quantity {
	w, ok := f.word("unitsType")
	if ok && w != "absolute" {
		f.notBuilt("unitsType", "what is not absolute")
		return nil
	}
	return amount(f, "units", domain.ParseQuantity)
}

func (f *fields) tvHubStopLoss() *domain.StopLoss {
	w, ok := f.word("stopLossType")
	percent := amountUnlessZero(f, "stopLossPercent", domain.ParseQuantity)
	switch {
	case ok && w != "percent":
		f.notBuilt("stopLossType", "what is not percent")
	case percent != nil:
		return &domain.StopLoss{Level: domain.Level{Percent: percent}}
	case ok && !f.faults.on("stopLossPercent"):
		f.faults.impossible("level_required", "stopLossPercent", "say how many percent away the stop-loss is")
	}
	return nil
}

// tvHubTarget reads a list of one take-profit for the whole position. Its amount
// is in percent of it.
func (f *fields) tvHubTarget() *domain.Level {
	v, ok := f.get("targets")
	switch {
	case !ok || v.kind == kindArray && len(v.items) == 0:
		return nil
	case v.kind != kindArray || slices.ContainsFunc(v.items, func(i value) bool { return i.kind != kindObject }):
		f.faults.unreadable("not_a_list", "targets", `must be a list such as [{"takeProfitPercent": 2, "amount": 100}]`)
		return nil
	case len(v.items) > 1:
		f.notBuilt("targets", "more than one take-profit")
		return nil
	}
	in := &nestedFields{&fields{members: v.items[0].members}, "targets"}
	level := domain.Level{Percent: amount(in.fields, "takeProfitPercent", domain.ParseQuantity)}
	if share := amount(in.fields, "amount", domain.ParseQuantity); share != nil && share.String() != "100" {
		in.notBuilt("amount", "a take-profit for a part of the position")
	}
	in.refuseOthers("idx", "takeProfitPercent", "amount")
	if !f.adopt(in) {
		return nil
	}
	return &level
}
