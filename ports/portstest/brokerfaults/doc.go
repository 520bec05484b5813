// Package brokerfaults puts a bad line before a broker's simulator, so that the
// specs of any HTTP broker adapter can meet what real venues do: an order that
// was executed and whose answer never comes, an error that hides one, a look-up
// that lags behind.
//
//	line, err := brokerfaults.Start(simulator) // any http.Handler
//	line.On(brokerfaults.Method("POST")).Next(brokerfaults.DropAnswer())
//	adapter := mine.New(line.URL())
//
// Everything goes over real sockets: answers are cut, delayed and garbled on the
// connection, not in a transport that the adapter could tell apart. What a fault
// does to the order itself is a promise, told by [Fault.Executes], and
// [Line.Exchanges] says of each request what was done to it.
//
// Faults come as scripted, one a request, or at random from a seed. A request
// takes the first of: what the first matching script still has, what chance
// gives, [Pass]. A Line is safe for concurrent use; requests that arrive at the
// same moment take their faults in the order in which they were read.
//
// The package knows no adapter, no port and no test library, so that it serves
// anybody's. It is for tests only.
package brokerfaults
