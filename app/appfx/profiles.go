package appfx

import (
	"context"
	"errors"
	"time"

	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/ports"
)

// Profile is a way to wire hookfill.
type Profile struct {
	Name    string
	options fx.Option
}

// Options gives what fx.New needs to build the profile under a config.
func (p Profile) Options(c Config) fx.Option {
	return fx.Options(
		fx.Supply(c),
		p.options,
		useCases(),
		web(),
		failpoints(),
		fx.StopTimeout(stopTimeout),
		fx.WithLogger(func(c Config) fxevent.Logger {
			l := &fxevent.SlogLogger{Logger: c.Log}
			l.UseLogLevel(levelOfWiring)
			l.UseErrorLevel(levelOfWiring)
			return l
		}),
	)
}

// stopTimeout is long enough for requests and sends under way to end.
const stopTimeout = 20 * time.Second

// levelOfWiring keeps fx's own events below debug, errors too: start and stop
// return theirs.
const levelOfWiring = -8

// Live keeps everything in PostgreSQL.
func Live() Profile { return Profile{Name: "live", options: fx.Options(machine(), postgresStorage())} }

// Memory keeps everything in this process and forgets it at its end.
func Memory() Profile {
	return Profile{Name: "memory", options: fx.Options(machine(), memoryStorage())}
}

// Profiles lists every profile.
func Profiles() []Profile { return []Profile{Live(), Memory()} }

func machine() fx.Option {
	return fx.Module("system", fx.Provide(
		fx.Annotate(system.NewClock, fx.As(new(ports.Clock))),
		fx.Annotate(system.NewIDs, fx.As(new(ports.IDs))),
	))
}

func postgresStorage() fx.Option {
	return fx.Module("postgres", fx.Provide(
		openDatabase,
		fx.Annotate(postgres.NewUnitOfWork, fx.As(new(ports.UnitOfWork))),
		fx.Annotate(postgres.NewDirectory, fx.As(new(ports.WebhookDirectory))),
		fx.Annotate(postgres.NewInbox, fx.As(new(ports.SignalInbox))),
		fx.Annotate(postgres.NewWaitingDeliveries, fx.As(new(ports.WaitingDeliveries))),
		fx.Annotate(postgres.NewLanes, fx.As(new(ports.Lanes))),
		fx.Annotate(postgres.NewLedger, fx.As(new(ports.Ledger))),
		fx.Annotate(postgres.NewJournal, fx.As(new(ports.PaperJournal))),
		fx.Annotate(postgres.NewWakeups, fx.As(new(ports.Wakeups))),
		fx.Annotate(postgres.NewUsers, fx.As(new(ports.Users))),
		fx.Annotate(postgres.NewHousekeeper, fx.As(new(ports.Housekeeper))),
		fx.Annotate(postgres.NewHaltBoard, fx.As(new(ports.HaltBoard))),
		fx.Annotate(postgres.NewAccountCare, fx.As(new(ports.AccountCare))),
		fx.Annotate(postgres.NewSenderSecrets, fx.As(new(ports.SenderSecretReader))),
		fx.Annotate(postgres.NewStreamLeases, fx.As(new(ports.StreamLeases))),
		func(db *postgres.DB) Ready { return db.Ping },
	))
}

// openTimeout bounds how long a start waits for its database.
const openTimeout = 15 * time.Second

func openDatabase(lc fx.Lifecycle, c Config) (*postgres.DB, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	db, err := postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, APIURL: c.APIDatabaseURL, WorkerURL: c.WorkerDatabaseURL, MaxConns: c.MaxConns,
	})
	if err != nil {
		return nil, err
	}
	if err := db.CheckSchema(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	lc.Append(fx.Hook{OnStop: func(context.Context) error { return db.Close() }})
	return db, nil
}

func memoryStorage() fx.Option {
	return fx.Module("memory", fx.Provide(
		fx.Annotate(memory.NewStore,
			fx.As(new(ports.UnitOfWork)), fx.As(new(ports.WebhookDirectory)), fx.As(new(ports.SignalInbox)),
			fx.As(new(ports.WaitingDeliveries)), fx.As(new(ports.Lanes)), fx.As(new(ports.Ledger)), fx.As(new(ports.Users)), fx.As(new(ports.Housekeeper)), fx.As(new(ports.HaltBoard)),
			fx.As(new(ports.AccountCare)), fx.As(new(ports.StreamLeases)),
			fx.As(new(ports.SenderSecretReader))),
		fx.Annotate(memory.NewJournal, fx.As(new(ports.PaperJournal))),
		fx.Annotate(memory.NewWakeups, fx.As(new(ports.Wakeups))),
		func() Ready { return func(context.Context) error { return nil } },
	))
}
