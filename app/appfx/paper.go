package appfx

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/hookfill/hookfill/adapters/filejournal"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/papersrv"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// PaperConfig is what `hookfill paper` is told.
type PaperConfig struct {
	Listen string
	// DataDir keeps the accounts over restarts; without, they end with ctx.
	DataDir string
	// Cash is what an account starts with.
	Cash domain.Money
	// Keys are the key pairs let in, by key id; none lets in any.
	Keys map[string]string
	// AlwaysOpen leaves out the exchange's sessions.
	AlwaysOpen bool
	// PartialFills is the seed of fills in part, nil for none.
	PartialFills *uint64
	// PricesFromOrders takes limit prices as the market of what nobody quoted.
	PricesFromOrders bool
	Log              *slog.Logger
}

// ServePaper serves the paper broker alone until ctx ends, and tells where it
// does once it listens.
func ServePaper(ctx context.Context, c PaperConfig, listening func(address string)) (err error) {
	journal, closeJournal, err := openPaperJournal(c.DataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeJournal()) }()
	config := papersrv.Config{Cash: c.Cash, Sessions: !c.AlwaysOpen, PartialFills: c.PartialFills, PricesFromOrders: c.PricesFromOrders}
	for id, secret := range c.Keys {
		config.Keys = append(config.Keys, papersrv.KeyPair{ID: id, Secret: secret})
	}
	broker, err := papersrv.New(papersrv.Deps{
		Journal: journal, Clock: system.NewClock(), IDs: system.NewIDs(), Log: c.Log,
	}, config)
	if err != nil {
		return err
	}
	socket, err := listen(c.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: broker.Handler(), ReadHeaderTimeout: paperReadTimeout, IdleTimeout: paperIdleTimeout,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn),
	}
	var passing sync.WaitGroup
	defer passing.Wait()
	passing.Go(func() { broker.Run(ctx) })
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		broker.Stop()
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), paperStopTimeout)
		defer cancel()
		stopped <- server.Shutdown(ending)
	}()
	listening(socket.Addr().String())
	if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// openPaperJournal gives the journal, and what lets go of it.
func openPaperJournal(dir string) (ports.PaperJournal, func() error, error) {
	if dir == "" {
		return memory.NewJournal(), func() error { return nil }, nil
	}
	journal, err := filejournal.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	return journal, journal.Close, nil
}

// The limits of the paper broker's server. Streams stay open, so that writing has
// none.
const (
	paperReadTimeout = 5 * time.Second
	paperIdleTimeout = 60 * time.Second
	paperStopTimeout = 5 * time.Second
)
