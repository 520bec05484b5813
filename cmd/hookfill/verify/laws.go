package verify

// law is an invariant and the queries that find what breaks it, each giving a
// subject and a problem.
type law struct {
	id, rule string
	broken   []string
	// secrets are looked for in every column besides.
	secrets bool
	// atRest holds only once everything came to its end.
	atRest bool
}

// laws are judged in this order.
func laws() []law {
	return []law{
		{id: "I1", rule: "what was answered as stored is there", broken: durable()},
		{id: "I2", rule: "the broker has at most one order of a kind, and none we do not know", broken: once()},
		{id: "I2'", rule: "every ticket came to an order or an explanation, or waits", broken: explained()},
		{id: "I3", rule: "the broker got the orders of a lane in the lane's order", broken: inOrder()},
		{id: "I4", rule: "lanes have no gap and are done up to where they say", broken: gapless()},
		{id: "I5", rule: "what belongs together has one owner, and every table hides others' rows", broken: isolated()},
		{id: "I6", rule: "every send was written down first, under a lease in force", broken: fenced()},
		{id: "I7", rule: "nothing is left to do", broken: drained(), atRest: true},
		{id: "I8", rule: "a lane with waiting tickets will be claimed", broken: awake()},
		{id: "I9", rule: "no secret is stored in the clear", secrets: true},
		{id: "I10", rule: "orders and positions are what their events and the broker's record make of them", broken: addedUp()},
		{id: "I11", rule: "nothing was sent that a halt in force held", broken: held()},
	}
}
