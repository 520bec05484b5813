package memory

import "time"

// NewSystemClockOn makes a SystemClock of a machine whose time is in the hands
// of a spec.
func NewSystemClockOn(machine func() time.Time) *SystemClock { return &SystemClock{machine: machine} }
