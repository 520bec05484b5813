package appfx

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/fx"

	"github.com/hookfill/hookfill/adapters/httpapi"
	"github.com/hookfill/hookfill/ports"
)

// Ready tells whether the process can do its work.
type Ready func(ctx context.Context) error

// Addresses are where a server is.
type Addresses struct {
	// Public takes hooks and the API, Admin health and metrics; empty is closed.
	Public, Admin string
	// URL is how this machine reaches Public, PublicURL what webhook URLs start
	// with.
	URL, PublicURL string
}

// web needs the driving ports, and gives the server's addresses.
func web() fx.Option {
	return fx.Module("web", fx.Provide(newRegistry, newAPI, openSockets), fx.Invoke(serve))
}

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

type webParams struct {
	fx.In

	Intake   ports.SignalIntake
	Brokers  ports.BrokerAdmin
	Webhooks ports.WebhookAdmin
	Desk     ports.OrderDesk
	Halts    ports.HaltDesk
	Work     ports.UnitOfWork
	Tokens   ports.TokenVerifier
	Clock    ports.Clock
	IDs      ports.IDs
	Registry *prometheus.Registry
	Ready    Ready
}

func newAPI(p webParams, c Config, at *Addresses) (*httpapi.API, error) {
	return httpapi.New(httpapi.Deps{
		Intake: p.Intake, Brokers: p.Brokers, Webhooks: p.Webhooks, Desk: p.Desk, Halts: p.Halts, Work: p.Work, Tokens: p.Tokens,
		Clock: p.Clock, IDs: p.IDs, Log: c.Log, Metrics: p.Registry, Ready: p.Ready,
	}, httpapi.Config{
		PublicURL: at.PublicURL, Hooks: c.Role.takesIn(), API: c.Role.takesIn(), TrustedProxies: c.TrustedProxies,
	})
}

func serve(lc fx.Lifecycle, shutdown fx.Shutdowner, c Config, api *httpapi.API, open *sockets) error {
	if open.public != nil {
		var secured *tls.Config
		if c.TLSCert != "" {
			var err error
			if secured, err = httpapi.TLSFromFiles(c.TLSCert, c.TLSKey, c.Log); err != nil {
				return err
			}
		}
		answer(lc, shutdown, c.Log, open.public, api.Public(), secured)
	}
	if open.admin != nil {
		answer(lc, shutdown, c.Log, open.admin, api.Admin(), nil)
	}
	return nil
}

// answer serves a socket from the start on, plainly or secured, and lets requests
// under way finish at stop.
func answer(
	lc fx.Lifecycle, shutdown fx.Shutdowner, log *slog.Logger, socket net.Listener, handler http.Handler, secured *tls.Config,
) {
	server := httpapi.NewServer(handler, log)
	begin := server.Serve
	if secured != nil {
		server.TLSConfig = secured
		begin = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	lc.Append(fx.StartStopHook(func() {
		go func() {
			if err := begin(socket); !errors.Is(err, http.ErrServerClosed) {
				log.Error("the server stopped", "address", socket.Addr().String(), "error", err)
				_ = shutdown.Shutdown(fx.ExitCode(1))
			}
		}()
	}, server.Shutdown))
}
