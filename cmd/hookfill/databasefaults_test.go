package main_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// databaseFaults are harms of the database that a fleet is on. Each lasts until
// the server itself has said so, and a while longer.
func databaseFaults() []harm {
	return append(diskFaults(),
		harm{name: "connections cut", do: cutConnections},
		harm{name: "every connection taken", do: takeConnections, turnsAway: true},
		harm{name: "every lane locked", do: lockLanes, turnsAway: true},
		harm{name: "serialization failures", do: failToSerialize},
		harm{name: "deadlocks", do: deadlock},
		harm{name: "every NOTIFY dropped", do: dropNotifications},
	)
}

var _ = Describe("A database in trouble", func() {
	var rows []TableEntry
	for _, fault := range databaseFaults() {
		rows = append(rows, Entry(nil, NodeTimeout(4*time.Minute), takesLong, fault))
	}

	DescribeTable("loses no alert that was answered, doubles no order and keeps every lane in order, with", func(ctx SpecContext, fault harm) {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		fleet := newFleet(ctx)
		alerts := newStream(ctx, fleet)
		alerts.start(ctx)
		alerts.waitForAnswers(ctx, 50)
		fault.do(ctx, fleet, random)
		fleet.waitUntilWhole(ctx)
		alerts.waitForAnswers(ctx, 50)
		judged := fleet.judge(ctx, alerts)
		if fault.turnsAway {
			Expect(alerts.turnedAway()).To(BeNumerically(">", 0), "alerts that could not be stored are answered 503")
		}
		AddReportEntry(fmt.Sprintf("%s: %d answers of 503; %s", fault.name, alerts.turnedAway(), judged), ReportEntryVisibilityFailureOrVerbose)
	},
		func(fault harm) string { return fault.name },
		rows,
	)
})

// clusterConnections are those of a spec's own server: enough for a fleet, and
// few enough to take them all.
const clusterConnections = "60"

// lasting is how long a fault goes on after it was first met.
const lasting = 1500 * time.Millisecond

const endFleetBackends = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'hookfill'"

// cutConnections ends one in three of the fleet's, in the middle of whatever it
// is at, again and again.
func cutConnections(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	conn, cut := directly(ctx, f.database), 0
	for end := time.Now().Add(lasting); cut < 10 || time.Now().Before(end); rest(ctx, 10*time.Millisecond) {
		Expect(ctx.Err()).To(Succeed())
		tag, err := conn.Exec(ctx, `
			select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = 'hookfill' and state <> 'idle' and random() < 1.0 / 3`)
		Expect(err).NotTo(HaveOccurred())
		cut += int(tag.RowsAffected())
	}
}

// takeConnections takes every connection that the server has, while the fleet is
// frozen so that it gets none of its own back.
func takeConnections(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	var wakes []func()
	wake := func() {
		for _, wake := range wakes {
			wake()
		}
		wakes = nil
	}
	defer func() { wake() }()
	for _, m := range f.members {
		wakes = append(wakes, m.freeze())
	}
	_, err := directly(ctx, f.database).Exec(ctx, endFleetBackends)
	Expect(err).NotTo(HaveOccurred())
	var taken []*pgx.Conn
	defer func() {
		for _, conn := range taken {
			_ = conn.Close(ctx)
		}
	}()
	for {
		conn, err := pgx.Connect(ctx, f.database)
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "53300" {
			break
		}
		Expect(err).NotTo(HaveOccurred())
		taken = append(taken, conn)
	}
	said := f.serverSays()
	wake()
	Eventually(said).WithContext(ctx).WithTimeout(settleTimeout).Should(ContainSubstring("too many clients already"))
	rest(ctx, 2*lasting)
}

// lockLanes keeps every connection of the fleet waiting.
func lockLanes(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	conn := directly(ctx, f.database)
	tx, err := conn.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	_, err = tx.Exec(ctx, "lock table private.lanes in access exclusive mode")
	Expect(err).NotTo(HaveOccurred())
	Eventually(func(ctx context.Context) (n int, err error) {
		err = tx.QueryRow(ctx, "select count(*) from pg_stat_activity where application_name = 'hookfill' and wait_event_type = 'Lock'").Scan(&n)
		return n, err
	}).WithContext(ctx).Should(BeNumerically(">=", 3), "each process waits")
	rest(ctx, 2*fleetLease)
	Expect(tx.Rollback(ctx)).To(Succeed())
}

// failToSerialize makes every transaction of the fleet serializable.
func failToSerialize(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	conn, said := directly(ctx, f.database), f.serverSays()
	run := func(sql string) {
		GinkgoHelper()
		_, err := conn.Exec(ctx, sql)
		Expect(err).NotTo(HaveOccurred())
	}
	run("alter role current_user set default_transaction_isolation = 'serializable'")
	run(endFleetBackends)
	Eventually(said).WithContext(ctx).WithTimeout(settleTimeout).Should(ContainSubstring("could not serialize access"))
	rest(ctx, lasting)
	run("alter role current_user reset default_transaction_isolation")
	run(endFleetBackends)
}

// deadlock locks lanes the wrong way round until those who lock them the right
// way were made the victim.
func deadlock(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	conn, said := directly(ctx, f.database), f.serverSays()
	_, err := conn.Exec(ctx, "set deadlock_timeout = '1min'")
	Expect(err).NotTo(HaveOccurred())
	var lanes []int64
	rows, err := conn.Query(ctx, "select lane_id from private.lanes order by lane_id desc")
	Expect(err).NotTo(HaveOccurred())
	lanes, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	Expect(err).NotTo(HaveOccurred())
	Eventually(func(ctx context.Context) (int, error) {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for _, lane := range lanes {
				if _, err := tx.Exec(ctx, "select from private.lanes where lane_id = $1 for no key update", lane); err != nil {
					return err
				}
				rest(ctx, time.Millisecond)
			}
			return nil
		})
		return strings.Count(said(), "deadlock detected"), err
	}).WithContext(ctx).WithTimeout(settleTimeout).Should(BeNumerically(">=", 3))
}

// dropNotifications ends every connection that listens, again and again.
func dropNotifications(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	conn, dropped := directly(ctx, f.database), 0
	for end := time.Now().Add(2 * lasting); dropped == 0 || time.Now().Before(end); {
		Expect(ctx.Err()).To(Succeed())
		tag, err := conn.Exec(ctx, "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen hookfill_lanes'")
		Expect(err).NotTo(HaveOccurred())
		dropped += int(tag.RowsAffected())
		rest(ctx, 10*time.Millisecond)
	}
}

// serverSays gives what the database's server writes down from now on.
func (f *fleet) serverSays() func() string {
	GinkgoHelper()
	before, err := os.ReadFile(f.cluster.LogFile())
	Expect(err).NotTo(HaveOccurred())
	return func() string {
		GinkgoHelper()
		all, err := os.ReadFile(f.cluster.LogFile())
		Expect(err).NotTo(HaveOccurred())
		return string(all[min(len(before), len(all)):])
	}
}
