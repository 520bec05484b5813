package postgres

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// preparedSignal is a signal and its row. Batches share it and leave it as it is:
// what could not be stored is tried again.
type preparedSignal struct {
	domain.SignalSnapshot
	row *signalModel
}

// Prepare implements ports.SignalInbox.
func (in *Inbox) Prepare(a *ports.Arrival) error {
	signals, err := prepareSignals(a.Signals)
	if err == nil {
		a.Prepared = signals
	}
	return err
}

func preparedSignals(a ports.Arrival) ([]preparedSignal, error) {
	if signals, ok := a.Prepared.([]preparedSignal); ok {
		return signals, nil
	}
	return prepareSignals(a.Signals)
}

func prepareSignals(signals []*domain.Signal) ([]preparedSignal, error) {
	prepared := make([]preparedSignal, len(signals))
	for i, s := range signals {
		snap := s.Snapshot()
		if err := checkStorable(snap); err != nil {
			return nil, err
		}
		prepared[i] = preparedSignal{snap, toSignalModel(snap)}
	}
	return prepared, nil
}

// checkStorable refuses a time that no format of ours can write: a sender may
// have put the year 10000 there.
func checkStorable(s domain.SignalSnapshot) error {
	if t := s.Intent.SenderTime; t != nil && (t.UTC().Year() < 1 || t.UTC().Year() > 9999) {
		return domain.Invalid("invalid_time", "sender_time", "must be between the years 1 and 9999")
	}
	return nil
}

// refusedIdle gives the row of a signal that has nothing to wait for.
func (s *preparedSignal) refusedIdle() *signalModel {
	row := *s.row
	row.State = domain.SignalState(nil)
	row.Reasons = encodeReasons([]domain.Reason{{Code: "nothing_to_do", Message: "the account has not traded anything yet"}})
	return &row
}
