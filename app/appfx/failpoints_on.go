//go:build failpoints

package appfx

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"go.uber.org/fx"

	"github.com/hookfill/hookfill/ports"
)

// failpointVariable names a failpoint and the passage at which the process ends
// there as kill -9 ends it: send-after:17.
const failpointVariable = "HOOKFILL_TEST_FAILPOINT"

// The failpoints. Each lies between two things that cannot be done at once.
const (
	// failIntakeBefore: alerts arrived, nothing is stored.
	failIntakeBefore = "intake-before"
	// failIntakeAfter: alerts are stored, nobody was answered.
	failIntakeAfter = "intake-after"
	// failClaimAfter: lanes are leased, nothing was done in them.
	failClaimAfter = "claim-after"
	// failOvertakeBefore: an alert is found behind the one that came from it.
	failOvertakeBefore = "overtake-before"
	// failOvertakeAfter: it is the lane's head now, and nothing was done with it.
	failOvertakeAfter = "overtake-after"
	// failPlanBefore: what a ticket wants was worked out, nothing is stored.
	failPlanBefore = "plan-before"
	// failPlanAfter: its target is stored, what stands in its way still works.
	failPlanAfter = "plan-after"
	// failCancelBefore: an open order is to be canceled, nobody was asked.
	failCancelBefore = "cancel-before"
	// failCancelAfter: the broker has answered, nothing of it is stored.
	failCancelAfter = "cancel-after"
	// failIntendBefore: an order was worked out, nothing is stored.
	failIntendBefore = "intend-before"
	// failIntendAfter: order and attempt are stored, who decided it goes on.
	failIntendAfter = "intend-after"
	// failSendBefore: the broker is about to be called.
	failSendBefore = "send-before"
	// failSendAfter: the broker has answered, nothing of it is stored.
	failSendAfter = "send-after"
	// failLookUpAfter: the broker said how an order stands, nothing is stored.
	failLookUpAfter = "look-up-after"
	// failRetryBefore: an order is proven absent, the next attempt is not stored.
	failRetryBefore = "retry-before"
	// failRetryAfter: the next attempt is stored, nothing was sent.
	failRetryAfter = "retry-after"
	// failRecordBefore: something was learned of an order, nothing is stored.
	failRecordBefore = "record-before"
	// failRecordAfter: it is stored, its ticket is not over.
	failRecordAfter = "record-after"
	// failFinishBefore: a ticket is over, nothing of it is stored.
	failFinishBefore = "finish-before"
	// failFinishAfter: what came of an order is stored, the lane is still held.
	failFinishAfter = "finish-after"
	// failReleaseBefore: nothing is left to do in a lane, it is still held.
	failReleaseBefore = "release-before"
	// failSubmitBefore: a halt is in force, its exits are not queued.
	failSubmitBefore = "submit-before"
	// failSubmitAfter: an exit is queued, the halt does not say so.
	failSubmitAfter = "submit-after"
	// failFlattenedAfter: the halt says so, nobody was woken.
	failFlattenedAfter = "flattened-after"
)

func allFailpoints() []string {
	return []string{
		failIntakeBefore, failIntakeAfter, failClaimAfter, failOvertakeBefore, failOvertakeAfter, failPlanBefore, failPlanAfter,
		failCancelBefore, failCancelAfter, failIntendBefore, failIntendAfter, failSendBefore, failSendAfter, failLookUpAfter,
		failRetryBefore, failRetryAfter, failRecordBefore, failRecordAfter, failFinishBefore, failFinishAfter, failReleaseBefore,
		failSubmitBefore, failSubmitAfter, failFlattenedAfter,
	}
}

// failpoints wraps the ports that the points lie between. The program for users
// is built without the tag and has none of this.
func failpoints() fx.Option {
	given := os.Getenv(failpointVariable) //nolint:forbidigo // no setting of the program: of the specs that build this
	if given == "" {
		return fx.Options()
	}
	name, at, _ := strings.Cut(given, ":")
	passage, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !slices.Contains(allFailpoints(), name) {
		known := strings.Join(allFailpoints(), " ")
		return fx.Invoke(func() error {
			return fmt.Errorf("%s is one of these with a passage, as in send-after:1: %s", failpointVariable, known)
		})
	}
	p := &failpoint{name: name, at: passage}
	return fx.Options(
		fx.Decorate(func(b ports.SignalInbox) ports.SignalInbox { return failingInbox{b, p} }),
		fx.Decorate(func(l ports.Lanes) ports.Lanes { return failingLanes{l, p} }),
		fx.Decorate(func(b ports.Brokers) ports.Brokers { return failingBrokers{b, p} }),
		fx.Decorate(func(l ports.Ledger) ports.Ledger { return failingLedger{l, p} }),
		fx.Decorate(func(b ports.HaltBoard) ports.HaltBoard { return failingHaltBoard{b, p} }),
	)
}

type failpoint struct {
	name   string
	at     int64
	passed atomic.Int64
}

func (p *failpoint) pass(name string) {
	if name == p.name && p.passed.Add(1) == p.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing more happens until it arrives
	}
}
