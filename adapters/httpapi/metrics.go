package httpapi

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookfill/hookfill/domain"
)

// requestMetrics counts and times requests by route template, so that the
// number of series does not depend on what is asked.
type requestMetrics struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newRequestMetrics(reg prometheus.Registerer) (*requestMetrics, error) {
	m := &requestMetrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hookfill_http_requests_total",
			Help: "Answered requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "hookfill_http_request_duration_seconds",
			Help:    "Time from the end of a request's headers to the end of its answer, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
	}
	for _, c := range []prometheus.Collector{m.total, m.duration} {
		if err := reg.Register(c); err != nil {
			return nil, &domain.Error{
				Kind: domain.KindInvalid, Code: "metrics_taken", Field: "metrics",
				Msg: "the registry does not take the request metrics", Err: err,
			}
		}
	}
	return m, nil
}

func (a *API) measured(template string, next http.Handler) http.Handler {
	duration := a.requests.duration.WithLabelValues(template)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := recorderOf(w)
		defer func() {
			duration.Observe(a.deps.Clock.Now().Sub(rec.started).Seconds())
			a.requests.total.WithLabelValues(template, knownMethod(r.Method), strconv.Itoa(rec.answered())).Inc()
		}()
		next.ServeHTTP(w, r)
	})
}
