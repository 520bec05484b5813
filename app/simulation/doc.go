// Package simulation is the proof of the execution core: its specs run the real
// intake, executors and trackers, several of each, over a store and brokers that
// fail as a seed says, and an oracle that shares no rule with them judges what
// came of every alert. There is nothing in it to import.
//
// A run is a function of its seed. It lives in a bubble of testing/synctest,
// whose time passes only where everybody waits. Every call that a process makes
// to the outside stops and is let go, one at a time, in the order the seed draws:
// as it is, failing before, losing its answer after, late, or as the last thing
// its process does. What a process does between two calls is its own and runs
// alone.
//
// What can happen: processes are killed before and after any call, stopped in an
// orderly way, paused for longer than their lease and continued; their clocks
// differ, the leases follow the store's. Brokers keep their declared rule for
// duplicates and no better one: what is sent twice where they take it twice is
// there twice. They take orders and lose the answer, lose orders, take them late,
// refuse, are away for minutes, fill in parts, show orders late, and tell what
// was true a while ago.
//
// What must hold is in oracle_test.go: lost 0, doubled 0, misordered 0, the
// books are the broker's, and nothing is stuck.
package simulation
