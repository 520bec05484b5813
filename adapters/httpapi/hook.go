package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// receiveAlert answers POST /hooks/{token}. It looks at the body only, never at
// its Content-Type, which senders get wrong.
//
// A sender such as TradingView sends again after a 5xx and only then. So a 5xx
// stands for what may not be durable: 503 for what is known not to be or in
// doubt, 500 for a fault of ours. All that sending again cannot mend is a 4xx.
func (a *API) receiveAlert(w http.ResponseWriter, r *http.Request) {
	body, err := a.readBody(w, r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	// The alert is here; a sender that hangs up now does not take it back.
	ctx := context.WithoutCancel(r.Context())
	receipt, err := a.deps.Intake.Receive(ctx, ports.Alert{
		Token: mux.Vars(r)["token"], Body: body, Source: a.remote(r),
		Sender: ports.AlertSender{
			Address: a.proxies.sender(r), Certificates: a.proxies.certificates(r), Signature: signatureIn(r.Header),
		},
	})
	if err != nil {
		a.refuseAlert(w, r, err)
		return
	}
	a.writeAnswer(w, http.StatusOK, func(b []byte) []byte { return appendReceipt(b, receipt) })
}

func (a *API) refuseAlert(w http.ResponseWriter, r *http.Request, err error) {
	switch domain.KindOf(err) {
	case domain.KindInvalid, domain.KindConflict, domain.KindForbidden:
		e, _ := errors.AsType[*domain.Error](err)
		if e == nil {
			e = &domain.Error{Kind: domain.KindOf(err)}
		}
		status := http.StatusUnprocessableEntity
		switch {
		case e.Kind == domain.KindForbidden:
			status = http.StatusForbidden
		case e.Code == "not_understood":
			status = http.StatusBadRequest
		}
		a.writeAnswer(w, status, func(b []byte) []byte { return appendRefusal(b, e.AllReasons()) })
	case domain.KindNotFound:
		a.fail(w, r, noSuchPath())
	default:
		p := problemFor(err)
		if p.Status == http.StatusServiceUnavailable {
			p.retryAfter = max(p.retryAfter, time.Second)
		}
		a.failWith(w, r, p, err)
	}
}

// writeAnswer sends JSON that build appends to reused space.
func (a *API) writeAnswer(w http.ResponseWriter, status int, build func([]byte) []byte) {
	scratch := a.scratch.Get().(*[]byte) //nolint:errcheck,forcetypeassert // the pool makes nothing else
	defer a.scratch.Put(scratch)
	*scratch = build((*scratch)[:0])
	writeBytes(w, status, "application/json", *scratch)
}

// remote names where a request comes from, for eyes.
func (a *API) remote(r *http.Request) string {
	if address := a.proxies.sender(r); address.IsValid() {
		return address.String()
	}
	return "unknown"
}
