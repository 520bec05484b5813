package appfx

import (
	"log/slog"

	"go.uber.org/fx"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/localauth"
	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// useCases needs storage, a clock and ids, and gives the driving ports.
func useCases() fx.Option {
	return fx.Module("usecases",
		fx.Provide(
			fx.Annotate(alerts.New, fx.As(new(ports.AlertParser))),
			fx.Annotate(paper.New, fx.As(fx.Self()), fx.As(new(ports.PaperMarket))),
			newBrokers,
			newTokens,
			app.NewDoorbell,
			app.DefaultIntakeConfig,
			app.DefaultTrackerConfig,
			app.DefaultRelayConfig,
			newExecutorConfig,
			fx.Annotate(app.NewIntake, fx.As(fx.Self()), fx.As(new(ports.SignalIntake))),
			app.NewExecutor,
			app.NewTracker,
			app.NewHousekeeping,
			app.NewRelay,
			fx.Annotate(app.NewAccounts, fx.As(new(ports.BrokerAdmin))),
			fx.Annotate(app.NewWebhooks, fx.As(new(ports.WebhookAdmin))),
			fx.Annotate(app.NewDesk, fx.As(new(ports.OrderDesk))),
			app.NewFlattener,
			fx.Annotate(app.NewHalts, fx.As(new(ports.HaltDesk))),
			newDemo,
			func(c Config) *slog.Logger { return c.Log },
		),
		fx.Invoke(runBackground),
	)
}

func newBrokers(p *paper.Broker) ports.Brokers {
	return app.Brokers{domain.BrokerKindPaper: p}
}

func newTokens(c Config, users ports.Users, clock ports.Clock) (ports.TokenVerifier, error) {
	return localauth.New(c.SigningKey, users, clock)
}

func newExecutorConfig(c Config) app.ExecutorConfig {
	return app.DefaultExecutorConfig(c.Owner, c.Lease)
}

// runBackground starts what the role runs. Hooks stop in reverse: intake is the
// last to end, so that nothing it accepted is left behind.
func runBackground(
	lc fx.Lifecycle, c Config, intake *app.Intake, executor *app.Executor, tracker *app.Tracker, sweeper *app.Housekeeping,
	flattener *app.Flattener, relay *app.Relay,
) {
	if c.Role.takesIn() {
		background(lc, relay.Tell)
		background(lc, intake.Run)
	}
	if c.Role.executes() {
		background(lc, relay.Listen)
		background(lc, executor.Run)
		background(lc, tracker.Run)
		background(lc, sweeper.Run)
		background(lc, flattener.Run)
	}
}
