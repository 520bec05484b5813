package app_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/ports"
)

// absent is a look-up that found nothing, so long after an attempt.
type absent struct {
	duplicates ports.DuplicateRule
	lookup     ports.LookupRule
	expiry     time.Duration
	since      time.Duration
	proves     app.Proof
	wait       time.Duration
}

func (a absent) String() string {
	return fmt.Sprintf("%s, looked up %s, requests expire after %s: %s after the attempt", a.duplicates, a.lookup, a.expiry, a.since)
}

func absentRows() []TableEntry {
	const visible, expiry = time.Second, 5 * time.Second
	const over = 8*time.Second + visible
	const expired = over + expiry + 2*time.Second
	var rows []TableEntry
	add := func(a absent) { rows = append(rows, Entry(a.String(), a)) }
	for _, lookup := range []ports.LookupRule{ports.LookupDirect, ports.LookupScan} {
		for _, d := range []ports.DuplicateRule{
			ports.DuplicatesRejectedForever, ports.DuplicatesRejectedWhileOpen, ports.DuplicatesRejected24h, ports.DuplicatesAccepted,
		} {
			free, waits := app.Harmless, time.Duration(0)
			if d != ports.DuplicatesRejectedForever {
				free, waits = app.Unproven, expired-over
			}
			add(absent{d, lookup, expiry, over - 1, app.Unproven, 1})
			add(absent{d, lookup, expiry, over, free, waits})
			add(absent{d, lookup, expiry, expired, app.NeverAccepted, 0})

			free = app.Harmless
			if d != ports.DuplicatesRejectedForever {
				free = app.Undecidable
				add(absent{d, lookup, expiry, expired - 1, app.Unproven, 1})
			}
			add(absent{d, lookup, 0, over - 1, app.Unproven, 1})
			add(absent{d, lookup, 0, over, free, 0})
			add(absent{d, lookup, 0, time.Hour, free, 0})
			add(absent{d, ports.LookupNone, expiry, time.Hour, app.Undecidable, 0})
			add(absent{d, ports.LookupNone, 0, 0, app.Undecidable, 0})
		}
	}
	return rows
}

var _ = Describe("An order that a look-up did not find", func() {
	DescribeTable("proves by the broker's rules:", func(a absent) {
		can := ports.Capabilities{Duplicates: a.duplicates, Lookup: a.lookup, RequestExpiry: a.expiry, VisibleWithin: time.Second}
		proves, wait := app.Absence(can, a.since, 8*time.Second)
		Expect(proves).To(Equal(a.proves))
		Expect(wait).To(Equal(a.wait))
	}, absentRows())

	DescribeTable("is looked up again", func(since, wait, next time.Duration) {
		Expect(app.NextLookUp(since, wait)).To(Equal(next))
	},
		Entry("0.2 s after the attempt", time.Duration(0), time.Minute, 200*time.Millisecond),
		Entry("1 s later", 200*time.Millisecond, time.Minute, time.Second),
		Entry("3 s later", 1200*time.Millisecond, time.Minute, 3*time.Second),
		Entry("every 5 s from then on", 4200*time.Millisecond, time.Minute, 5*time.Second),
		Entry("every 5 s however long it takes", time.Hour, time.Minute, 5*time.Second),
		Entry("sooner where it says more sooner", time.Hour, time.Second, time.Second),
	)
})
