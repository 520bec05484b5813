package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Deps is what an API works with. Intake is needed to serve hooks; Brokers,
// Webhooks, Desk, Halts, Work and Tokens to serve the API; the rest always.
type Deps struct {
	Intake   ports.SignalIntake
	Brokers  ports.BrokerAdmin
	Webhooks ports.WebhookAdmin
	Desk     ports.OrderDesk
	Halts    ports.HaltDesk
	Work     ports.UnitOfWork
	Tokens   ports.TokenVerifier
	Clock    ports.Clock
	IDs      ports.IDs
	Log      *slog.Logger
	// Metrics takes the request metrics and is what /metrics shows.
	Metrics *prometheus.Registry
	// Ready gives nil while the server can do its work.
	Ready func(ctx context.Context) error
}

// Config chooses what an API serves.
type Config struct {
	// PublicURL is what the URLs of webhooks start with: http or https, a host,
	// perhaps a path.
	PublicURL string
	// Hooks serves /hooks, API serves /v1.
	Hooks bool
	API   bool
	// TrustedProxies are the networks whose word about a client is believed.
	TrustedProxies []netip.Prefix
}

// API answers HTTP requests. It is safe for concurrent use.
type API struct {
	deps      Deps
	publicURL string
	proxies   proxies
	requests  *requestMetrics
	scratch   sync.Pool
	routes    []Route
	public    http.Handler
	admin     http.Handler
}

// New wires an API and registers its metrics. A missing dependency, a faulty
// PublicURL and a registry that already has such metrics are KindInvalid.
func New(deps Deps, cfg Config) (*API, error) {
	if err := deps.check(cfg); err != nil {
		return nil, err
	}
	publicURL, err := checkPublicURL(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	requests, err := newRequestMetrics(deps.Metrics)
	if err != nil {
		return nil, err
	}
	a := &API{deps: deps, publicURL: publicURL, proxies: cfg.TrustedProxies, requests: requests}
	a.scratch.New = func() any { return new([]byte) }
	a.routes = a.routesFor(cfg)
	a.public = a.newRouter(a.routes)
	a.admin = a.newAdminRouter()
	return a, nil
}

// Public serves webhooks and the API, and nothing else.
func (a *API) Public() http.Handler { return a.public }

// Admin serves /livez, /readyz and /metrics, which are nobody else's business.
func (a *API) Admin() http.Handler { return a.admin }

func (d Deps) check(cfg Config) error {
	always := d.Clock != nil && d.IDs != nil && d.Log != nil && d.Metrics != nil && d.Ready != nil
	hooks := d.Intake != nil || !cfg.Hooks
	api := d.Brokers != nil && d.Webhooks != nil && d.Desk != nil && d.Halts != nil && d.Work != nil && d.Tokens != nil || !cfg.API
	if always && hooks && api {
		return nil
	}
	return domain.Invalid("dependency_missing", "deps", "httpapi.New was not given all it needs for the routes it serves")
}

func checkPublicURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", domain.Invalid("invalid_public_url", "public_url", "must be like https://hooks.example.com")
	}
	return strings.TrimRight(raw, "/"), nil
}
