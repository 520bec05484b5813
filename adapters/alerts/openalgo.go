package alerts

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// FormatOpenAlgo is what OpenAlgo takes as an order and as a strategy's signal.
const FormatOpenAlgo domain.AlertFormat = "openalgo"

// openAlgo reads one JSON object as one intent, or a split order and a basket as
// several. Words have no case.
//
//	field                  becomes
//	symbol                 Symbol, required
//	action                 Action, required: BUY SELL; without a quantity of its
//	                       own long_entry (buy, long), short_entry (sell, short),
//	                       long_exit and short_exit (an exit that closes that side
//	                       and no other)
//	quantity               Quantity
//	position_size          TargetPosition with its sign, and then no more than it:
//	                       the action and the quantity trade nothing beside it
//	pricetype              OrderType: MARKET (default) LIMIT SL (stop limit)
//	                       SL-M (stop)
//	price, trigger_price   LimitPrice, StopPrice; 0 is none
//	splitsize              the quantity is split into intents of that size, and the
//	                       rest; at most 20
//	orders                 a basket: a list of up to 20 orders with these names,
//	                       an intent each
//	apikey, strategy       what the format is known by; the key is never stored
//	exchange               information
//	product                MIS NRML CNC: which of an Indian broker's margins is
//	                       used. Others have one; nothing is squared off at the
//	                       day's end for it
//
// A disclosed_quantity, an orderid, a leg_id, whose size the alert does not say,
// and the actions start and stop are refused by name.
//
// OpenAlgo itself trades action and quantity where position_size is 0 and the
// account is flat, so that an exit that comes twice opens the other side. Here a
// position_size says all there is to do, and 0 on a flat account is nothing.
func openAlgo() objectFormat {
	v := newVocabulary()
	v.know(roleRead, "symbol", "action", "quantity", "position_size", "pricetype", "price", "trigger_price", "product", "splitsize", "orders")
	v.know(roleNotBuilt, "orderid", "leg_id", "mode")
	v.know(roleNotBuiltAmount, "disclosed_quantity")
	v.know(roleInformation, "apikey", "strategy", "exchange")
	return objectFormat{format: FormatOpenAlgo, claims: isOpenAlgo, vocabulary: v, read: func(f *fields) []domain.Intent {
		return f.openAlgoIntents(&v)
	}}
}

// isOpenAlgo reports an order, which carries its key in the body, and a signal,
// which has actions of its own.
func isOpenAlgo(m *message) bool {
	if m.has("apikey", "strategy") {
		return true
	}
	if !m.has("action") {
		return false
	}
	members, _ := m.object() // it could be read, or it would not have the name
	f := fields{members: members}
	w, _ := f.word("action")
	return slices.Contains([]string{"long_entry", "long_exit", "short_entry", "short_exit", "start", "stop"}, w)
}

func (f *fields) openAlgoIntent() domain.Intent {
	i := domain.Intent{Symbol: f.symbolRequired("symbol"), Quantity: amount(f, "quantity", domain.ParseQuantity)}
	f.openAlgoAction(&i)
	f.openAlgoPrices(&i)
	if w, ok := f.word("product"); ok && !slices.Contains([]string{"mis", "nrml", "cnc"}, w) {
		f.faults.impossible("invalid_product", "product", "must be one of MIS, NRML, CNC")
	}
	if i.TargetPosition = amount(f, "position_size", domain.ParseNet); i.TargetPosition != nil {
		i.Action, i.Quantity, i.Sentiment, i.Closes = domain.ActionTarget, nil, "", ""
	}
	return f.check(i, renamed(map[string]string{"limit_price": "price", "stop_price": "trigger_price"}))
}

func (f *fields) openAlgoAction(i *domain.Intent) {
	w, ok := f.wordRequired("action", "say BUY or SELL")
	switch w {
	case "buy", "sell":
		i.Action = domain.Action(w)
	case "long_entry":
		i.Action, i.Sentiment = domain.ActionBuy, domain.SentimentLong
	case "short_entry":
		i.Action, i.Sentiment = domain.ActionSell, domain.SentimentShort
	case "long_exit":
		i.Action, i.Closes = domain.ActionExit, domain.SentimentLong
	case "short_exit":
		i.Action, i.Closes = domain.ActionExit, domain.SentimentShort
	case "start", "stop":
		f.faults.impossible(codeUnsupportedField, "action", w+" is not done by an alert; pause and resume the webhook itself")
	default:
		if ok {
			f.faults.impossible("invalid_action", "action", "must be one of BUY, SELL, long_entry, long_exit, short_entry, short_exit")
		}
	}
}

func (f *fields) openAlgoPrices(i *domain.Intent) {
	price := amountUnlessZero(f, "price", domain.ParsePrice)
	trigger := amountUnlessZero(f, "trigger_price", domain.ParsePrice)
	switch w, ok := f.word("pricetype"); w {
	case "", "market":
		i.ReferencePrice = price
		if trigger != nil {
			f.faults.impossible("stop_price_mismatch", "trigger_price", "belongs to the price types SL and SL-M")
		}
		return
	case "limit":
		i.OrderType = domain.OrderTypeLimit
	case "sl":
		i.OrderType = domain.OrderTypeStopLimit
	case "sl-m":
		i.OrderType = domain.OrderTypeStop
	default:
		if ok {
			f.faults.impossible("invalid_order_type", "pricetype", "must be one of MARKET, LIMIT, SL, SL-M")
		}
	}
	i.LimitPrice, i.StopPrice = price, trigger
}
