package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/fx"

	"github.com/hookfill/hookfill/app/appfx"
)

func newServe(env environment) *cobra.Command {
	s, settingsErr := readSettings(env.variables())
	role, demo := string(appfx.RoleAll), false
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Take alerts in and execute them, until SIGTERM",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if settingsErr != nil {
				return settingsErr
			}
			if err := s.check(); err != nil {
				return err
			}
			r, err := appfx.ParseRole(role)
			if err != nil {
				return usagef("--role must be all, intake or executor")
			}
			if demo && r == appfx.RoleExecutor {
				return usagef("--demo needs the API; use it with --role all or intake")
			}
			if demo && s.supabase().On() {
				return usagef("--demo is for local mode; with Supabase, sign in and open an account and a webhook of your own")
			}
			return serve(cmd.Context(), env, s, r, demo)
		},
	}
	s.flags(cmd.Flags())
	cmd.Flags().StringVar(&role, "role", role, "all, intake or executor")
	cmd.Flags().BoolVar(&demo, "demo", false, "open a paper account and a webhook at the first start and print how to try them")
	return cmd
}

// serve runs until ctx ends, then drains, hands its lanes over and stops the
// private cluster.
func serve(ctx context.Context, env environment, s settings, role appfx.Role, demo bool) (err error) {
	log, err := newLogger(s, env.stderr)
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(ballast())
	if err := dataDir(s.DataDir).make(); err != nil {
		return err
	}
	db, err := prepareDatabase(ctx, s, log)
	if err != nil {
		return err
	}
	defer func() {
		if stopped := db.Stop(context.WithoutCancel(ctx)); err == nil {
			err = stopped
		}
	}()
	key, err := dataDir(s.DataDir).signingKeyFor(s)
	if err != nil {
		return err
	}
	master, previous, err := dataDir(s.DataDir).masterKeys(s)
	if err != nil {
		return err
	}
	egress, err := s.egress()
	if err != nil {
		return err
	}
	proxies, err := s.proxies()
	if err != nil {
		return err
	}
	return runServer(ctx, env, s, appfx.Config{
		Role: role, DatabaseURL: db.URL, APIDatabaseURL: s.APIDatabaseURL, WorkerDatabaseURL: s.WorkerDatabaseURL,
		MaxConns: s.DatabaseMaxConns, Listen: s.Listen, AdminListen: s.AdminListen, PublicURL: s.PublicURL,
		Lease: s.Lease, Supabase: s.supabase(), SigningKey: key, MasterKey: master, PreviousMasterKey: previous,
		TLSCert: s.TLSCert, TLSKey: s.TLSKey, TrustedProxies: proxies, EgressAllow: egress, Owner: owner(), Log: log,
	}, demo)
}

// ballast keeps the collector from running at every few megabytes: what is alive in
// a server is little, and garbage may grow to as much as is alive. It is never
// written to, so it takes addresses and no memory; and unlike a larger GOGC it does
// not multiply a heap that is large.
func ballast() []byte { return make([]byte, 32<<20) }

// prepareDatabase starts and migrates a private cluster. A database somebody
// named is theirs to migrate; the server refuses one that is not.
func prepareDatabase(ctx context.Context, s settings, log *slog.Logger) (*appfx.Database, error) {
	db, err := appfx.StartDatabase(ctx, s.DatabaseURL, s.DataDir)
	if err != nil {
		return nil, err
	}
	if !db.IsPrivate() {
		return db, nil
	}
	applied, err := db.Migrate(ctx, true)
	if err != nil {
		return nil, errors.Join(err, db.Stop(context.WithoutCancel(ctx)))
	}
	for _, name := range applied {
		log.InfoContext(ctx, "applied migration "+name)
	}
	return db, nil
}

func runServer(ctx context.Context, env environment, s settings, c appfx.Config, demo bool) error {
	var (
		at       *appfx.Addresses
		newcomer *appfx.Demo
	)
	server := fx.New(appfx.Live().Options(c), fx.Populate(&at, &newcomer))
	if err := server.Err(); err != nil {
		return rootCause(err)
	}
	starting, cancel := context.WithTimeout(ctx, server.StartTimeout())
	defer cancel()
	if err := server.Start(starting); err != nil {
		return rootCause(err)
	}
	err := greet(ctx, env, s, c, at)
	if err == nil && demo {
		err = showDemo(ctx, env, dataDir(s.DataDir), at.PublicURL, newcomer)
	}
	var failed fx.ShutdownSignal
	if err == nil {
		select {
		case <-ctx.Done():
		case failed = <-server.Wait():
		}
	}
	stopping, cancelStop := context.WithTimeout(context.WithoutCancel(ctx), server.StopTimeout())
	defer cancelStop()
	if stopped := server.Stop(stopping); err == nil {
		err = stopped
	}
	if err == nil && failed.ExitCode != 0 {
		err = errors.New("the server stopped by itself; its log says why")
	}
	return err
}

// greet tells where the server is: client commands by a note in the data
// directory, a person on stdout, the log.
func greet(ctx context.Context, env environment, s settings, c appfx.Config, at *appfx.Addresses) error {
	c.Log.InfoContext(ctx, "started", "version", version, "role", c.Role,
		"listen", at.Public, "admin_listen", at.Admin, "public_url", at.PublicURL)
	if at.Public == "" {
		_, err := fmt.Fprintf(env.stdout, "hookfill %s executes (role %s)\n", version, c.Role)
		return err
	}
	if err := dataDir(s.DataDir).noteServer(serverNote{URL: at.URL}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(env.stdout, "hookfill %s serves %s (role %s)\n", version, at.PublicURL, c.Role)
	return err
}

// owner names this process in the lanes it holds.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + ":" + strconv.Itoa(os.Getpid()) + ":" + strconv.FormatInt(time.Now().UnixNano(), 36)
}

// rootCause takes off what fx says about its own graph, which helps nobody who
// starts a server.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
