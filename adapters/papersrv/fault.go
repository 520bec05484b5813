package papersrv

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/hookfill/hookfill/domain"
)

// fault is a refusal in Alpaca's words: an HTTP status, and a body with a code, a
// message and what else the client may want to know.
type fault struct {
	status  int
	code    int
	message string
	extras  map[string]any
}

func (f fault) Error() string { return f.message }

// The codes, as recorded. Their first three digits are the HTTP status.
const (
	codeMalformed    = 40010000
	codeNotUnique    = 40010001
	codeUnauthorized = 40110000
	codeForbidden    = 40310000
	codeNotFound     = 40410000
	codeInvalid      = 42210000
	codeThrottled    = 42910000
	codeInternal     = 50010000
)

func malformed(message string) fault {
	return fault{status: http.StatusBadRequest, code: codeMalformed, message: message}
}

func unauthorized() fault {
	return fault{status: http.StatusUnauthorized, code: codeUnauthorized, message: "request is not authorized"}
}

func forbidden(message string) fault {
	return fault{status: http.StatusForbidden, code: codeForbidden, message: message}
}

func notFound(message string) fault {
	return fault{status: http.StatusNotFound, code: codeNotFound, message: message}
}

func orderNotFound() fault { return notFound("order not found") }

func invalid(format string, args ...any) fault {
	return fault{status: http.StatusUnprocessableEntity, code: codeInvalid, message: fmt.Sprintf(format, args...)}
}

// unprocessable is the 422 that shares its code with a client order id sent
// twice.
func unprocessable(message string) fault {
	return fault{status: http.StatusUnprocessableEntity, code: codeNotUnique, message: message}
}

func notUnique() fault { return unprocessable("client_order_id must be unique") }

// faultFor puts any error in Alpaca's words. What is wrong on this side is told
// to nobody but the log.
func faultFor(err error) fault {
	if f, ok := errors.AsType[fault](err); ok {
		return f
	}
	e, ok := errors.AsType[*domain.Error](err)
	switch {
	case ok && e.Kind == domain.KindRejected:
		return forbidden(e.Msg)
	case ok && e.Kind == domain.KindInvalid:
		return invalid("%s", e.Error())
	case ok && e.Code == "duplicate_client_order_id":
		return notUnique()
	}
	return fault{status: http.StatusInternalServerError, code: codeInternal, message: "internal server error occurred"}
}

// MarshalJSON lays the extras beside code and message.
func (f fault) MarshalJSON() ([]byte, error) {
	body := map[string]any{"code": f.code, "message": f.message}
	maps.Copy(body, f.extras)
	return json.Marshal(body)
}
