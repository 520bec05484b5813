package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hookfill/hookfill/domain"
)

// readyTimeout is how long the answer to "are you ready" may take.
const readyTimeout = 2 * time.Second

// newAdminRouter serves what watches the process. Probes are not logged; they
// would be most of the log.
func (a *API) newAdminRouter() http.Handler {
	metrics := promhttp.HandlerFor(a.deps.Metrics, promhttp.HandlerOpts{})
	router := mux.NewRouter().SkipClean(true)
	for _, r := range []Route{
		{http.MethodGet, "/livez", false, http.HandlerFunc(a.live)},
		{http.MethodGet, "/readyz", false, http.HandlerFunc(a.ready)},
		{http.MethodGet, "/metrics", false, metrics},
	} {
		router.Handle(r.Path, a.watch(a.byMethod([]Route{r})))
	}
	router.NotFoundHandler = a.watch(http.HandlerFunc(a.noSuchPath))
	return router
}

func (a *API) watch(h http.Handler) http.Handler {
	return a.recorded(a.identified(hardened(a.recovering(h))))
}

// live answers as long as the process does.
func (a *API) live(w http.ResponseWriter, _ *http.Request) {
	writeBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

// ready answers whether requests should be sent here.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := a.deps.Ready(ctx); err != nil {
		a.fail(w, r, &domain.Error{Kind: domain.KindUnavailable, Code: "not_ready", Msg: "not ready to work", Err: err})
		return
	}
	writeBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
}
