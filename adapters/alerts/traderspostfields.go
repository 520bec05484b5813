package alerts

func tradersPostVocabulary() vocabulary {
	v := newVocabulary()
	v.know(roleRead, "ticker", "symbol", "action", "sentiment",
		"market_position", "market_position_size", "position_size",
		"prev_market_position", "prev_market_position_size",
		"quantity", "quantityType", "orderType", "limitPrice", "stopPrice",
		"timeInForce", "price", "signalPrice", "time", "takeProfit", "stopLoss", "cancel")
	v.know(roleNotBuilt, "trailAmount", "trailPercent",
		"extendedHours", "cancelOrderType", "delay", "ignoreTradingWindows", "expiresAt",
		"optionType", "intrinsicValue", "expiration", "strikeCount", "strikesAway", "strikePrice",
		"test")
	v.know(roleInformation, "interval", "message", "extras")
	v.foreign("quantity", "qty", "size", "contracts", "shares", "units", "lots", "amount")
	v.foreign("action", "side", "direction", "positionside")
	v.foreign("orderType", "type", "ordtype", "pricetype")
	v.foreign("limitPrice", "limit", "entry", "entryprice", "openprice")
	v.foreign("stopPrice", "stop", "trigger", "triggerprice")
	v.foreign("timeInForce", "tif")
	v.foreign("quantityType", "sizing", "unitstype", "currencytype")
	return v
}
