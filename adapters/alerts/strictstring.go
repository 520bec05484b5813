package alerts

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string and gives its characters. One without escapes is a
// part of the text and costs nothing.
func (r *reader) string() (string, error) {
	r.pos++
	start := r.pos
	if err := r.plainRun(); err != nil {
		return "", err
	}
	if r.next('"') {
		return r.text[start : r.pos-1], nil
	}
	var b strings.Builder
	b.WriteString(r.text[start:r.pos])
	for !r.next('"') {
		c, err := r.escape()
		if err != nil {
			return "", err
		}
		b.WriteRune(c)
		start = r.pos
		if err := r.plainRun(); err != nil {
			return "", err
		}
		b.WriteString(r.text[start:r.pos])
	}
	return b.String(), nil
}

// plainRun goes to the next quote or backslash.
func (r *reader) plainRun() error {
	for ; r.pos < len(r.text); r.pos++ {
		switch c := r.text[r.pos]; {
		case c == '"' || c == '\\':
			return nil
		case c < ' ':
			return r.fail("malformed_json", "a line break or control character inside a string; write \\n for a line break")
		}
	}
	return r.fail("malformed_json", "the text ends inside a string")
}

// escape reads a backslash and what it stands for.
func (r *reader) escape() (rune, error) {
	r.pos++
	c := r.peek()
	if c == 'u' {
		return r.unicodeEscape()
	}
	i := strings.IndexByte(`"\/bfnrt`, c)
	if i < 0 {
		return 0, r.fail("malformed_json", "a backslash stands before a character that cannot be escaped")
	}
	r.pos++
	return rune("\"\\/\b\f\n\r\t"[i]), nil
}

// unicodeEscape reads \uXXXX, or two of them for one character.
func (r *reader) unicodeEscape() (rune, error) {
	c, err := r.hex()
	switch {
	case err != nil:
		return 0, err
	case c == 0:
		return 0, r.fail("nul_character", "the alert contains a NUL character")
	case !utf16.IsSurrogate(c):
		return c, nil
	}
	if r.next('\\') && r.peek() == 'u' {
		low, err := r.hex()
		if err != nil {
			return 0, err
		}
		if c = utf16.DecodeRune(c, low); c != utf8.RuneError {
			return c, nil
		}
	}
	return 0, r.fail("invalid_utf8", "half of a surrogate pair is no character")
}

// hex reads the u and the four digits after it.
func (r *reader) hex() (rune, error) {
	r.pos++
	end := min(r.pos+4, len(r.text))
	digits := r.text[r.pos:end]
	v, err := strconv.ParseUint(digits, 16, 16)
	if err != nil || len(digits) < 4 {
		return 0, r.fail("malformed_json", "four hexadecimal digits were expected after \\u")
	}
	r.pos = end
	return rune(v), nil
}

// names remembers the names of one object. The few of an ordinary alert are
// compared one by one; more go into a map, so that the cost stays linear.
type names struct {
	few  [16]string
	n    int
	many map[string]struct{}
}

// add remembers a name and reports whether it is new.
func (s *names) add(name string) bool {
	if slices.Contains(s.few[:s.n], name) {
		return false
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{})
	}
	if _, ok := s.many[name]; ok {
		return false
	}
	s.many[name] = struct{}{}
	return true
}

// maxShownName bounds what an error repeats of a sender's name.
const maxShownName = 64

// shown is a name as an error may repeat it: bounded, and quoted where it is
// empty or holds anything that does not print.
func shown(name string) string {
	if len(name) > maxShownName {
		cut := maxShownName
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + "…"
	}
	if name == "" || strings.ContainsFunc(name, func(c rune) bool { return !strconv.IsPrint(c) }) {
		return strconv.Quote(name)
	}
	return name
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
