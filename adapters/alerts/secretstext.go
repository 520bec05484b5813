package alerts

import "strings"

// licence hides what PineConnector has before its command.
func (r *redaction) licence() {
	if id, _, ok := cutLicence(r.text); ok {
		start := len(r.text) - len(strings.TrimLeft(r.text, blanks))
		r.hide(start, start+len(id), redacted)
	}
}

// assignments hides what follows a secret's name and an equals sign, as far as
// the next semicolon, comma, ampersand or line break. "key" is a name for one in
// this form alone: JSON alerts have keys of their own that are none.
func (r *redaction) assignments() {
	if strings.IndexByte(r.text, '=') < 0 {
		return
	}
	for at := 0; at < len(r.text); {
		end := at + endOfAssignment(r.text[at:])
		name, _, ok := strings.Cut(r.text[at:end], "=")
		if name = lastWord(name); ok && (isSecret(name) || strings.EqualFold(name, "key")) {
			value := at + strings.IndexByte(r.text[at:end], '=') + 1
			for value < end && r.text[value] == ' ' {
				value++
			}
			if value < end {
				r.hide(value, end, redacted)
			}
		}
		at = end + 1
	}
}

func endOfAssignment(text string) int {
	if i := strings.IndexAny(text, ";,&\r\n"); i >= 0 {
		return i
	}
	return len(text)
}

// lastWord gives a name without what stands before it.
func lastWord(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexAny(s, " \t(?")+1:]
}
