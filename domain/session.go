package domain

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain/nyse"
)

// Session says when a config trades. Its zero value is always.
type Session struct {
	// Windows are the times of the week, by the clock of Zone; none is any time.
	Windows []TradingWindow
	Zone    Zone
	// Market is whose hours bind as well, its holidays included; empty is nobody's.
	Market Market
	// BindsExits holds exits to the session too. They are exempt without.
	BindsExits bool
	// Waits has what comes outside of the session wait until it is on, instead of
	// being refused.
	Waits bool
}

// Market names an exchange whose hours bind.
type Market string

// The markets. They bind what trades there: shares and options, and neither pairs
// such as BTC/USD nor continuous futures.
const (
	// MarketNYSE is its core session, 9:30 to 16:00 in New York on most days.
	MarketNYSE Market = "nyse"
	// MarketNYSEExtended adds the hours before and after it, from 4:00 to 20:00.
	MarketNYSEExtended Market = "nyse_extended"
)

// Markets lists the markets.
func Markets() []Market { return []Market{MarketNYSE, MarketNYSEExtended} }

// TradingWindow is a time of the day on some days of the week. One that does not
// end after it begins goes on into the next day.
type TradingWindow struct {
	// Days are those that it begins on; none is every day.
	Days []time.Weekday
	From TimeOfDay
	// Until is when it is over: that minute is no part of it.
	Until TimeOfDay
}

// TimeOfDay is minutes since midnight, 0 to 1439, as a clock on the wall shows
// them. Where that is put back or forward, so is what is meant.
type TimeOfDay int

// ParseTimeOfDay reads 00:00 to 23:59.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	at, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, Invalid("invalid_time_of_day", "", "write hours and minutes, 00:00 to 23:59")
	}
	return timeOfDay(at), nil
}

func timeOfDay(at time.Time) TimeOfDay { return TimeOfDay(at.Hour()*60 + at.Minute()) }

func (t TimeOfDay) String() string {
	return time.Date(0, 1, 1, 0, int(t), 0, 0, time.UTC).Format("15:04")
}

// MarshalText writes what ParseTimeOfDay reads.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is ParseTimeOfDay.
func (t *TimeOfDay) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTimeOfDay(string(text))
	return err
}

// Zone is a time zone; its zero value is UTC.
type Zone struct{ location *time.Location }

// ParseZone finds a zone by its name in the IANA database, such as
// America/New_York. Where the machine has none, the program has to bring it along
// (time/tzdata).
func ParseZone(name string) (Zone, error) {
	location, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return Zone{}, Invalid("unknown_time_zone", "", "name a zone of the IANA database, such as America/New_York or UTC")
	}
	if location == time.UTC {
		return Zone{}, nil
	}
	return Zone{location}, nil
}

func (z Zone) String() string { return z.at().String() }

func (z Zone) at() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// MarshalText writes the zone's name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// UnmarshalText is ParseZone.
func (z *Zone) UnmarshalText(text []byte) (err error) {
	*z, err = ParseZone(string(text))
	return err
}

// Weekdays gives the names of days, Sunday first, as windows are written.
func Weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// ParseWeekday reads one of Weekdays.
func ParseWeekday(s string) (time.Weekday, error) {
	day := slices.Index(Weekdays(), s)
	if day < 0 {
		return 0, Invalid("invalid_weekday", "", "must be one of "+strings.Join(Weekdays(), ", "))
	}
	return time.Weekday(day), nil
}

// maxWindows bounds what is looked through for every alert.
const maxWindows = 32

// IsZero reports a session that is always on.
func (s Session) IsZero() bool {
	return len(s.Windows) == 0 && s.Zone == Zone{} && s.Market == "" && !s.BindsExits && !s.Waits
}

func (s Session) check() error {
	var f faults
	if len(s.Windows) > maxWindows {
		f.add("too_many_windows", "windows", "at most "+strconv.Itoa(maxWindows))
	}
	for i, w := range s.Windows {
		for j, day := range w.Days {
			if day < time.Sunday || day > time.Saturday || slices.Contains(w.Days[:j], day) {
				f.add("invalid_weekday", "windows."+strconv.Itoa(i)+".days", "name days of the week, each once")
				break
			}
		}
	}
	if s.Market != "" {
		_, err := parseWord("invalid_market", string(s.Market), Markets())
		f.addErr("market", err)
	}
	return f.err()
}

// Closed says why a symbol is not traded at a moment; it is empty while it is.
func (s Session) Closed(symbol Symbol, at time.Time) string {
	switch {
	case !s.inWindow(at):
		return "it is " + at.In(s.Zone.at()).Format("Mon 15:04") + " in " + s.Zone.String() + ", and the webhook trades in its windows only"
	case s.marketClosed(symbol, at):
		return "the exchange is closed until " + s.opens(at).UTC().Format(time.RFC3339)
	}
	return ""
}

// opens gives when the market opens again.
func (s Session) opens(at time.Time) time.Time {
	if s.Market == MarketNYSEExtended {
		return nyse.NextSessionOpen(at)
	}
	return nyse.NextOpen(at)
}

// daysAhead is how far an opening is looked for: farther than any exchange was ever
// closed.
const daysAhead = 15

// NextOn gives the first moment, from at on, at which the session is on for a symbol;
// false where there is none within two weeks.
func (s Session) NextOn(symbol Symbol, at time.Time) (time.Time, bool) {
	for end := at.AddDate(0, 0, daysAhead); at.Before(end); {
		switch {
		case !s.inWindow(at):
			at = s.nextWindow(at)
		case s.marketClosed(symbol, at):
			at = s.opens(at)
		default:
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// nextWindow gives when the next window begins after a moment that is in none.
func (s Session) nextWindow(at time.Time) time.Time {
	local := at.In(s.Zone.at())
	next := at.AddDate(0, 0, daysAhead)
	for _, w := range s.Windows {
		for ahead := range 8 {
			day := local.AddDate(0, 0, ahead)
			if !w.begins(day.Weekday()) {
				continue
			}
			if begins := w.beginning(day); begins.After(at) {
				if begins.Before(next) {
					next = begins
				}
				break
			}
		}
	}
	return next
}

func (s Session) marketClosed(symbol Symbol, at time.Time) bool {
	return s.Market != "" && isExchangeTraded(symbol) && !nyse.IsOpen(at, s.Market == MarketNYSEExtended)
}

func (s Session) inWindow(at time.Time) bool {
	return len(s.Windows) == 0 || slices.ContainsFunc(s.Windows, func(w TradingWindow) bool { return w.holds(at.In(s.Zone.at())) })
}

// holds reports whether a moment is in the window that began on its day, or in the
// one of the day before.
func (w TradingWindow) holds(at time.Time) bool {
	now := timeOfDay(at)
	today, yesterday := w.begins(at.Weekday()), w.begins((at.Weekday()+6)%7)
	if w.From < w.Until {
		return today && w.From <= now && now < w.Until
	}
	return today && w.From <= now || yesterday && now < w.Until
}

// beginning gives when the window begins on a day, by the clock of that; where the
// clock is put forward over that minute, the first one after.
func (w TradingWindow) beginning(day time.Time) time.Time {
	at := time.Date(day.Year(), day.Month(), day.Day(), 0, int(w.From), 0, 0, day.Location())
	if timeOfDay(at) == w.From {
		return at
	}
	for at = at.Add(-time.Hour); at.Day() != day.Day() || w.From > timeOfDay(at); {
		at = at.Add(time.Minute)
	}
	return at
}

func (w TradingWindow) begins(day time.Weekday) bool {
	return len(w.Days) == 0 || slices.Contains(w.Days, day)
}

// isExchangeTraded leaves out what has no session at a stock exchange.
func isExchangeTraded(s Symbol) bool {
	return !strings.ContainsRune(string(s), '/') && !s.IsContinuous()
}

// bindsWhole reports whether the session binds all that an intent may come to. A
// cancel trades nothing and is free.
func (s Session) bindsWhole(i Intent) bool {
	return !s.IsZero() && i.Action != ActionCancel && (s.BindsExits || i.BuildsOnly())
}

func (s Session) clone() Session {
	s.Windows = slices.Clone(s.Windows)
	for i := range s.Windows {
		s.Windows[i].Days = slices.Clone(s.Windows[i].Days)
	}
	return s
}

// judge ends the plan where its step of the effect is not one for this moment.
func (s Session) judge(p *Plan, effect Effect, symbol Symbol, at time.Time) {
	if s.IsZero() || effect == EffectExit && !s.BindsExits {
		return
	}
	why := s.Closed(symbol, at)
	if why == "" {
		p.pass("session", "")
		return
	}
	if on, found := s.waitsUntil(symbol, at); found {
		p.end(StateExpired, ReasonWaits, "", why+"; it is queued again at "+on.Format(time.RFC3339))
		p.WaitsUntil = &on
		return
	}
	p.refuse(ReasonOutsideSession, "", why)
}

// waitsUntil gives when what comes outside of the session has its turn; false where
// it is refused.
func (s Session) waitsUntil(symbol Symbol, at time.Time) (time.Time, bool) {
	if !s.Waits {
		return time.Time{}, false
	}
	return s.NextOn(symbol, at)
}

// What is said of what came, or had its turn, when the config does not trade: that it
// is refused, or that it waits for the session, and what came of that.
const (
	ReasonOutsideSession = "outside_session"
	ReasonWaits          = "waits_for_session"
	ReasonResuming       = "resuming"
	ReasonResumed        = "resumed"
)
