package appfx

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/fx"

	"github.com/hookfill/hookfill/adapters/httpapi"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Ready tells whether the process can do its work.
type Ready func(ctx context.Context) error

// Addresses are where a started server listens.
type Addresses struct{ Public, Admin string }

// web needs the driving ports, and gives the servers' addresses once started.
func web() fx.Option {
	return fx.Module("web",
		fx.Provide(newRegistry, newAPI, func() *Addresses { return &Addresses{} }),
		fx.Invoke(serve),
	)
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
	Work     ports.UnitOfWork
	Tokens   ports.TokenVerifier
	Clock    ports.Clock
	IDs      ports.IDs
	Registry *prometheus.Registry
	Ready    Ready
}

func newAPI(p webParams, c Config) (*httpapi.API, error) {
	return httpapi.New(httpapi.Deps{
		Intake: p.Intake, Brokers: p.Brokers, Webhooks: p.Webhooks, Desk: p.Desk, Work: p.Work, Tokens: p.Tokens,
		Clock: p.Clock, IDs: p.IDs, Log: c.Log, Metrics: p.Registry, Ready: p.Ready,
	}, httpapi.Config{PublicURL: c.PublicURL, Hooks: c.Role.takesIn(), API: c.Role.takesIn()})
}

func serve(lc fx.Lifecycle, shutdown fx.Shutdowner, c Config, api *httpapi.API, at *Addresses) {
	if c.Role.takesIn() {
		listen(lc, shutdown, c.Log, c.Listen, api.Public(), &at.Public)
	}
	if c.AdminListen != "" {
		listen(lc, shutdown, c.Log, c.AdminListen, api.Admin(), &at.Admin)
	}
}

// listen opens the port at start, so that one in use fails the start, and lets
// requests under way finish at stop.
func listen(lc fx.Lifecycle, shutdown fx.Shutdowner, log *slog.Logger, address string, handler http.Handler, bound *string) {
	server := httpapi.NewServer(handler, log)
	lc.Append(fx.Hook{
		OnStart: func(ctx context.Context) error {
			l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
			if err != nil {
				return &domain.Error{Kind: domain.KindUnavailable, Code: "cannot_listen", Msg: "cannot listen on " + address, Err: err}
			}
			*bound = l.Addr().String()
			go func() {
				if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
					log.Error("the server stopped", "address", address, "error", err)
					_ = shutdown.Shutdown(fx.ExitCode(1))
				}
			}()
			return nil
		},
		OnStop: server.Shutdown,
	})
}
