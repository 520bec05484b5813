package alerts

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Parser reads alerts. It keeps nothing between calls and is safe for
// concurrent use.
type Parser struct {
	// formats is asked in this order when the format is auto.
	formats []format
	// expressions evaluates custom mappings; nil offers none.
	expressions ports.Expressions
}

var _ ports.AlertParser = (*Parser)(nil)

// format is one way to write an alert.
type format interface {
	name() domain.AlertFormat
	// recognizes looks at how the text begins, or at the names in its JSON
	// object. What it claims is read as this format or refused; no other is tried.
	recognizes(m *message) bool
	parse(m *message) (ports.ParsedAlert, error)
}

// New makes a parser of every format built so far.
func New() *Parser {
	json := []format{threeCommas(), openAlgo(), tvHub(), pickMyTrade(), relay(), newTradersPost()}
	return &Parser{formats: append(json, crossTrade{}, pineConnector{}, alertatron{}, plain{})}
}

// WithExpressions gives a parser that reads custom mappings as well, which New
// makes without.
func (p *Parser) WithExpressions(e ports.Expressions) *Parser { return &Parser{p.formats, e} }

// Formats gives auto and then each format, in the order in which auto asks them.
func (p *Parser) Formats() []domain.AlertFormat {
	names := []domain.AlertFormat{domain.AlertFormatAuto}
	for _, f := range p.formats {
		names = append(names, f.name())
	}
	return names
}

// Parse reads an alert in the given format. A format that is not one of Formats
// is KindInvalid with code unknown_format.
func (p *Parser) Parse(format domain.AlertFormat, body []byte) (ports.ParsedAlert, error) {
	if !slices.Contains(p.Formats(), format) {
		return ports.ParsedAlert{}, domain.Invalid("unknown_format", "format", "must be one of the formats built so far, or auto")
	}
	if err := checkText(body); err != nil {
		return ports.ParsedAlert{}, err
	}
	m := &message{text: string(body)}
	for _, f := range p.formats {
		if f.name() == format || format == domain.AlertFormatAuto && f.recognizes(m) {
			return f.parse(m)
		}
	}
	return ports.ParsedAlert{}, notUnderstood("unknown_format", "",
		"neither a JSON object nor a line such as BUY 10 AAPL")
}

// checkText refuses what is not text in any format.
func checkText(body []byte) error {
	switch {
	case len(bytes.TrimLeft(body, blanks)) == 0:
		return notUnderstood("empty_body", "", "the alert is empty; write a message into it")
	case !utf8.Valid(body):
		return notUnderstood("invalid_utf8", "", "the alert is not UTF-8 text")
	case bytes.HasPrefix(body, []byte("\uFEFF")):
		return notUnderstood("byte_order_mark", "", "the alert begins with a byte order mark; save it as UTF-8 without one")
	case bytes.IndexByte(body, 0) >= 0:
		return notUnderstood("nul_character", "", "the alert contains a NUL character")
	}
	return nil
}

// blanks is the white space of JSON.
const blanks = " \t\r\n"
