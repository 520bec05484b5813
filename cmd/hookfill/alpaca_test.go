package main_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// alpacaAPI is as much of Alpaca as an order needs: it takes every order of the
// right key and keeps it.
type alpacaAPI struct {
	mu     sync.Mutex
	orders []map[string]any
	locked int
}

func (a *alpacaAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Header.Get("Apca-Api-Secret-Key") != "CANARY-right" {
		a.locked++
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"code":40110000,"message":"request is not authorized"}`))
		return
	}
	switch {
	case r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		order := decode[map[string]any](body)
		a.orders = append(a.orders, order)
		_, _ = fmt.Fprintf(w, `{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":%q,"symbol":"AAPL","asset_class":"us_equity","status":"new","filled_qty":"0","created_at":"2026-10-08T15:10:18Z"}`, order["client_order_id"])
	case strings.HasPrefix(r.URL.Path, "/v2/assets/"):
		_, _ = w.Write([]byte(`{"class":"us_equity","symbol":"AAPL","status":"active","tradable":true,"fractionable":true}`))
	case r.URL.Path == "/v2/account":
		_, _ = w.Write([]byte(`{"cash":"1234.5","equity":"1234.5","buying_power":"4938"}`))
	case r.URL.Path == "/v2/positions", r.URL.Path == "/v2/orders":
		_, _ = w.Write([]byte(`[]`))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":40410000,"message":"order not found"}`))
	}
}

func (a *alpacaAPI) placed() []map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]map[string]any{}, a.orders...)
}

func (a *alpacaAPI) turnedAway() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.locked
}

var _ = Describe("An account at Alpaca", func() {
	It("is opened by the command line, trades, and says what is wrong with its credentials", func(ctx SpecContext) {
		venue := &alpacaAPI{}
		api := httptest.NewServer(venue)
		DeferCleanup(api.Close)
		dir, database := newDataDir(), newDatabase(ctx, migrated)
		s := serve(ctx, dir, "HOOKFILL_DATABASE_URL="+database, "HOOKFILL_EGRESS_ALLOW=127.0.0.0/8")
		add := func(name, secret string) string {
			GinkgoHelper()
			r := hookfillWith(ctx, `{"key_id":"CANARY-id","secret_key":"`+secret+`"}`, dir, nil, "broker", "add", "--kind", "alpaca", "--name", name,
				"--environment", "paper", "--base-url", api.URL, "--credentials", "-", "--json")
			Expect(r.code).To(BeZero(), r.stderr)
			Expect(r.stdout + r.stderr).NotTo(ContainSubstring("CANARY"))
			return decode[map[string]any]([]byte(r.stdout))["id"].(string)
		}
		right, wrong := add("right", "CANARY-right"), add("wrong", "CANARY-wrong")

		Expect(done(ctx, dir, "broker", "check", right)).To(haveLine("cash", "1234.5"))
		for _, account := range []string{wrong, right} {
			made := decode[map[string]any]([]byte(done(ctx, dir, "webhook", "create", "--name", "momentum", "--account", account, "--json")))
			Expect(hookfillWith(ctx, `{"ticker":"AAPL","action":"buy","quantity":"2","price":"100"}`, dir, nil,
				"send", s.at(made["url"].(string)), "--file", "-").code).To(BeZero())
		}
		Eventually(venue.placed).WithContext(ctx).Should(HaveExactElements(And(
			HaveKeyWithValue("symbol", "AAPL"), HaveKeyWithValue("qty", "2"), HaveKeyWithValue("side", "buy"), HaveKeyWithValue("client_order_id", HavePrefix("hf")))))
		Eventually(func() string { return done(ctx, dir, "broker", "list") }).WithContext(ctx).
			Should(And(haveLine(wrong, "wrong", "alpaca", "credentials_refused"), haveLine(right, "right", "alpaca")))
		Expect(hookfill(ctx, dir, "broker", "check", wrong)).To(failWith(1, ContainSubstring("does not accept the account's credentials")))
		Consistently(venue.turnedAway).WithContext(ctx).Should(Equal(1), "the wrong key was tried once, by the order: nothing hammers the venue")

		rekeyed := hookfillWith(ctx, `{"key_id":"CANARY-id","secret_key":"CANARY-right"}`, dir, nil, "broker", "rekey", wrong, "--credentials", "-")
		Expect(rekeyed.code).To(BeZero(), rekeyed.stderr)
		Expect(rekeyed.stdout + rekeyed.stderr).NotTo(Or(ContainSubstring("CANARY"), ContainSubstring("credentials_refused")))
		Expect(done(ctx, dir, "broker", "check", wrong)).To(haveLine("cash", "1234.5"))
	})

	It("keeps its credentials through a change of the master key, and says which ones no key opens", func(ctx SpecContext) {
		api := httptest.NewServer(&alpacaAPI{})
		DeferCleanup(api.Close)
		dir, database := newDataDir(), newDatabase(ctx, migrated)
		at := func(keys ...string) []string {
			return append([]string{"HOOKFILL_DATABASE_URL=" + database, "HOOKFILL_EGRESS_ALLOW=127.0.0.0/8"}, keys...)
		}
		key := func(fill byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32)) }
		old, present, other := key(1), key(2), key(3)
		rewrap := func(keys ...string) ran { return hookfillIn(ctx, dir, at(keys...), "keys", "rewrap") }

		s := serve(ctx, dir, at("HOOKFILL_MASTER_KEY="+old)...)
		r := hookfillWith(ctx, `{"key_id":"CANARY-id","secret_key":"CANARY-right"}`, dir, nil, "broker", "add", "--kind", "alpaca", "--name", "mine",
			"--environment", "paper", "--base-url", api.URL, "--credentials", "-", "--json")
		Expect(r.code).To(BeZero(), r.stderr)
		account := decode[idRecord]([]byte(r.stdout)).ID
		file := filepath.Join(dir, "signed.json")
		Expect(os.WriteFile(file, []byte(`{"name":"signed","senders":{"signing":true},"routes":[{"broker_account_id":"`+account+`"}]}`), 0o600)).To(Succeed())
		r = hookfillIn(ctx, dir, nil, "webhook", "create", "--file", file, "--json")
		Expect(r.code).To(BeZero(), r.stderr)
		signed := decode[struct {
			URL           string `json:"url"`
			SigningSecret string `json:"signing_secret"`
		}]([]byte(r.stdout))
		s.stop(ctx)

		Expect(rewrap()).To(failWith(2, ContainSubstring("HOOKFILL_MASTER_KEY is needed")))
		lost := rewrap("HOOKFILL_MASTER_KEY="+present, "HOOKFILL_MASTER_KEY_PREVIOUS="+other)
		Expect(lost).To(failWith(1, And(ContainSubstring(account), ContainSubstring("HOOKFILL_MASTER_KEY_PREVIOUS"), Not(ContainSubstring(other)))))
		changed := []string{"HOOKFILL_MASTER_KEY=" + present, "HOOKFILL_MASTER_KEY_PREVIOUS=" + old}
		Expect(rewrap(changed...).stdout).To(Equal("rewrapped 2; 0 had the present key already\n"))
		Expect(rewrap(changed...).stdout).To(Equal("rewrapped 0; 2 had the present key already\n"))

		s = serve(ctx, dir, at("HOOKFILL_MASTER_KEY="+present)...)
		Expect(done(ctx, dir, "broker", "check", account)).To(haveLine("cash", "1234.5"))
		send := func(more ...string) ran {
			return hookfillWith(ctx, "BUY 1 AAPL", dir, nil, append([]string{"send", s.at(signed.URL), "--file", "-"}, more...)...)
		}
		Expect(send()).To(failWith(1, ContainSubstring("signing secret")))
		Expect(send("--sign", "whsec_b3RoZXI=")).To(failWith(1, ContainSubstring("signing secret")))
		Expect(send("--sign", signed.SigningSecret).stdout).To(HavePrefix("accepted "))
	})

	It("needs its credentials, from anywhere but the command line", func(ctx SpecContext) {
		add := func(env []string, args ...string) ran {
			return hookfillIn(ctx, standing.dataDir, env, append([]string{"broker", "add", "--kind", "alpaca", "--environment", "paper"}, args...)...)
		}
		Expect(add(nil)).To(failWith(2, ContainSubstring("APCA_API_KEY_ID")))
		Expect(add(nil, "--cash", "1")).To(failWith(2, ContainSubstring("--cash")))
		Expect(add([]string{"APCA_API_OAUTH=CANARY token"})).To(failWith(1, And(ContainSubstring("credentials.oauth_token"), Not(ContainSubstring("CANARY")))))
		Expect(add([]string{"APCA_API_KEY_ID=CANARY-id", "APCA_API_SECRET_KEY=CANARY-secret"}).code).To(BeZero())
	})
})
