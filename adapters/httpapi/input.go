package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"mime"
	"net/http"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const maxIdempotencyKey = 255

// input reads the JSON object a write brings, and its idempotency key.
func (c *call) input() (*form, ports.Idempotency, error) {
	body, err := c.api.readBody(c.w, c.r)
	if err != nil {
		return nil, ports.Idempotency{}, err
	}
	return c.inputOf(body)
}

// optionalInput is input where no body at all means an empty object.
func (c *call) optionalInput() (*form, ports.Idempotency, error) {
	body, err := c.api.readBody(c.w, c.r)
	if err != nil {
		return nil, ports.Idempotency{}, err
	}
	if len(body) > 0 {
		return c.inputOf(body)
	}
	once, err := c.once(nil)
	return newForm(nil), once, err
}

// noInput checks that a request which takes nothing brings nothing.
func (c *call) noInput() (ports.Idempotency, error) {
	f, once, err := c.optionalInput()
	if err != nil {
		return once, err
	}
	return once, f.end()
}

func (c *call) inputOf(body []byte) (*form, ports.Idempotency, error) {
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, ports.Idempotency{}, refusal{http.StatusUnsupportedMediaType, "content_type", "send JSON with Content-Type: application/json"}
	}
	once, err := c.once(body)
	if err != nil {
		return nil, once, err
	}
	f, err := parseForm(body)
	return f, once, err
}

// once reads the request's idempotency key. The fingerprint leaves out the white
// space between the tokens of the body.
func (c *call) once(body []byte) (ports.Idempotency, error) {
	keys := c.r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return ports.Idempotency{}, nil
	}
	if len(keys) > 1 || !isPrintable(keys[0]) {
		return ports.Idempotency{}, domain.Invalid("invalid_idempotency_key", "Idempotency-Key",
			"send one key of 1 to 255 printable ASCII characters")
	}
	var canonical bytes.Buffer
	canonical.WriteString(c.r.Method + "\n" + c.r.URL.Path + "\n")
	if json.Compact(&canonical, body) != nil {
		canonical.Write(body) // refused in a moment, for what it is
	}
	return ports.Idempotency{Key: keys[0], Fingerprint: sha256.Sum256(canonical.Bytes())}, nil
}

func isPrintable(key string) bool {
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return key != "" && len(key) <= maxIdempotencyKey
}
