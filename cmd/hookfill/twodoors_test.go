package main_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

const (
	// denoVariable names a program that runs Deno: the edge function itself is the
	// second door then, as in `make edge`. Elsewhere that door is a caller of the same
	// function of the database.
	denoVariable = "HOOKFILL_TEST_DENO"
	secretKey    = "sb_secret_for_specs"
)

// dataAPI stands for the project's Data API: of PostgREST it does what one call of a
// function takes, as the service role, in one transaction.
type dataAPI struct{ pool *pgxpool.Pool }

func newDataAPI(ctx context.Context, database string) *dataAPI {
	GinkgoHelper()
	pool, err := pgxpool.New(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(pool.Close)
	return &dataAPI{pool}
}

func (d *dataAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	var call struct {
		Token  string `json:"token"`
		Body   string `json:"body_base64"`
		Source string `json:"source"`
	}
	if r.URL.Path != "/rest/v1/rpc/ingest_delivery" || r.Header.Get("apikey") != secretKey || json.NewDecoder(r.Body).Decode(&call) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	id, err := d.ingest(r.Context(), call.Token, call.Body, call.Source)
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"code": refused.Code, "message": refused.Message})
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(w).Encode(id)
}

func (d *dataAPI) ingest(ctx context.Context, token, body, source string) (id string, err error) {
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set local role service_role"); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "select public.ingest_delivery($1, $2, $3)", token, body, source).Scan(&id)
	})
	return id, err
}

// edge gives what takes an alert in by the second door, and whether it did.
func edge(ctx context.Context, d *dataAPI) func(ctx context.Context, token, body string) bool {
	GinkgoHelper()
	deno := os.Getenv(denoVariable)
	if deno == "" {
		return func(ctx context.Context, token, body string) bool {
			_, err := d.ingest(ctx, token, base64.StdEncoding.EncodeToString([]byte(body)), "192.0.2.7")
			return err == nil
		}
	}
	project := httptest.NewServer(d)
	DeferCleanup(project.Close)
	host, port, _ := strings.Cut(reservedAddress(ctx), ":")
	serves := exec.CommandContext(context.WithoutCancel(ctx), deno, "serve", "--quiet", "--host", host, "--port", port, "--allow-net=127.0.0.1", "--allow-env",
		"../../supabase/functions/hooks/index.ts")
	serves.Env = append(os.Environ(), "SUPABASE_URL="+project.URL, `SUPABASE_SECRET_KEYS={"default":"`+secretKey+`"}`)
	serves.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Deno from npm is a child of its own launcher
	session, err := gexec.Start(serves, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) {
		Expect(syscall.Kill(-serves.Process.Pid, syscall.SIGKILL)).To(Succeed())
		Eventually(session).WithContext(ctx).Should(gexec.Exit())
	})
	door := "http://" + host + ":" + port + "/hooks/"
	Eventually(func() (int, error) {
		a, err := alert(ctx, door+"hf_unheard-of", "BUY 1 AAPL")
		return a.status, err
	}).WithContext(ctx).WithTimeout(30 * time.Second).Should(Equal(http.StatusNotFound))
	return func(ctx context.Context, token, body string) bool {
		a, err := alert(ctx, door+token, body)
		return err == nil && a.status == http.StatusOK && a.hook().DeliveryID != ""
	}
}

var _ = Describe("Alerts that come by two doors", func() {
	It("make a signal each, in the order they came, while the server is down and while it starts", func(ctx SpecContext) {
		const hooks = 5
		each := 40
		if os.Getenv(denoVariable) != "" {
			each = 200
		}
		database := newDatabase(ctx, migrated)
		dataDir := newDataDir()
		serving := "HOOKFILL_DATABASE_URL=" + database
		s := serve(ctx, dataDir, serving)
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		tokens := make([]string, hooks)
		for n := range tokens {
			_, tokens[n], _ = strings.Cut(ada.webhook(ctx, account).URL, "/hooks/")
		}
		s.stop(ctx)
		second := edge(ctx, newDataAPI(ctx, database))
		// send posts alerts from one to another of each webhook, one after the other,
		// by the doors in turn where there are two. None is sent before the one before
		// it was taken in.
		send := func(from, to int, first func() string) {
			var senders sync.WaitGroup
			for n, token := range tokens {
				senders.Go(func() {
					defer GinkgoRecover()
					for number := from; number <= to; number++ {
						body := fmt.Sprintf(`{"ticker":"SYM%d","action":"buy","quantity":"%d","price":"1"}`, n, number)
						Eventually(func() bool {
							if base := first(); base != "" && number%2 == 0 {
								a, err := alert(ctx, base+"/hooks/"+token, body)
								return err == nil && a.status == http.StatusOK
							}
							return second(ctx, token, body)
						}).WithContext(ctx).WithTimeout(time.Minute).WithPolling(5 * time.Millisecond).Should(BeTrue())
					}
				})
			}
			senders.Wait()
		}

		send(1, each/2, func() string { return "" })
		s = launch(ctx, dataDir, []string{serving})
		var open sync.Mutex
		url := ""
		go func() {
			defer GinkgoRecover()
			s.waitUntilStarted(ctx)
			open.Lock()
			defer open.Unlock()
			url = s.url
		}()
		send(each/2+1, each, func() string {
			open.Lock()
			defer open.Unlock()
			return url
		})

		conn := directly(ctx, database)
		count := func(query string) func() (int, error) {
			return func() (n int, err error) { return n, conn.QueryRow(ctx, query).Scan(&n) }
		}
		Eventually(count("select count(*) from private.waiting_deliveries")).WithContext(ctx).WithTimeout(time.Minute).Should(BeZero())
		Expect(count("select count(*) from public.signals")()).To(Equal(hooks * each))
		Expect(count("select count(*) from public.refusals")()).To(BeZero())
		Expect(count(`
			select count(*) from public.tickets t join public.signals s on s.id = t.signal_id
			where t.lane_seq <> (s.intent->>'quantity')::numeric`)()).To(BeZero(), "every lane in the order its alerts came")
		Eventually(count("select count(*) from public.tickets where state <> 'done'")).WithContext(ctx).WithTimeout(2 * time.Minute).Should(BeZero())
		Expect(count("select count(*) from public.orders where status = 'filled'")()).To(Equal(hooks * each))
	}, NodeTimeout(5*time.Minute))
})
