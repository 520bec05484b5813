package alerts

import (
	"strconv"
	"strings"
)

// The bounds of an alert's JSON. A token is what encoding/json counts as one: a
// bracket, a name, a value; the outermost object has depth 1.
const (
	maxDepth        = 32
	maxTokens       = 1000
	maxNumberLength = 64
)

// kind is what a JSON value is.
type kind uint8

const (
	kindString kind = iota + 1
	kindNumber
	kindBool
	kindNull
	kindObject
	kindArray
)

// value is a JSON value. Text is a string's characters or a number's or
// boolean's own spelling, and empty for the other kinds. Members are those of an
// object, items those of an array.
type value struct {
	kind    kind
	text    string
	members []member
	items   []value
}

// member is a name and its value in an object.
type member struct {
	name  string
	value value
}

// reader walks a JSON text once, from front to back.
type reader struct {
	text    string
	pos     int
	tokens  int
	path    []step
	members []member
}

// step is where the reader is inside one object or array.
type step struct {
	at    place
	name  string
	index int
}

type place uint8

const (
	placeStart place = iota // before the first member, or after a comma
	placeName
	placeIndex
)

// readObject reads a text that is one JSON object and gives its members in
// their order. It is stricter than encoding/json, because a text that two
// readers understand differently must not trade: a name may stand only once in
// an object, a surrogate must have its other half, and nothing may follow.
// Names that differ in case are different names. Text must be valid UTF-8
// without NUL and not blank.
func readObject(text string) ([]member, error) {
	var steps [maxDepth]step
	r := reader{text: text, path: steps[:0], members: make([]member, 0, 16)}
	r.blanks()
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	r.blanks()
	switch {
	case r.pos < len(r.text):
		return nil, r.fail("trailing_data", "something follows the end of the JSON value; post one alert at a time")
	case v.kind == kindArray:
		return nil, r.fail("unsupported_array", "a JSON array of alerts is not built yet; post each object by itself")
	case v.kind != kindObject:
		return nil, r.fail("not_an_object", "a JSON alert is an object: {\"ticker\":\"AAPL\",\"action\":\"buy\"}")
	}
	return r.members, nil
}

func (r *reader) value() (value, error) {
	if err := r.token(); err != nil {
		return value{}, err
	}
	switch c := r.peek(); {
	case strings.HasPrefix(r.text[r.pos:], "{{"):
		return value{}, r.fail("unrendered_placeholder", "a placeholder in double braces was not filled in; its name is misspelled, or the alert was not sent by TradingView")
	case c == '{':
		members, err := r.object()
		return value{kind: kindObject, members: members}, err
	case c == '[':
		items, err := r.array()
		return value{kind: kindArray, items: items}, err
	case c == '"':
		s, err := r.string()
		return value{kind: kindString, text: s}, err
	case c == '-' || isDigit(c):
		s, err := r.number()
		return value{kind: kindNumber, text: s}, err
	}
	return r.word()
}

func (r *reader) object() (members []member, err error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	here := &r.path[len(r.path)-1]
	seen := names{}
	for first := true; ; first = false {
		if done, err := r.separator('}', first); done || err != nil {
			return members, err
		}
		if r.peek() != '"' {
			return nil, r.fail("malformed_json", "a name in double quotes was expected")
		}
		if err := r.token(); err != nil {
			return members, err
		}
		name, err := r.string()
		if err != nil {
			return members, err
		}
		here.at, here.name = placeName, name
		if !seen.add(name) {
			return nil, r.fail("duplicate_key", "the name stands twice in one object; which one counts is anybody's guess")
		}
		r.blanks()
		if !r.next(':') {
			return nil, r.fail("malformed_json", "a colon was expected after the name")
		}
		r.blanks()
		v, err := r.value()
		if err != nil {
			return members, err
		}
		if len(r.path) == 1 {
			r.members = append(r.members, member{name, v})
		} else {
			members = append(members, member{name, v})
		}
	}
}

func (r *reader) array() (items []value, err error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	here := &r.path[len(r.path)-1]
	for i := 0; ; i++ {
		if done, err := r.separator(']', i == 0); done || err != nil {
			return items, err
		}
		here.at, here.index = placeIndex, i
		v, err := r.value()
		if err != nil {
			return items, err
		}
		items = append(items, v)
	}
}

// enter begins an object or array.
func (r *reader) enter() error {
	if len(r.path) == maxDepth {
		return r.fail("too_deep", "objects and arrays are nested more than 32 deep")
	}
	r.path = append(r.path, step{})
	r.pos++
	return nil
}

// separator reads what stands before a member: nothing before the first, a
// comma before the others. It reports whether the object or array ends instead.
func (r *reader) separator(end byte, first bool) (done bool, err error) {
	r.blanks()
	switch {
	case r.peek() == end:
		if err := r.token(); err != nil {
			return false, err
		}
		r.pos++
		r.path = r.path[:len(r.path)-1]
		return true, nil
	case first:
		return false, nil
	case !r.next(','):
		return false, r.fail("malformed_json", "a comma or "+strconv.QuoteRune(rune(end))+" was expected")
	}
	r.path[len(r.path)-1].at = placeStart
	r.blanks()
	if r.peek() == end {
		return false, r.fail("malformed_json", "a comma stands before "+strconv.QuoteRune(rune(end)))
	}
	return false, nil
}

// number reads a number and keeps its spelling: it never becomes a float.
func (r *reader) number() (string, error) {
	start := r.pos
	r.next('-')
	if r.peek() == 'I' || r.peek() == 'N' {
		return "", r.fail("not_a_number", messageNoNumber)
	}
	whole := r.next('0') || r.digits()
	if whole && r.next('.') {
		whole = r.digits()
	}
	if whole && (r.next('e') || r.next('E')) {
		_ = r.next('+') || r.next('-')
		whole = r.digits()
	}
	switch {
	case !whole:
		return "", r.fail("malformed_json", "the number breaks off")
	case r.pos-start > maxNumberLength:
		return "", r.fail("number_too_long", messageTooLong)
	}
	return r.text[start:r.pos], nil
}

// word reads true, false or null, and says what else may stand there.
func (r *reader) word() (value, error) {
	start := r.pos
	for r.pos < len(r.text) && r.pos-start <= len("Infinity") && isLetter(r.text[r.pos]) {
		r.pos++
	}
	switch s := r.text[start:r.pos]; {
	case s == "true" || s == "false":
		return value{kind: kindBool, text: s}, nil
	case s == "null":
		return value{kind: kindNull}, nil
	case isNoNumber(s):
		return value{}, r.fail("not_a_number", messageNoNumber)
	case s == "" && start == len(r.text):
		return value{}, r.fail("malformed_json", "the text ends where a value should be")
	case s == "":
		return value{}, r.fail("malformed_json", "a value is missing; a placeholder that has none becomes nothing")
	}
	return value{}, r.fail("malformed_json", "text needs double quotes")
}

func (r *reader) token() error {
	if r.tokens++; r.tokens > maxTokens {
		return r.fail("too_many_tokens", "more than 1000 names, values and brackets")
	}
	return nil
}

func (r *reader) blanks() {
	for r.pos < len(r.text) && strings.IndexByte(blanks, r.text[r.pos]) >= 0 {
		r.pos++
	}
}

func (r *reader) digits() bool {
	start := r.pos
	for isDigit(r.peek()) {
		r.pos++
	}
	return r.pos > start
}

func (r *reader) next(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.pos++
	return true
}

// peek gives the byte at hand and 0 at the end, which the text cannot contain.
func (r *reader) peek() byte {
	if r.pos == len(r.text) {
		return 0
	}
	return r.text[r.pos]
}

// fail makes the error of this place. It names the field and the byte and never
// repeats a value, which may be a secret.
func (r *reader) fail(code, msg string) error {
	return notUnderstood(code, r.field(), msg+" (byte "+strconv.Itoa(r.pos)+")")
}

// field is the path to this place, such as stopLoss.type or extras.tags[2].
func (r *reader) field() string {
	var b strings.Builder
	for _, s := range r.path {
		switch s.at {
		case placeStart:
		case placeIndex:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case placeName:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(shown(s.name))
		}
	}
	return b.String()
}
