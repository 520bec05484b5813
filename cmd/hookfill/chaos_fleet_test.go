package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// fleet is hookfill as several processes over one PostgreSQL: one takes alerts
// in, two execute.
type fleet struct {
	home, dataDir, database string
	cluster                 *localpg.Cluster
	// kills counts the processes that ended by SIGKILL.
	kills int
	// binDir has the server, which finds its disk full while the file exists.
	binDir, diskIsFull string
	members            []*member
}

// member is one process of a fleet, at the same address after every start.
type member struct {
	role          string
	listen, admin string
	server        *server
}

const fleetLease = 2 * time.Second

func newFleet(ctx context.Context) *fleet {
	GinkgoHelper()
	f := &fleet{home: newDataDir(), dataDir: newDataDir()}
	f.binDir, f.diskIsFull = postgresOnDisk()
	f.cluster = startDatabase(ctx, f.home, f.binDir)
	f.database = f.cluster.URL("postgres")
	Expect(hookfillIn(ctx, f.dataDir, []string{"HOOKFILL_DATABASE_URL=" + f.database}, "migrate", "up", "--plain").code).To(BeZero())
	for _, role := range []string{"intake", "executor", "executor"} {
		m := &member{role: role, listen: reservedAddress(ctx), admin: reservedAddress(ctx)}
		f.members = append(f.members, m)
		f.start(ctx, m)
	}
	f.waitUntilWhole(ctx)
	return f
}

// intake is where alerts go.
func (f *fleet) intake() *server { return f.members[0].server }

// start launches a process and does not wait until it is ready. Its log is kept,
// so it says only what is wrong.
func (f *fleet) start(ctx context.Context, m *member) {
	GinkgoHelper()
	f.launch(ctx, m, program)
}

// startToFail lets a process run until it passes a failpoint for the nth time.
func (f *fleet) startToFail(ctx context.Context, m *member, failpoint string, nth int) {
	GinkgoHelper()
	f.launch(ctx, m, failing, failAtPoint(fmt.Sprintf("%s:%d", failpoint, nth)))
}

func (f *fleet) launch(ctx context.Context, m *member, build string, env ...string) {
	GinkgoHelper()
	m.server = launchProgram(ctx, build, f.dataDir, append([]string{
		"HOOKFILL_DATABASE_URL=" + f.database, "HOOKFILL_DATABASE_MAX_CONNS=12",
		"HOOKFILL_LISTEN=" + m.listen, "HOOKFILL_ADMIN_LISTEN=" + m.admin,
		"HOOKFILL_LEASE=" + fleetLease.String(), "HOOKFILL_LOG_LEVEL=warn",
	}, env...), "--role", m.role)
	m.server.url, m.server.admin = "http://"+m.listen, "http://"+m.admin
}

func (f *fleet) any(random *rand.Rand) *member { return f.members[random.IntN(len(f.members))] }

func (f *fleet) anyOf(random *rand.Rand, role string) *member {
	for {
		if m := f.any(random); m.role == role {
			return m
		}
	}
}

func (f *fleet) anyTwo(random *rand.Rand) (one, other *member) {
	i := random.IntN(len(f.members))
	j := (i + 1 + random.IntN(len(f.members)-1)) % len(f.members)
	return f.members[i], f.members[j]
}

// waitUntilWhole waits until every process is ready. None may have ended by
// itself.
func (f *fleet) waitUntilWhole(ctx context.Context) {
	GinkgoHelper()
	for _, m := range f.members {
		Eventually(func(ctx context.Context) (int, error) {
			if code := m.server.session.ExitCode(); code >= 0 {
				return 0, StopTrying(fmt.Sprintf("the %s ended with %d: %s", m.role, code, m.server.log()))
			}
			return m.server.readiness(ctx)
		}).WithContext(ctx).WithTimeout(settleTimeout).Should(Equal(http.StatusOK), m.server.log)
	}
}

// waitUntilDrained waits until no lane has anything to do. It takes as long as
// the backlog does, so it only asks that there is progress.
func waitUntilDrained(ctx context.Context, database string) {
	GinkgoHelper()
	conn := directly(ctx, database)
	waiting := func() (n int64) {
		GinkgoHelper()
		Expect(conn.QueryRow(ctx, "select coalesce(sum(next_seq - 1 - done_seq), 0)::bigint from private.lanes").Scan(&n)).To(Succeed())
		return n
	}
	for before := waiting(); before > 0; before = waiting() {
		Eventually(waiting).WithContext(ctx).WithTimeout(settleTimeout).Should(BeNumerically("<", before))
	}
}

// judge ends the stream and the fleet, and expects that of the client's log and
// the broker's ledger, of `hookfill verify` and of the answers that nothing was
// lost, doubled or misordered.
func (f *fleet) judge(ctx context.Context, alerts *stream) ledgerVerdict {
	GinkgoHelper()
	alerts.finish(ctx)
	waitUntilDrained(ctx, f.database)
	f.stop(ctx)
	judged := judgeLedger(readLedger(ctx, f.database), alerts.answered())
	Expect(judged.faults).To(BeEmpty(), "the client's log beside the broker's ledger: %s", judged)
	Expect(alerts.oddAnswers()).To(BeEmpty())
	said := f.verified(ctx)
	Expect(said.Totals.Signals).To(Equal(judged.acknowledged))
	Expect(said.Totals.BrokerOrders).To(Equal(judged.acknowledged))
	return judged
}

// cutShort counts the sends whose outcome had to be found out afterwards.
func (f *fleet) cutShort(ctx context.Context) (n int) {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, f.database)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	Expect(conn.QueryRow(ctx, "select count(*) from public.order_events where kind = 'ambiguous'").Scan(&n)).To(Succeed())
	return n
}

// stop ends every process as a supervisor does.
func (f *fleet) stop(ctx context.Context) {
	GinkgoHelper()
	for _, m := range f.members {
		m.server.stop(ctx)
	}
}

// verified is server.verified at rest.
func (f *fleet) verified(ctx context.Context) verdict {
	GinkgoHelper()
	return f.intake().verified(ctx, "--drained")
}

// reservedAddress gives one that only this spec asks for: ports this low are given
// to nobody who asks for any.
func reservedAddress(ctx context.Context) string {
	GinkgoHelper()
	for {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			Expect(ctx.Err()).To(Succeed())
			continue
		}
		Expect(socket.Close()).To(Succeed())
		return address
	}
}
