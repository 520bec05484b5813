package alerts

import (
	"slices"
	"strings"

	"github.com/hookfill/hookfill/domain"
)

// maxAssignments bounds the names in one line.
const maxAssignments = 50

// keyedLine reads what stands in a line of text as name=value. Names have no case.
type keyedLine struct{ fields }

func newKeyedLine() *keyedLine { return &keyedLine{} }

func (l *keyedLine) add(name, text string) {
	l.members = append(l.members, member{name, value{kind: kindString, text: strings.TrimSpace(text)}})
}

// assignments reads name=value parts. A part that is none, a name that stands
// twice and too many of them make the text unreadable.
func (l *keyedLine) assignments(text, separator string) error {
	for part := range strings.SplitSeq(text, separator) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, given, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !ok || name == "":
			return notUnderstood("unexpected_words", "", "a part is not of the form name=value")
		case l.has(name):
			return notUnderstood("duplicate_key", shown(name), "the name stands twice; which one counts is anybody's guess")
		case len(l.members) == maxAssignments:
			return notUnderstood("too_many_tokens", "", "more than 50 names")
		}
		l.add(name, given)
	}
	return nil
}

// requiredSymbol reads an instrument's name. The blank in a contract's (NQ 12-24)
// becomes an underscore, which a symbol can have.
func (l *keyedLine) requiredSymbol(name string) domain.Symbol {
	s, ok := l.text(name)
	if !ok {
		if !l.faults.on(name) {
			l.faults.impossible("symbol_required", name, "name the instrument")
		}
		return ""
	}
	symbol, err := domain.ParseSymbol(strings.Join(strings.Fields(s), "_"))
	if err != nil {
		l.faults.take(name, err)
	}
	return symbol
}

// refuseOthers refuses by name what is not among those read.
func (l *keyedLine) refuseOthers(read []string, why string) {
	for _, m := range l.members {
		if !slices.Contains(read, m.name) {
			l.faults.impossible(codeUnsupportedField, shown(m.name), why)
		}
	}
}

// rank orders faults as the names stand in the line, the command first.
func (l *keyedLine) rank(field string) int {
	return slices.IndexFunc(l.members, func(m member) bool { return shown(m.name) == field })
}
