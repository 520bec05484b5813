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
//	orderType type                            OrderType: market (default) limit
//	                                          stop stop_limit
//	limitPrice, stopPrice                     LimitPrice, StopPrice
//	timeInForce tif                           TimeInForce: day (default) gtc ioc fok
//	takeProfit, stopLoss, stopLossLimit       TakeProfit, StopLoss: prices
//	price                                     ReferencePrice
//	signalId id alertId, comment              information
//
// percentEquity and riskPercent count where no size before them is there, and are
// then refused by name; so are trailing stops, account, pause, resume and kill.
// An id is the alert's identity only where the webhook's dedupe.key_fields name
// it: {{timenow}} is the same for all symbols of a second, and so is no identity.
//
// Under auto it is known by the names that only it has, or by a protection that
// is a price of its own. What is left reads the same as TradersPost.
func relay() objectFormat {
	v := newVocabulary()
	v.know(roleRead, relayFields()...)
	v.know(roleNotBuilt, "trailamount", "trailpercent", "account")
	v.know(roleInformation, "signalid", "id", "alertid", "comment")
	return objectFormat{format: FormatRelay, claims: isRelay, vocabulary: v, read: func(f *fields) []domain.Intent {
		f.canonical(relayNames())
		return []domain.Intent{f.relayIntent()}
	}}
}

func relayFields() []string {
	return []string{
		"action", "symbol", "quantity", "notional", "percentequity", "riskpercent", "ordertype", "limitprice", "stopprice",
		"timeinforce", "takeprofit", "stoploss", "stoplosslimit", "price",
	}
}

// relayNames gives the canonical name of each other one.
func relayNames() map[string]string {
	names := map[string]string{}
	for name, others := range map[string]string{
		"action": "side signal", "symbol": "ticker sym instrument pair", "quantity": "qty size contracts shares amount",
		"notional": "cash dollars cost", "ordertype": "type", "timeinforce": "tif",
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

// canonical gives every member its lower-case name of the format. Two that then
// have the same one contradict each other, or repeat what needs no repeating.
func (f *fields) canonical(names map[string]string) {
	members := f.members
	f.members, f.asSent, f.faults.sentAs = nil, members, map[string]string{}
	for _, m := range members {
		sent := m.name
		m.name = strings.ToLower(m.name)
		if name, ok := names[m.name]; ok {
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
		LimitPrice:     amount(f, "limitprice", domain.ParsePrice),
		StopPrice:      amount(f, "stopprice", domain.ParsePrice),
		ReferencePrice: amount(f, "price", domain.ParsePrice),
	}
	if w, ok := f.word("action"); ok && !aboutEverything(w) {
		i.Symbol = f.symbolRequired("symbol")
	}
	f.relaySize(&i)
	f.relayProtection(&i)
	if w, ok := f.word("ordertype"); ok {
		t, err := domain.ParseOrderType(w)
		if err != nil {
			f.faults.impossible(codeUnsupportedField, "ordertype", "must be one of market, limit, stop, stop_limit")
		}
		i.OrderType = t
	}
	if w, ok := f.word("timeinforce"); ok {
		t, err := domain.ParseTimeInForce(w)
		if err != nil {
			f.faults.take("timeinforce", err)
		}
		i.TimeInForce = t
	}
	return f.check(i, renamed(map[string]string{
		"limit_price": "limitprice", "stop_price": "stopprice", "take_profit": "takeprofit", "stop_loss": "stoploss", "order_type": "ordertype",
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
	case f.has("percentequity"):
		f.notBuilt("percentequity", "a size in percent of the equity")
	case f.has("riskpercent"):
		f.notBuilt("riskpercent", "a size by risk")
	}
}

func (f *fields) relayProtection(i *domain.Intent) {
	if price := amount(f, "takeprofit", domain.ParsePrice); price != nil {
		i.TakeProfit = &domain.Level{Price: price}
	}
	limit := amount(f, "stoplosslimit", domain.ParsePrice)
	price := amount(f, "stoploss", domain.ParsePrice)
	switch {
	case price != nil:
		i.StopLoss = &domain.StopLoss{Level: domain.Level{Price: price}, LimitPrice: limit}
	case limit != nil && !f.has("stoploss"):
		f.faults.impossible("level_required", "stoplosslimit", "needs the stop-loss it belongs to")
	}
}
