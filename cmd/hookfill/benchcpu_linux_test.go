package main_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// benchCPU is what the server and PostgreSQL used, and for how many alerts.
type benchCPU struct {
	server, database time.Duration
	alerts           int
}

func (s *benchServer) cpu(b *testing.B) benchCPU {
	b.Helper()
	return benchCPU{server: cpuTime(b, s.process), database: familyTime(b, s.cluster.PID())}
}

// add counts a round.
func (u *benchCPU) add(before, after benchCPU, alerts int) {
	u.server += after.server - before.server
	u.database += after.database - before.database
	u.alerts += alerts
}

func (u *benchCPU) report(b *testing.B) {
	b.Helper()
	each := func(used time.Duration) float64 { return float64(used.Microseconds()) / float64(u.alerts) }
	b.ReportMetric(each(u.server), "server-cpu-us/alert")
	b.ReportMetric(each(u.database), "postgres-cpu-us/alert")
}

// clockTick is what /proc counts processor time in.
const clockTick = 10 * time.Millisecond

// cpuTime is what a process and those of its children that have ended used.
func cpuTime(b *testing.B, pid int) (total time.Duration) {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0 // it has ended, and counts among its parent's children
	}
	_, behindName, _ := strings.Cut(string(stat), ") ")
	const first, last = 11, 15 // utime, stime, cutime, cstime
	for _, field := range strings.Fields(behindName)[first:last] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		total += time.Duration(ticks) * clockTick
	}
	return total
}

// familyTime is cpuTime of a process and of its children.
func familyTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	total := cpuTime(b, pid)
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		b.Fatal(err)
	}
	for child := range strings.FieldsSeq(string(children)) {
		id, err := strconv.Atoi(child)
		if err != nil {
			b.Fatal(err)
		}
		total += cpuTime(b, id)
	}
	return total
}
