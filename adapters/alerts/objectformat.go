package alerts

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// objectFormat is a format whose alerts are one JSON object. Its vocabulary says
// what is done with each name; what is not read is refused or left alone there.
type objectFormat struct {
	format domain.AlertFormat
	// claims reports the alerts that can only be of this format.
	claims     func(*message) bool
	vocabulary vocabulary
	read       func(*fields) []domain.Intent
}

func (o objectFormat) name() domain.AlertFormat { return o.format }

func (o objectFormat) recognizes(m *message) bool { return o.claims(m) }

func (o objectFormat) parse(m *message) (ports.ParsedAlert, error) {
	members, err := m.object()
	if err != nil {
		return ports.ParsedAlert{}, err
	}
	f := &fields{members: members}
	intents := o.read(f)
	o.vocabulary.refuse(f)
	if err := f.faults.err(o.vocabulary.rank); err != nil {
		return ports.ParsedAlert{}, err
	}
	return ports.ParsedAlert{Format: o.format, Intents: intents, Fields: f.scalars()}, nil
}

// renamed gives, for fields.check, the names a format has for those of an intent.
// What is not among them has the same name in both.
func renamed(names map[string]string) func(string) (string, []string) {
	return func(intentField string) (string, []string) {
		if name, ok := names[intentField]; ok {
			return name, nil
		}
		return intentField, nil
	}
}
