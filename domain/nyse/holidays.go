package nyse

import "time"

// isClosed reports a day without trading. The day is midnight UTC of its date.
func isClosed(day time.Time) bool {
	switch day.Weekday() {
	case time.Saturday, time.Sunday:
		return true
	case time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday:
	}
	return isHoliday(day) || isMourning(day)
}

func isHoliday(day time.Time) bool {
	year := day.Year()
	return day.Equal(newYear(year)) ||
		day.Equal(nth(3, time.Monday, year, time.January)) || // Martin Luther King
		day.Equal(nth(3, time.Monday, year, time.February)) || // Washington's birthday
		day.Equal(easter(year).AddDate(0, 0, -2)) || // Good Friday
		day.Equal(nth(1, time.Monday, year, time.June).AddDate(0, 0, -7)) || // Memorial Day
		year >= 2022 && day.Equal(observed(date(year, time.June, 19))) || // Juneteenth
		day.Equal(observed(date(year, time.July, 4))) ||
		day.Equal(nth(1, time.Monday, year, time.September)) || // Labor Day
		day.Equal(thanksgiving(year)) ||
		day.Equal(observed(date(year, time.December, 25)))
}

// closesEarly reports a trading day that ends at 13:00: the eves of Independence
// Day and Christmas, and the day after Thanksgiving.
func closesEarly(day time.Time) bool {
	year := day.Year()
	return day.Equal(date(year, time.July, 3)) ||
		day.Equal(thanksgiving(year).AddDate(0, 0, 1)) ||
		day.Equal(date(year, time.December, 24))
}

// isMourning names the days the exchange closed against its rules.
func isMourning(day time.Time) bool {
	switch day {
	case date(2007, time.January, 2), // President Ford
		date(2012, time.October, 29), date(2012, time.October, 30), // hurricane Sandy
		date(2018, time.December, 5), // President Bush
		date(2025, time.January, 9):  // President Carter
		return true
	}
	return false
}

// newYear is not observed on the Friday before: that is in the old year's books.
func newYear(year int) time.Time {
	day := date(year, time.January, 1)
	if day.Weekday() == time.Sunday {
		return day.AddDate(0, 0, 1)
	}
	return day
}

// observed moves a holiday on a weekend to the nearest weekday.
func observed(day time.Time) time.Time {
	switch day.Weekday() { //nolint:exhaustive // every other day is observed itself
	case time.Saturday:
		return day.AddDate(0, 0, -1)
	case time.Sunday:
		return day.AddDate(0, 0, 1)
	}
	return day
}

func thanksgiving(year int) time.Time { return nth(4, time.Thursday, year, time.November) }

// nth gives the nth weekday of a month.
func nth(n int, weekday time.Weekday, year int, month time.Month) time.Time {
	first := date(year, month, 1)
	return first.AddDate(0, 0, (int(weekday)-int(first.Weekday())+7)%7+7*(n-1))
}

// easter gives Easter Sunday (Gauss's rule as J.-M. Oudin completed it, for the
// Gregorian calendar).
func easter(year int) time.Time {
	century, golden := year/100, year%19
	k := (century - 17) / 25
	i := (century - century/4 - (century-k)/3 + 19*golden + 15) % 30
	i -= (i / 28) * (1 - (i/28)*(29/(i+1))*((21-golden)/11))
	j := (year + year/4 + i + 2 - century + century/4) % 7
	l := i - j
	month := 3 + (l+40)/44
	return date(year, time.Month(month), l+28-31*(month/4))
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
