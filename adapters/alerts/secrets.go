package alerts

import (
	"cmp"
	"slices"
	"strings"
)

// isSecret reports the names under which the formats, and senders on their own,
// put what authenticates them. An alert's other fields tell nothing anybody could
// trade with.
func isSecret(name string) bool {
	switch folded(name) {
	case "secret", "webhooksecret", "apikey", "apisecret", "secretkey", "token", "accesstoken", "authtoken",
		"passphrase", "password", "license", "licenseid", "licensekey", "authorization":
		return true
	}
	return false
}

// redacted stands where a secret stood.
const redacted = "redacted"

// Redact gives the text that may be kept and shown: the value of every field that
// is named for a secret is replaced, in JSON at any depth and whether the rest of
// it can be read or not, behind a name and an equals sign, and where PineConnector
// has its licence. Everything else stays as it is, and what is read from it is the
// same. It takes linear time, gives body itself where there is nothing to hide,
// and never writes to it.
func (*Parser) Redact(body []byte) []byte {
	r := redact(body)
	if len(r.spans) == 0 {
		return body
	}
	return r.apply()
}

// Secrets gives what Redact takes out, as text: of JSON strings what they say.
func (*Parser) Secrets(body []byte) []string {
	r := redact(body)
	secrets := make([]string, len(r.spans))
	for i, s := range r.spans {
		secrets[i] = r.text[s.from:s.to]
		if strings.HasPrefix(secrets[i], `"`) {
			secrets[i] = said(secrets[i])
		}
	}
	return secrets
}

func redact(body []byte) *redaction {
	r := &redaction{text: string(body)}
	r.members()
	if !strings.HasPrefix(strings.TrimLeft(r.text, blanks), "{") {
		r.licence()
		r.assignments()
	}
	return r
}

// redaction finds what is secret in one text.
type redaction struct {
	text  string
	spans []span
}

// span is a part of the text and what stands in its place.
type span struct {
	from, to int
	instead  string
}

func (r *redaction) hide(from, to int, instead string) {
	if r.text[from:to] != instead {
		r.spans = append(r.spans, span{from, to, instead})
	}
}

func (r *redaction) apply() []byte {
	slices.SortStableFunc(r.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, s := range r.spans {
		if s.from < at {
			continue
		}
		out = append(append(out, r.text[at:s.from]...), s.instead...)
		at = s.to
	}
	return append(out, r.text[at:]...)
}

// members hides the values of JSON members. It reads no grammar: a string that a
// colon follows is a name, wherever it stands.
func (r *redaction) members() {
	for at := 0; ; {
		quote := strings.IndexByte(r.text[at:], '"')
		if quote < 0 {
			return
		}
		start := at + quote
		at = r.endOfString(start)
		colon := r.skipBlanks(at)
		if colon == len(r.text) || r.text[colon] != ':' || !isSecret(said(r.text[start:at])) {
			continue
		}
		value := r.skipBlanks(colon + 1)
		if at = r.endOfValue(value); at > value && r.text[value:at] != "null" {
			r.hide(value, at, `"`+redacted+`"`)
		}
	}
}

// said gives what a quoted text says, its escapes read.
func said(quoted string) string {
	if strings.IndexByte(quoted, '\\') < 0 {
		return strings.Trim(quoted, `"`)
	}
	r := reader{text: quoted}
	name, err := r.string()
	if err != nil {
		return ""
	}
	return name
}

// endOfString gives where the string that begins at from has ended, or the text.
func (r *redaction) endOfString(from int) int {
	for i := from + 1; i < len(r.text); i++ {
		switch r.text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(r.text)
}

// endOfValue gives where the value that begins at from has ended: a string behind
// its quote, an object or array behind its last bracket, anything else before what
// separates members.
func (r *redaction) endOfValue(from int) int {
	depth := 0
	for i := from; i < len(r.text); {
		switch r.text[i] {
		case '"':
			i = r.endOfString(i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(r.text)
}

func (r *redaction) skipBlanks(at int) int {
	for at < len(r.text) && strings.IndexByte(blanks, r.text[at]) >= 0 {
		at++
	}
	return at
}
