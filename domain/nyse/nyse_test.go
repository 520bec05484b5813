package nyse_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain/nyse"
)

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	Expect(err).NotTo(HaveOccurred())
	return d
}

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	Expect(err).NotTo(HaveOccurred())
	return t
}

// closures lists the weekdays of a year without trading.
func closures(year string) []string {
	var closed []string
	for d := day(year + "-01-01"); d.Format("2006") == year; d = d.AddDate(0, 0, 1) {
		if _, trades := nyse.On(d); !trades && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			closed = append(closed, d.Format("01-02"))
		}
	}
	return closed
}

// earlyCloses lists the days of a year that end at 13:00.
func earlyCloses(year string) []string {
	var early []string
	for d := day(year + "-01-01"); d.Format("2006") == year; d = d.AddDate(0, 0, 1) {
		if day, trades := nyse.On(d); trades && day.Close.Hour() == 13 {
			early = append(early, d.Format("01-02"))
		}
	}
	return early
}

var _ = Describe("The New York Stock Exchange", func() {
	type year struct {
		Closed, Early []string
	}
	DescribeTable("kept, or announced, the holidays and early closes of",
		func(name string, row year) {
			Expect(closures(name)).To(Equal(row.Closed))
			Expect(earlyCloses(name)).To(Equal(row.Early))
		},
		Entry(nil, "2012", year{
			[]string{"01-02", "01-16", "02-20", "04-06", "05-28", "07-04", "09-03", "10-29", "10-30", "11-22", "12-25"},
			[]string{"07-03", "11-23", "12-24"},
		}),
		Entry(nil, "2021", year{
			[]string{"01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"},
			[]string{"11-26"},
		}),
		Entry(nil, "2022", year{
			[]string{"01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"},
			[]string{"11-25"},
		}),
		Entry(nil, "2024", year{
			[]string{"01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"},
			[]string{"07-03", "11-29", "12-24"},
		}),
		Entry(nil, "2025", year{
			[]string{"01-01", "01-09", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01", "11-27", "12-25"},
			[]string{"07-03", "11-28", "12-24"},
		}),
		Entry(nil, "2026", year{
			[]string{"01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"},
			[]string{"11-27", "12-24"},
		}),
		Entry(nil, "2027", year{
			[]string{"01-01", "01-18", "02-15", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24"},
			[]string{"11-26"},
		}),
	)

	type hours struct {
		Open, Extended bool
	}
	DescribeTable("is open or not at",
		func(at string, row hours) {
			Expect(nyse.IsOpen(moment(at), false)).To(Equal(row.Open))
			Expect(nyse.IsOpen(moment(at), true)).To(Equal(row.Extended))
		},
		EntryDescription("%s"),
		Entry(nil, "2026-11-23T14:29:59Z", hours{false, true}),
		Entry(nil, "2026-11-23T14:30:00Z", hours{true, true}),
		Entry(nil, "2026-11-23T20:59:59Z", hours{true, true}),
		Entry(nil, "2026-11-23T21:00:00Z", hours{false, true}),
		Entry(nil, "2026-11-24T00:59:59Z", hours{false, true}),
		Entry(nil, "2026-11-24T01:00:00Z", hours{false, false}),
		Entry(nil, "2026-07-20T13:30:00Z", hours{true, true}),
		Entry(nil, "2026-07-20T13:29:59Z", hours{false, true}),
		Entry(nil, "2026-11-27T18:00:00Z", hours{false, true}),
		Entry(nil, "2026-11-27T22:00:00Z", hours{false, false}),
		Entry(nil, "2026-11-26T16:00:00Z", hours{false, false}),
		Entry(nil, "2026-11-22T16:00:00Z", hours{false, false}),
	)

	It("opens and closes next, over weekends, holidays and a change of the clocks", func() {
		friday := moment("2026-10-30T21:00:00Z")
		Expect(nyse.NextOpen(friday)).To(BeTemporally("==", moment("2026-11-02T09:30:00-05:00")))
		Expect(nyse.NextClose(friday)).To(BeTemporally("==", moment("2026-11-02T16:00:00-05:00")))
		thanksgiving := moment("2026-11-26T12:00:00-05:00")
		Expect(nyse.NextOpen(thanksgiving)).To(BeTemporally("==", moment("2026-11-27T09:30:00-05:00")))
		Expect(nyse.NextClose(thanksgiving)).To(BeTemporally("==", moment("2026-11-27T13:00:00-05:00")))
		Expect(nyse.NextSessionClose(thanksgiving)).To(BeTemporally("==", moment("2026-11-27T17:00:00-05:00")))
		Expect(nyse.After(day("2026-12-24")).Date).To(Equal(day("2026-12-28")))
	})

	It("is at its next close, not before, when the session ends", func() {
		closing := moment("2026-11-23T16:00:00-05:00")
		Expect(nyse.NextClose(closing.Add(-time.Microsecond))).To(BeTemporally("==", closing))
		Expect(nyse.NextClose(closing)).To(BeTemporally("==", closing.AddDate(0, 0, 1)))
	})
})
