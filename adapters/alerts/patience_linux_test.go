package alerts_test

import (
	"bytes"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/hookfill/hookfill/adapters/alerts"
)

// largest is what an alert has at most, and patience how long one may take to read in
// any format, and to take secrets out of. The race detector looks at every access.
const (
	largest  = 64 << 10
	patience = 10 * time.Millisecond * slowdown
)

// FuzzPatience repeats what it is given, whole or between two halves, until it is as
// large as an alert may be, and holds what it takes to read that against the bound.
// What counts is the time of the processor that the thread had, the least of a few
// runs: other work on the machine does not.
func FuzzPatience(f *testing.F) {
	seed(f)
	parser := alerts.New()
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) == 0 || len(body) > 1<<10 {
			return // enough to say what is repeated
		}
		for _, grown := range [][]byte{repeated(nil, body, nil), nested(body)} {
			for _, format := range parser.Formats() {
				if took := leastTime(func() { _, _ = parser.Parse(format, grown) }); took > patience {
					t.Fatalf("%v to read %d bytes as %s", took, len(grown), format)
				}
			}
			if took := leastTime(func() { _ = parser.Redact(grown) }); took > patience {
				t.Fatalf("%v to redact %d bytes", took, len(grown))
			}
		}
	})
}

// repeated gives as many of what is between as fit.
func repeated(before, between, after []byte) []byte {
	n := (largest - len(before) - len(after)) / len(between)
	return bytes.Join([][]byte{before, bytes.Repeat(between, n), after}, nil)
}

// nested repeats the middle third.
func nested(body []byte) []byte {
	third := len(body) / 3
	if third == 0 {
		return repeated(nil, body, nil)
	}
	return repeated(body[:third], body[third:2*third], body[2*third:])
}

// leastTime gives the least time of the processor that a few runs took, no more of them
// than are needed to be within the bound.
func leastTime(work func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := time.Duration(1<<63 - 1)
	for run := 0; run < 5 && least > patience; run++ {
		before := processorTime()
		work()
		least = min(least, processorTime()-before)
	}
	return least
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
