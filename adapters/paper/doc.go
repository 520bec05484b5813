// Package paper is the broker inside hookfill: it trades any symbol against
// prices it is told and risks nothing.
//
// An [Engine] is one account as the pure fold of its journal; [Broker] runs its
// commands inside a ports.PaperJournal, so every process over one journal sees
// one account. What follows is the zero [Venue]; another keeps hours and fills in
// part. [Chronicle] tells of orders, [Scripted] makes any broker fail on demand.
//
// Prices. A pushed quote is the market of its symbol until the next one, which
// replaces it whole. Buys fill at the ask, else the last price; sells at the
// bid, else the last. Until a first quote comes, the price an alert carries is
// the symbol's last price: resting orders of the symbol that it lets fill go
// first, then the order it came with; later orders without a price trade at it.
// A position is worth the last price, else the middle of bid and ask, else the
// one of them there is.
//
// Orders fill whole, without fees. A limit order fills where the market is at
// its limit or better, at the market. A stop triggers on the last price, else on
// the ask for a buy and the bid for a sell. A market order that finds no price
// waits as accepted. IOC and FOK fill at once or are canceled. There are no
// sessions: DAY works like GTC, round the clock, and OPG and CLS are refused.
// A notional buys or sells what it pays for at the price of the fill, rounded
// down to 9 places.
//
// An order by quantity may come with legs: a stop-loss, a take-profit or both. They
// are held until it is filled and then work until one of them fills or they are
// canceled. A leg trades at most what the account holds, needs no buying power, and
// is canceled instead of opening a position.
//
// Buying power is 2 x equity - gross exposure - reservations, never below 0.
// What reduces a position needs none; the part of an order that opens one must
// be within it, or the order is rejected whole. It is judged once: on arrival,
// or, for a market order that waits, at its first price. A resting order
// reserves its limit price, else its stop price, for what opens if all orders
// of its side fill; it is not judged again, so a gap through a stop can bring
// buying power to 0. An order that fills at once comes before those that rest.
//
// A rejected order is kept like any other: it can be looked up, and its client
// order id is used up, as every id is for ever.
package paper
