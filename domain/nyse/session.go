package nyse

import "time"

// Day is one day of trading, by the clock in New York.
type Day struct {
	// Date is midnight UTC of the day's date.
	Date time.Time
	// Open and Close bound the core session, SessionOpen and SessionClose what
	// orders for extended hours trade in.
	SessionOpen, Open, Close, SessionClose time.Time
}

// On gives the trading day of a date, of which only year, month and day count,
// and whether there is one.
func On(d time.Time) (Day, bool) {
	day := date(d.Year(), d.Month(), d.Day())
	if isClosed(day) {
		return Day{}, false
	}
	zone := Zone(day.Add(12 * time.Hour))
	at := func(hour, minute int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone)
	}
	if closesEarly(day) {
		return Day{day, at(4, 0), at(9, 30), at(13, 0), at(17, 0)}, true
	}
	return Day{day, at(4, 0), at(9, 30), at(16, 0), at(20, 0)}, true
}

// IsOpen reports whether the core session is on at a moment, or with extended
// the whole of a day's sessions.
func IsOpen(t time.Time, extended bool) bool {
	day, trades := On(t.In(Zone(t)))
	switch {
	case !trades:
		return false
	case extended:
		return !t.Before(day.SessionOpen) && t.Before(day.SessionClose)
	}
	return !t.Before(day.Open) && t.Before(day.Close)
}

// NextOpen gives the first start of a core session after a moment.
func NextOpen(t time.Time) time.Time {
	return next(t, func(d Day) time.Time { return d.Open })
}

// NextSessionOpen gives the first start of a day's extended hours after a moment.
func NextSessionOpen(t time.Time) time.Time {
	return next(t, func(d Day) time.Time { return d.SessionOpen })
}

// NextClose gives the first end of a core session after a moment.
func NextClose(t time.Time) time.Time {
	return next(t, func(d Day) time.Time { return d.Close })
}

// NextSessionClose gives the first end of a day's extended hours after a moment.
func NextSessionClose(t time.Time) time.Time {
	return next(t, func(d Day) time.Time { return d.SessionClose })
}

// After gives the first trading day after a date.
func After(d time.Time) Day {
	for day := date(d.Year(), d.Month(), d.Day()).AddDate(0, 0, 1); ; day = day.AddDate(0, 0, 1) {
		if found, trades := On(day); trades {
			return found
		}
	}
}

func next(t time.Time, moment func(Day) time.Time) time.Time {
	today := t.In(Zone(t))
	day, trades := On(today)
	if !trades {
		day = After(today)
	}
	for !moment(day).After(t) {
		day = After(day.Date)
	}
	return moment(day)
}

// Zone gives New York's zone at a moment: daylight saving time from the second
// Sunday of March to the first of November, each at 2:00.
func Zone(t time.Time) *time.Location {
	const standard, daylight = -5, -4
	year := t.UTC().Year()
	from := nth(2, time.Sunday, year, time.March).Add((2 - standard) * time.Hour)
	to := nth(1, time.Sunday, year, time.November).Add((2 - daylight) * time.Hour)
	if !t.Before(from) && t.Before(to) {
		return time.FixedZone("EDT", daylight*3600)
	}
	return time.FixedZone("EST", standard*3600)
}
