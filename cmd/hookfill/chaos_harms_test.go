package main_test

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

// harm is one way to hurt a fleet. All it chooses comes from random, so that a
// seed gives the same choices again. What it ended runs again when it returns,
// if not ready yet.
type harm struct {
	name string
	do   func(ctx context.Context, f *fleet, random *rand.Rand)
	// turnsAway is that alerts cannot be taken meanwhile.
	turnsAway bool
}

func allHarms() []harm {
	return append([]harm{
		{name: "SIGKILL", do: killOne},
		{name: "PostgreSQL stopped at once", do: stopDatabaseAtOnce},
		{name: "SIGSTOP past the lease", do: freezeOne},
		{name: "SIGTERM", do: terminateOne},
		{name: "SIGKILL of two", do: killTwo},
		{name: "SIGKILL while starting", do: killWhileItStarts},
		{name: "SIGKILL while another is frozen", do: killBesideFrozen},
		failAt("intake", "intake-before"), failAt("intake", "intake-after"),
		failAt("executor", "send-before"), failAt("executor", "send-after"), failAt("executor", "finish-after"),
		failAt("executor", "claim-after"), failAt("executor", "intend-before"), failAt("executor", "intend-after"),
		failAt("executor", "finish-before"), failAt("executor", "release-before"),
	}, databaseFaults()...)
}

// chooseHarm lets each of the first cycles take one, and further ones any.
func chooseHarm(random *rand.Rand, cycle int) harm {
	all := allHarms()
	if cycle < len(all) {
		return all[cycle]
	}
	return all[random.IntN(len(all))]
}

func killOne(ctx context.Context, f *fleet, random *rand.Rand) {
	m := f.any(random)
	f.kill(ctx, m)
	f.start(ctx, m)
}

// failAt lets a process end itself as kill -9 would, between two things that
// cannot be done at once.
func failAt(role, failpoint string) harm {
	return harm{name: "SIGKILL at " + failpoint, do: func(ctx context.Context, f *fleet, random *rand.Rand) {
		m := f.anyOf(random, role)
		nth := 1 + random.IntN(40)
		m.server.stop(ctx)
		f.startToFail(ctx, m, failpoint, nth)
		Eventually(m.server.session).WithContext(ctx).WithTimeout(settleTimeout).Should(gexec.Exit(128 + int(syscall.SIGKILL)))
		f.kills++
		f.start(ctx, m)
	}}
}

func killTwo(ctx context.Context, f *fleet, random *rand.Rand) {
	one, other := f.anyTwo(random)
	f.kill(ctx, one)
	f.kill(ctx, other)
	f.start(ctx, other)
	f.start(ctx, one)
}

func killWhileItStarts(ctx context.Context, f *fleet, random *rand.Rand) {
	m := f.any(random)
	f.kill(ctx, m)
	f.start(ctx, m)
	rest(ctx, time.Duration(random.IntN(600))*time.Millisecond)
	f.kill(ctx, m)
	f.start(ctx, m)
}

func terminateOne(ctx context.Context, f *fleet, random *rand.Rand) {
	m := f.any(random)
	m.server.stop(ctx)
	f.start(ctx, m)
}

// freezeOne leaves a process alone until others have taken its lanes over; it
// wakes believing that they are still its own.
func freezeOne(ctx context.Context, f *fleet, random *rand.Rand) {
	m := f.any(random)
	wake := m.freeze()
	defer wake()
	rest(ctx, fleetLease+time.Duration(300+random.IntN(1500))*time.Millisecond)
}

func killBesideFrozen(ctx context.Context, f *fleet, random *rand.Rand) {
	frozen, killed := f.anyTwo(random)
	wake := frozen.freeze()
	defer wake()
	f.kill(ctx, killed)
	f.start(ctx, killed)
	rest(ctx, fleetLease+time.Duration(random.IntN(1000))*time.Millisecond)
}

// stopDatabaseAtOnce is pg_ctl stop -m immediate, and a start.
func stopDatabaseAtOnce(ctx context.Context, f *fleet, random *rand.Rand) {
	GinkgoHelper()
	Expect(syscall.Kill(f.cluster.PID(), syscall.SIGQUIT)).To(Succeed())
	Expect(f.cluster.Stop(ctx)).To(Succeed())
	rest(ctx, time.Duration(random.IntN(1500))*time.Millisecond)
	f.cluster = startDatabase(ctx, f.home, f.binDir)
}

func (f *fleet) kill(ctx context.Context, m *member) {
	GinkgoHelper()
	f.kills++
	Eventually(m.server.session.Kill()).WithContext(ctx).Should(gexec.Exit())
}

// freeze stops a process where it is until wake is called.
func (m *member) freeze() (wake func()) {
	GinkgoHelper()
	process := m.server.session.Command.Process
	Expect(process.Signal(syscall.SIGSTOP)).To(Succeed())
	return func() { Expect(process.Signal(syscall.SIGCONT)).To(Succeed()) }
}

// rest lets the world go on for a while.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
