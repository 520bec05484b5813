package httpapi

import (
	"unicode/utf8"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The answers to an alert are appended by hand: they are the hot path, and their
// shapes are few.

func appendReceipt(b []byte, r ports.Receipt) []byte {
	b = append(b, `{"result":"`...)
	b = append(b, r.Result...)
	b = append(b, '"')
	b = appendSignalIDs(b, r.SignalIDs)
	if r.DeliveryID != nil {
		b = append(append(append(b, `,"delivery_id":"`...), r.DeliveryID.String()...), '"')
	}
	if r.Result == ports.ReceiptRefused {
		b = appendReasons(append(b, `,"reasons":`...), r.Reasons, false)
	}
	return append(b, '}')
}

// appendSignalIDs writes one signal as signal_id and several as signal_ids.
func appendSignalIDs(b []byte, ids []domain.SignalID) []byte {
	switch len(ids) {
	case 0:
		return b
	case 1:
		b = append(b, `,"signal_id":"`...)
		return append(append(b, ids[0].String()...), '"')
	}
	b = append(b, `,"signal_ids":[`...)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), id.String()...), '"')
	}
	return append(b, ']')
}

func appendRefusal(b []byte, reasons []domain.Reason) []byte {
	b = append(b, `{"result":"refused","reasons":`...)
	return append(appendReasons(b, reasons, true), '}')
}

// appendReasons writes the field of a reason where it has one, or always.
func appendReasons(b []byte, reasons []domain.Reason, alwaysField bool) []byte {
	b = append(b, '[')
	for i, r := range reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"code":`...), r.Code)
		if alwaysField || r.Field != "" {
			b = appendString(append(b, `,"field":`...), r.Field)
		}
		b = appendString(append(b, `,"message":`...), r.Message)
		b = append(b, '}')
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

// appendString writes s as a JSON string (RFC 8259); what is not UTF-8 becomes
// U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}
