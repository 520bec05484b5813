package httpapi

import (
	"fmt"

	"github.com/hookfill/hookfill/domain"
)

type sessionJSON struct {
	Windows  []windowJSON   `json:"windows"`
	TimeZone string         `json:"time_zone"`
	Market   *domain.Market `json:"market"`
	Outside  string         `json:"outside"`
	Exits    string         `json:"exits"`
}

type windowJSON struct {
	Days  []string         `json:"days"`
	From  domain.TimeOfDay `json:"from"`
	Until domain.TimeOfDay `json:"until"`
}

// What becomes of an alert outside of the session, and whether exits are bound.
const (
	outsideRefuse = "refuse"
	outsideWait   = "wait"
	exitsExempt   = "exempt"
	exitsBound    = "bound"
)

func sessionOf(s domain.Session) sessionJSON {
	out := sessionJSON{Windows: []windowJSON{}, TimeZone: s.Zone.String(), Outside: outsideRefuse, Exits: exitsExempt}
	for _, w := range s.Windows {
		days := []string{}
		for _, day := range w.Days {
			days = append(days, domain.Weekdays()[day])
		}
		out.Windows = append(out.Windows, windowJSON{days, w.From, w.Until})
	}
	if s.Market != "" {
		out.Market = &s.Market
	}
	if s.Waits {
		out.Outside = outsideWait
	}
	if s.BindsExits {
		out.Exits = exitsBound
	}
	return out
}

func sessionFrom(f *form) (s domain.Session) {
	sub := f.object("session")
	if sub == nil {
		return s
	}
	for i, item := range sub.list("windows") {
		at := fmt.Sprintf("windows.%d", i)
		if item.kind != nodeObject {
			sub.fault("wrong_type", at, "must be an object")
			continue
		}
		s.Windows = append(s.Windows, windowFrom(sub.sub(at, item)))
	}
	s.Zone = orZero(word(sub, "time_zone", domain.ParseZone))
	s.Market = domain.Market(sub.textOr("market", ""))
	switch sub.textOr("outside", outsideRefuse) {
	case outsideRefuse:
	case outsideWait:
		s.Waits = true
	default:
		sub.fault("invalid_outside", "outside", "must be one of refuse, wait")
	}
	switch sub.textOr("exits", exitsExempt) {
	case exitsExempt:
	case exitsBound:
		s.BindsExits = true
	default:
		sub.fault("invalid_exits", "exits", "must be one of exempt, bound")
	}
	sub.close()
	return s
}

func windowFrom(f *form) domain.TradingWindow {
	w := domain.TradingWindow{
		From:  orZero(word(f, "from", domain.ParseTimeOfDay)),
		Until: orZero(word(f, "until", domain.ParseTimeOfDay)),
	}
	f.required("from", "say when it begins, such as 09:30")
	f.required("until", "say when it is over, such as 16:00")
	for i, name := range f.texts("days") {
		day, err := domain.ParseWeekday(name)
		if err != nil {
			f.faultErr(fmt.Sprintf("days.%d", i), err)
			continue
		}
		w.Days = append(w.Days, day)
	}
	f.close()
	return w
}
