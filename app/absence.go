package app

import (
	"time"

	"github.com/hookfill/hookfill/ports"
)

// clockError is by how much our clock and a broker's may differ.
const clockError = 2 * time.Second

// proof is what a look-up that found nothing says about an attempt.
type proof int

const (
	// unproven: nothing yet; asking again later will say more.
	unproven proof = iota
	// harmless: nothing of the attempt is under way on our side any more. Should
	// it arrive all the same, only one of it and another under the same client
	// order id can become an order.
	harmless
	// neverAccepted: it did not become an order and never will.
	neverAccepted
	// undecidable: nothing the broker can be asked will ever tell.
	undecidable
)

// absence judges an attempt made since ago, with up to timeout to be sent, that
// a look-up just did not find. While nothing is proven it gives how long until
// more is.
//
//   - Nobody can prove anything at a broker that cannot be asked.
//   - An id that is used up for ever makes sending it again harmless, once the
//     attempt is over and what came of it would be visible. Sooner, a further one
//     could be refused for want of the money that the first one is just taking,
//     and pass for the end of the order.
//   - A broker whose requests expire cannot have taken one later than the end of
//     the attempt, the expiry and the error of the clocks.
//   - Where neither holds an attempt may arrive at any time.
func absence(can ports.Capabilities, since, timeout time.Duration) (proof, time.Duration) {
	over := timeout + can.VisibleWithin
	expires := over + can.RequestExpiry + clockError
	switch {
	case can.Lookup != ports.LookupDirect && can.Lookup != ports.LookupScan:
		return undecidable, 0
	case since < over:
		return unproven, over - since
	case can.RequestExpiry > 0 && since >= expires:
		return neverAccepted, 0
	case can.Duplicates == ports.DuplicatesRejectedForever:
		return harmless, 0
	case can.RequestExpiry > 0:
		return unproven, expires - since
	}
	return undecidable, 0
}

// nextLookUp gives how long to wait before the broker is asked again about an
// attempt made since ago: 0.2, 1, 3 and then 5 s after the time before, but no
// longer than wait, when there is something to learn.
func nextLookUp(since, wait time.Duration) time.Duration {
	var at time.Duration
	for _, pause := range [...]time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second} {
		if at += pause; since < at {
			return min(at-since, wait)
		}
	}
	return min(5*time.Second, wait)
}
