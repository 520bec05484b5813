package alerts

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// FormatPickMyTrade is PickMyTrade's message.
const FormatPickMyTrade domain.AlertFormat = "pickmytrade"

// pickMyTrade reads one JSON object as one intent. 0 stands for what is not said.
//
//	field                      becomes
//	symbol                     Symbol, required
//	data                       Action, required: buy, sell, close
//	quantity                   Quantity
//	order_type                 MKT (default)
//	price                      ReferencePrice
//	percentage_tp              TakeProfit, in percent away from the entry
//	percentage_sl              StopLoss, in percent away from the entry
//	date                       SenderTime
//	reverse_order_close true   QuantityMeans: an entry on the other side first exits
//	                           all there is
//	duplicate_position_allow   true: an entry adds to what is held already
//	multiple_accounts          one account, not scaled: where PickMyTrade trades.
//	                           The webhook's routes say it here
//	platform, account_id       information, for the same reason
//	token                      who sends: never stored
//
// Everything else is refused by name: risk_percentage, tp, sl, dollar_tp and
// dollar_sl, update_tp and update_sl, several accounts, a quantity_multiplier and
// every other order type.
func pickMyTrade() objectFormat {
	v := newVocabulary()
	v.know(roleRead, "symbol", "data", "quantity", "order_type", "price", "percentage_tp", "percentage_sl", "date",
		"reverse_order_close", "duplicate_position_allow", "multiple_accounts")
	v.know(roleNotBuiltAmount, "risk_percentage", "tp", "sl", "dollar_tp", "dollar_sl")
	v.know(roleNotBuilt, "update_tp", "update_sl")
	v.know(roleInformation, "token", "platform", "account_id", "connection_name")
	return objectFormat{
		format:     FormatPickMyTrade,
		claims:     func(m *message) bool { return m.has("data", "token", "symbol") },
		vocabulary: v,
		read: func(f *fields) []domain.Intent {
			return []domain.Intent{f.pickMyTradeIntent()}
		},
	}
}

func (f *fields) pickMyTradeIntent() domain.Intent {
	i := domain.Intent{
		Symbol: f.symbolRequired("symbol"), Quantity: amount(f, "quantity", domain.ParseQuantity),
		ReferencePrice: amountUnlessZero(f, "price", domain.ParsePrice), SenderTime: f.time("date"),
	}
	w, ok := f.wordRequired("data", "say buy, sell or close")
	switch w {
	case "buy", "sell":
		i.Action = domain.Action(w)
	case "close":
		i.Action = domain.ActionExit
		if i.Quantity != nil && i.Quantity.IsZero() {
			i.Quantity = nil
		}
	default:
		if ok {
			f.faults.impossible("invalid_action", "data", "must be one of buy, sell, close")
		}
	}
	if w, ok := f.word("order_type"); ok && w != "mkt" {
		f.notBuilt("order_type", "what is not MKT")
	}
	if percent := amountUnlessZero(f, "percentage_tp", domain.ParseQuantity); percent != nil {
		i.TakeProfit = &domain.Level{Percent: percent}
	}
	if percent := amountUnlessZero(f, "percentage_sl", domain.ParseQuantity); percent != nil {
		i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: percent}}
	}
	if f.has("duplicate_position_allow") && !f.flag("duplicate_position_allow") {
		f.notBuilt("duplicate_position_allow", "to leave out an entry where there is a position")
	}
	if f.flag("reverse_order_close") {
		i.QuantityMeans = domain.QuantityEntry
	}
	f.oneAccount()
	return f.check(i, renamed(map[string]string{
		"action": "data", "take_profit": "percentage_tp", "stop_loss": "percentage_sl",
	}))
}

// oneAccount refuses what would send the alert to several accounts or scale it.
func (f *fields) oneAccount() {
	const name = "multiple_accounts"
	v, ok := f.get(name)
	switch {
	case !ok || v.kind == kindArray && len(v.items) == 0:
	case v.kind != kindArray || slices.ContainsFunc(v.items, func(i value) bool { return i.kind != kindObject }):
		f.faults.unreadable("not_a_list", name, "must be a list of accounts")
	case len(v.items) > 1:
		f.faults.impossible(codeUnsupportedField, name, "give the webhook a route to each account instead")
	default:
		in := &nestedFields{&fields{members: v.items[0].members}, name}
		if factor := amount(in.fields, "quantity_multiplier", domain.ParseQuantity); factor != nil && factor.String() != "1" {
			in.faults.impossible(codeUnsupportedField, "quantity_multiplier", "give the webhook's route the multiplier instead")
		}
		if risk := amountUnlessZero(in.fields, "risk_percentage", domain.ParseQuantity); risk != nil {
			in.notBuilt("risk_percentage", "a size by risk")
		}
		in.refuseOthers("token", "account_id", "connection_name", "quantity_multiplier", "risk_percentage")
		f.adopt(in)
	}
}
