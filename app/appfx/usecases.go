package appfx

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/expressions"
	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// useCases needs storage, a clock and ids, and gives the driving ports.
func useCases() fx.Option {
	return fx.Module("usecases",
		fx.Provide(
			newAlertParser,
			fx.Annotate(paper.New, fx.As(fx.Self()), fx.As(new(ports.PaperMarket))),
			newSealer,
			newSecretSealer,
			app.NewVault,
			app.NewSenderVault,
			newAlpaca,
			newBrokers,
			newTokens,
			app.NewDoorbell,
			app.DefaultIntakeConfig,
			app.DefaultTrackerConfig,
			app.DefaultRelayConfig,
			newUnmatchedAlarm,
			newGuard,
			newStopWatchConfig,
			app.NewStopWatch,
			newPatrolConfig,
			app.NewPatrol,
			newReconcilerConfig,
			newExecutorConfig,
			fx.Annotate(app.NewIntake, fx.As(fx.Self()), fx.As(new(ports.SignalIntake))),
			app.DefaultUsherConfig,
			app.NewUsher,
			app.DefaultOpenerConfig,
			app.NewOpener,
			app.NewExecutor,
			app.NewTracker,
			newStreams,
			app.NewReconciler,
			app.DefaultRecallerConfig,
			app.NewRecaller,
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

// MasterKeyLength is how many bytes a master key has.
const MasterKeyLength = seal.KeyLength

// newSealer gives no sealer where there is no master key.
func newSealer(c Config) (ports.Sealer, error) {
	if len(c.MasterKey) == 0 {
		return nil, nil //nolint:nilnil // a port that is not there
	}
	return seal.New(c.MasterKey, c.PreviousMasterKey)
}

// newSecretSealer is newSealer for what webhooks and their senders share.
func newSecretSealer(s ports.Sealer) ports.SecretSealer {
	both, _ := s.(ports.SecretSealer)
	return both
}

func newAlpaca(lc fx.Lifecycle, c Config, credentials *app.Vault, clock ports.Clock) *alpaca.Broker {
	broker := alpaca.New(credentials, clock, alpaca.Config{AllowAddresses: c.EgressAllow})
	lc.Append(fx.StopHook(broker.Close))
	return broker
}

func newBrokers(c Config, p *paper.Broker, a *alpaca.Broker, care ports.AccountCare, clock ports.Clock) ports.Brokers {
	return app.Brokers{
		domain.BrokerKindPaper:  p,
		domain.BrokerKindAlpaca: app.Telling{Watched: app.NewWatched(a, care, clock, c.Log), TradeUpdates: a},
	}
}

// unmatchedAlarm is rung for every order that no row accounts for.
type unmatchedAlarm func()

func newUnmatchedAlarm(registry *prometheus.Registry) (unmatchedAlarm, error) {
	found := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "hookfill_unmatched_orders_total",
		Help: "Orders found at brokers that carry this installation's mark and that no row accounted for.",
	})
	return found.Inc, registry.Register(found)
}

// newGuard counts the positions it finds without their protection.
func newGuard(
	registry *prometheus.Registry, ledger ports.Ledger, inbox ports.SignalInbox, clock ports.Clock, bell *app.Doorbell, log *slog.Logger,
) (*app.Guard, error) {
	lost := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "hookfill_protection_lost_total",
		Help: "Orders protecting a position that their broker ended by itself; the position is closed.",
	})
	return app.NewGuard(ledger, inbox, clock, bell, log, lost.Inc), registry.Register(lost)
}

// newStopWatchConfig counts the positions that cannot be watched or closed.
func newStopWatchConfig(registry *prometheus.Registry) (app.StopWatchConfig, error) {
	alarms := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "hookfill_synthetic_stop_alarms_total",
		Help: "Synthetic stops whose price stayed unknown, or whose exit did not close the position.",
	})
	c := app.DefaultStopWatchConfig()
	c.Alarm = alarms.Inc
	return c, registry.Register(alarms)
}

// newPatrolConfig counts the positions found without their protection.
func newPatrolConfig(registry *prometheus.Registry) (app.PatrolConfig, error) {
	alarms := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "hookfill_bare_positions_total",
		Help: "Positions found without the stop order that was wanted, each time they were seen to, and when nothing more was tried.",
	})
	c := app.DefaultPatrolConfig()
	c.Alarm = alarms.Inc
	return c, registry.Register(alarms)
}

func newExecutorConfig(c Config, alarm unmatchedAlarm) app.ExecutorConfig {
	config := app.DefaultExecutorConfig(c.Owner, c.Lease)
	config.Found = alarm
	return config
}

func newStreams(
	c Config, leases ports.StreamLeases, ledger ports.Ledger, brokers ports.Brokers, tracker *app.Tracker, clock ports.Clock,
) *app.Streams {
	return app.NewStreams(leases, ledger, brokers, tracker, clock, c.Log, app.DefaultStreamsConfig(c.Owner))
}

func newReconcilerConfig(alarm unmatchedAlarm) app.ReconcilerConfig {
	config := app.DefaultReconcilerConfig()
	config.Found = alarm
	return config
}

// runBackground starts what the role runs. Hooks stop in reverse: intake is the
// last to end, so that nothing it accepted is left behind.
func runBackground(
	lc fx.Lifecycle, c Config, intake *app.Intake, usher *app.Usher, executor *app.Executor, tracker *app.Tracker, reconciler *app.Reconciler, sweeper *app.Housekeeping,
	recaller *app.Recaller, flattener *app.Flattener, stops *app.StopWatch, patrol *app.Patrol, relay *app.Relay, streams *app.Streams, opener *app.Opener,
) {
	if c.Role.takesIn() {
		background(lc, relay.Tell)
		background(lc, intake.Run)
		background(lc, usher.Run)
	}
	if c.Role.executes() {
		background(lc, relay.Listen)
		background(lc, executor.Run)
		background(lc, tracker.Run)
		background(lc, streams.Run)
		background(lc, reconciler.Run)
		background(lc, recaller.Run)
		background(lc, sweeper.Run)
		background(lc, flattener.Run)
		background(lc, stops.Run)
		background(lc, patrol.Run)
		background(lc, opener.Run)
	}
}

func newAlertParser() ports.AlertParser { return alerts.New().WithExpressions(expressions.New()) }
