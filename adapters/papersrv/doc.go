// Package papersrv is paper accounts behind Alpaca's trading API, for its clients
// to run against unchanged: orders, positions, account, activities, assets, clock
// and calendar over HTTP, with the error bodies that the venue was seen to send.
//
// It is thin: an account is a paper.Engine and a paper.Chronicle over one
// ports.PaperJournal, from which everything follows that is told. What is
// the venue's and not the account's is here: its words, and its rules for what it
// takes.
//
// What happens to orders is told on the WebSocket at /stream (trade_updates, JSON
// in binary frames) and as server-sent events at /v2/events/trades. Both say the
// same; the second also tells what has been, and survives a restart where the
// journal does.
//
// Every key pair has an account of its own, and its own market: POST /sim/quotes
// with {"symbol","bid","ask","last"} sets what a symbol trades at for the account
// that pushes it. Orders fill as package paper says; the answer to an order says
// pending_new all the same, as the venue's does.
//
// With sessions, shares trade when the New York Stock Exchange does: orders that
// come while it is closed wait, those for the day expire at its close, others 90
// days on. Whoever serves this calls [Server.Run], so that time goes by without
// requests. A bracket's legs are held until it is filled; an entry that they wait
// for cannot be replaced, and a replacement is for what its order had left.
//
// POST /sim/faults with {"fault","times"} makes the account fail as venues do:
// accept_then_timeout, accept_then_drop, accept_then_error, throttle,
// late_visibility and fill_after_cancel; GET lists what is on, DELETE ends it.
//
// Symbols are those of a small catalogue, and any other of the form of a share
// (1 to 5 letters, perhaps a class behind a dot) or a pair in USD, USDT, USDC or
// BTC. An order that the account has no means for is refused and not kept.
//
// Orders for the opening and the close are taken in their hours and trade at the
// quote, as those for the day do.
//
// Not served, and refused by name: options and orders of several legs, and
// advanced_instructions. There are no fees and no interest, and margin is twice
// the equity.
package papersrv
