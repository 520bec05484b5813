package httpapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
)

// maxBodyBytes is how much of a body is read, whatever it claims to be.
const maxBodyBytes = 64 << 10

// readBody reads a request's whole body, which belongs to the caller afterwards.
// It is refused where it is more than 64 KiB, compressed, late or cut short.
func (a *API) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, refusal{http.StatusUnsupportedMediaType, "content_encoding", "send the body as it is, without Content-Encoding"}
	}
	if r.ContentLength > maxBodyBytes {
		w.Header().Set("Connection", "close") // the rest is not worth reading
		return nil, tooLarge()
	}
	scratch := a.scratch.Get().(*[]byte) //nolint:errcheck,forcetypeassert // the pool makes nothing else
	defer a.scratch.Put(scratch)
	buf := bytes.NewBuffer((*scratch)[:0])
	_, err := io.Copy(buf, http.MaxBytesReader(recorderOf(w).ResponseWriter, r.Body, maxBodyBytes))
	*scratch = buf.Bytes()
	if err != nil {
		return nil, bodyFault(err)
	}
	// A copy: what is handed on may outlive the request, the scratch space not.
	return bytes.Clone(buf.Bytes()), nil
}

func tooLarge() refusal {
	return refusal{http.StatusRequestEntityTooLarge, "body_too_large", "a body has at most 65536 bytes"}
}

func bodyFault(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refusal{http.StatusRequestTimeout, "body_late", "the body did not arrive in time"}
	}
	return refusal{http.StatusBadRequest, "body_incomplete", "the body ended before it was complete"}
}
