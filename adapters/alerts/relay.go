package alerts

import (
	"strings"

	"github.com/hookfill/hookfill/domain"
)

// FormatRelay is what trade-relay and SignalStack take as JSON.
const FormatRelay domain.AlertFormat = "relay"

// relay reads one JSON object as one intent. Names have no case, words neither.
//
//	field, or another name of it              becomes
//	action side signal                        Action, required: buy long; sell
//	                                          short; close exit flat; flatten
//	                                          close_all exit_all (every position);
//	                                          cancel; cancel_all (every order)
//	symbol ticker sym instrument pair         Symbol
//	quantity qty size contracts shares amount Quantity
//	notional cash dollars cost                Notional, where there is no quantity
//	percentEquity                             Sizing, where there is neither
//	riskPercent                               Sizing from the stop-loss, where there
//	                                          is none of them
//	orderType type                            OrderType: market (default) limit
//	                                          stop stop_limit
//	limitPrice, stopPrice                     LimitPrice, StopPrice
//	timeInForce tif                           TimeInForce: day (default) gtc ioc fok
//	takeProfit, stopLoss, stopLossLimit       TakeProfit, StopLoss: prices
//	price                                     ReferencePrice
//	signalId id alertId, comment              information
//
// Trailing stops, account, pause, resume and kill are refused by name.
// An id is the alert's identity only where the webhook's dedupe.key_fields name
// it: {{timenow}} is the same for all symbols of a second, and so is no identity.
//
// Under auto it is known by the names that only it has, or by a protection that
// is a price of its own. What is left reads the same as TradersPost.
func relay() objectFormat {
	v := newVocabulary()
	v.know(roleRead, relayFields()...)
	v.know(roleNotBuilt, "trailAmount", "trailPercent", "account")
	v.know(roleInformation, "signalId", "id", "alertId", "comment")
	return objectFormat{format: FormatRelay, claims: isRelay, vocabulary: v, read: func(f *fields) []domain.Intent {
		f.canonical(relayNames())
		return []domain.Intent{f.relayIntent()}
	}}
}

func relayFields() []string {
	return []string{
		"action", "symbol", "quantity", "notional", "percentEquity", "riskPercent", "orderType", "limitPrice", "stopPrice",
		"timeInForce", "takeProfit", "stopLoss", "stopLossLimit", "price",
	}
}

// relayNames gives the name of a field for each that it may have, in lower case.
func relayNames() map[string]string {
	names := map[string]string{}
	for _, name := range append(relayFields(), "trailAmount", "trailPercent", "account", "signalId", "id", "alertId", "comment") {
		names[strings.ToLower(name)] = name
	}
	for name, others := range map[string]string{
		"action": "side signal", "symbol": "ticker sym instrument pair", "quantity": "qty size contracts shares amount",
		"notional": "cash dollars cost", "orderType": "type", "timeInForce": "tif",
	} {
		for other := range strings.FieldsSeq(others) {
			names[other] = name
		}
	}
	return names
}

func isRelay(m *message) bool {
	if m.hasAny("ticker", "sentiment", "quantityType", "signalPrice", "extras") {
		return false // names that TradersPost documents
	}
	if m.hasAny("signalId", "alertId", "percentEquity", "riskPercent", "stopLossLimit") && m.hasAny("action", "side", "signal") {
		return true
	}
	if !m.hasAny("takeProfit", "stopLoss") {
		return false
	}
	members, _ := m.object() // it could be read, or it would not have the name
	for _, member := range members {
		if member.name == "takeProfit" || member.name == "stopLoss" {
			if k := member.value.kind; k == kindNumber || k == kindString && !asksForNothing(member) {
				return true
			}
		}
	}
	return false
}

// canonical gives every member the name that the format documents. Two that then
// have the same one contradict each other, or repeat what needs no repeating.
func (f *fields) canonical(names map[string]string) {
	members := f.members
	f.members, f.asSent, f.faults.sentAs = nil, members, map[string]string{}
	for _, m := range members {
		sent := m.name
		if name, ok := names[strings.ToLower(m.name)]; ok {
			m.name = name
		}
		if _, twice := f.get(m.name); twice {
			f.faults.impossible("conflicting_fields", shown(sent), "says the same as another name here; give one of them")
			continue
		}
		f.faults.sentAs[m.name] = sent
		f.members = append(f.members, m)
	}
}

func (f *fields) relayIntent() domain.Intent {
	i := domain.Intent{
		Action:         f.relayAction(),
		LimitPrice:     amount(f, "limitPrice", domain.ParsePrice),
		StopPrice:      amount(f, "stopPrice", domain.ParsePrice),
		ReferencePrice: amount(f, "price", domain.ParsePrice),
	}
	if w, ok := f.word("action"); ok && !aboutEverything(w) {
		i.Symbol = f.symbolRequired("symbol")
	}
	f.relaySize(&i)
	f.relayProtection(&i)
	if w, ok := f.word("orderType"); ok {
		t, err := domain.ParseOrderType(w)
		if err != nil {
			f.faults.impossible(codeUnsupportedField, "orderType", "must be one of market, limit, stop, stop_limit")
		}
		i.OrderType = t
	}
	if w, ok := f.word("timeInForce"); ok {
		t, err := domain.ParseTimeInForce(w)
		if err != nil {
			f.faults.take("timeInForce", err)
		}
		i.TimeInForce = t
	}
	return f.check(i, renamed(map[string]string{
		"limit_price": "limitPrice", "stop_price": "stopPrice", "take_profit": "takeProfit", "stop_loss": "stopLoss", "order_type": "orderType",
	}))
}

func aboutEverything(action string) bool {
	switch action {
	case "flatten", "close_all", "exit_all", "cancel_all":
		return true
	}
	return false
}

func (f *fields) relayAction() domain.Action {
	w, ok := f.wordRequired("action", "say buy, sell, close, flatten or cancel")
	switch w {
	case "buy", "long":
		return domain.ActionBuy
	case "sell", "short":
		return domain.ActionSell
	case "close", "exit", "flat", "flatten", "close_all", "exit_all":
		return domain.ActionExit
	case "cancel", "cancel_all":
		return domain.ActionCancel
	case "pause", "resume", "kill":
		f.faults.impossible(codeUnsupportedField, "action", w+" is not done by an alert; change the webhook itself, or halt it")
	default:
		if ok {
			f.faults.impossible("invalid_action", "action", "must be one of buy, sell, close, flatten, cancel")
		}
	}
	return ""
}

// relaySize takes the first size there is, in the format's order.
func (f *fields) relaySize(i *domain.Intent) {
	switch {
	case f.has("quantity"):
		i.Quantity = amount(f, "quantity", domain.ParseQuantity)
	case f.has("notional"):
		i.Notional = amount(f, "notional", domain.ParseMoney)
	case f.has("percentEquity"):
		f.sizedBy(i, "percentEquity", domain.SizingPercentOfEquity)
	case f.has("riskPercent"):
		f.sizedBy(i, "riskPercent", domain.SizingRiskPercent)
	}
}

func (f *fields) sizedBy(i *domain.Intent, name string, t domain.SizingType) {
	if value := amount(f, name, domain.ParseQuantity); value != nil {
		i.Sizing = &domain.Sizing{Type: t, Value: value}
	}
}

func (f *fields) relayProtection(i *domain.Intent) {
	if price := amount(f, "takeProfit", domain.ParsePrice); price != nil {
		i.TakeProfit = &domain.Level{Price: price}
	}
	limit := amount(f, "stopLossLimit", domain.ParsePrice)
	price := amount(f, "stopLoss", domain.ParsePrice)
	switch {
	case price != nil:
		i.StopLoss = &domain.StopLoss{Level: domain.Level{Price: price}, LimitPrice: limit}
	case limit != nil && !f.has("stopLoss"):
		f.faults.impossible("level_required", "stopLossLimit", "needs the stop-loss it belongs to")
	}
}
