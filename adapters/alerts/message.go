package alerts

import (
	"slices"
	"strings"
)

// message is an alert's text. Where it is one JSON object it is read once, and
// all the formats that are asked about it look at the same members.
type message struct {
	text string

	read    bool
	members []member
	err     error
}

// isJSON reports a text that begins as a JSON value with parts does.
func (m *message) isJSON() bool {
	switch strings.TrimLeft(m.text, blanks)[0] {
	case '{', '[', '"':
		return true
	}
	return false
}

// object gives the members of the one JSON object that the text is.
func (m *message) object() ([]member, error) {
	if !m.read {
		m.members, m.err = readObject(m.text)
		m.read = true
	}
	return m.members, m.err
}

// has reports whether the text is a JSON object with all of these names.
func (m *message) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !m.hasAny(name) })
}

// hasAny reports whether the text is a JSON object with one of these names.
func (m *message) hasAny(names ...string) bool {
	if !m.isJSON() {
		return false
	}
	members, err := m.object()
	return err == nil && slices.ContainsFunc(members, func(m member) bool { return slices.Contains(names, m.name) })
}
