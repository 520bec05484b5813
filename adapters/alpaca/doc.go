// Package alpaca trades at Alpaca, live or paper, through its Trading API v2.
//
// Every request is sent once: nothing here retries, follows a redirect or
// outlives its context. Connections go to public addresses only, checked as they
// are dialed, beyond those that are allowed by [Config.AllowAddresses]; answers
// and their headers have a limit. When Alpaca says that an account has no
// requests left, nothing more is sent for it until it has. When it does not
// accept an account's credentials, they are tried again after ever longer
// pauses, and at once when they were changed.
//
// What Alpaca's answers mean is told in one table (outcomes.go). A refusal is
// believed where it is documented; then the order is looked up once more, for
// orders have been known to exist in spite of it. Anything that is not in the
// table is an unknown outcome.
//
// An order tells its sum only, so executions are taken from the account's
// activities. While these have not caught up, an order is partially_filled with
// what they tell: no execution is ever made up.
//
// What happens to orders Alpaca tells on a WebSocket as well. That says which
// order to ask about, and nothing of it is recorded: what was executed is known by
// the ids of the account's activities alone, so that no execution counts twice.
//
// Prices come from Alpaca's market data, whose limits and permissions are apart
// from those of trading.
//
// Symbols are hookfill's: AAPL, BRK.B, the OCC form of an option, and BTC/USD
// for what Alpaca also calls BTCUSD.
//
// An order with legs is refused: Alpaca names legs itself, lets them live as long
// as their entry's time in force, and has none for options and crypto. The core
// protects such entries with orders of their own.
package alpaca
