// Package alerts reads what senders post and says what it asks for.
//
// A format is recognized by an alert's content alone, because TradingView sends
// text/plain as soon as one value breaks the JSON:
//
//	3commas        JSON with secret and bot_uuid
//	openalgo       JSON with apikey and strategy, or an action like long_entry
//	tvhub          JSON with pair, token and isBuy, isSell or isClose
//	pickmytrade    JSON with data, token and symbol
//	relay          JSON with a name that only trade-relay has
//	traderspost    all other JSON, with TradingView's strategy fields
//	crosstrade     key=...; command=...;
//	pineconnector  licence,command,symbol
//	alertatron     keys(SYMBOL) { command(...); }
//	plain          begins with a verb: BUY 10 AAPL, close NVDA, FLATTEN
//
// The table of what each has stands in its own file. One alert is one intent or, in
// the order it has them, up to 20: Alertatron's commands, OpenAlgo's baskets and
// split orders, a cancel before TradersPost's order. An array of alerts is refused
// by name.
//
// What is promised for every format:
//
//   - Nothing that would change what is traded is dropped. A field that is not
//     built yet, and a known word in an unknown spelling, is refused by name. A
//     name nobody documents is the sender's own and left alone.
//   - Numbers are decimals from the first byte to the last, never floats. They
//     may be JSON numbers or text, with blanks around it.
//   - What placeholders leave behind, an empty text, NaN or the braces
//     themselves, is refused with a message that says so.
//   - Every fault of the fields is reported at once, in the order of the
//     format's table, up to 50. A text that cannot be read as the format
//     reports the first.
//   - Errors are KindInvalid. Their code is not_understood where a text or a
//     value cannot be read, and the first reason's code where it can be and
//     makes no sense. They name fields and bytes and never repeat a value.
//   - The text is walked once, front to back: time and memory are linear in it.
//   - What a sender authenticates itself with is in no field, and Redact takes it
//     out of what is kept.
package alerts
