// Package portstest holds what every implementation of a port must do, as
// Ginkgo suites that anybody's adapter can run. Each suite proves the comment of
// one interface in package ports, sentence by sentence: the text of a spec is
// the sentence it proves, so a red line names the promise that was broken.
//
// A suite is registered from a test file and runs with the caller's own:
//
//	var _ = portstest.DescribeClock("mine.Clock", portstest.ClockHarness{
//		New: func(context.Context) ports.Clock { return mine.NewClock() },
//	})
//
// The suites only register; RunSpecs stays with the caller. They keep no state
// of their own, so they run in any order and side by side.
//
// A harness makes what is tested. Its New is called once a spec and gives
// something empty that no other spec can reach; it may use DeferCleanup. The
// context it is given ends when it returns. A harness says by leaving a hook nil
// that it cannot do something: the specs that need the hook are then skipped
// and print why.
//
// The suites of the storage ports share [StorageHarness], because what is
// written through one of them is read through another.
package portstest
