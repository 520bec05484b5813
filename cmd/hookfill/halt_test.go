package main_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The kill switch", func() {
	It("stops two busy executors within a second, outlives them, and lets go", func(ctx SpecContext) {
		url := newDatabase(ctx, migrated)
		intake, one := roles(ctx, url, shortLease)
		other := launch(ctx, newDataDir(), []string{"HOOKFILL_DATABASE_URL=" + url, shortLease}, "--role", "executor")
		other.waitUntilStarted(ctx)
		Eventually(other.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
		ada := intake.newUser(ctx)
		var accounts, hooks []string
		for range 4 {
			account := ada.account(ctx)
			accounts = append(accounts, account)
			hooks = append(hooks, intake.at(ada.webhook(ctx, account).URL))
		}

		over, stop := context.WithCancel(ctx)
		var posting sync.WaitGroup
		for n, hook := range slices.Concat(hooks, hooks) {
			posting.Go(func() {
				for i := 0; over.Err() == nil; i++ {
					_, _ = alert(over, hook, fmt.Sprintf(`{"id":"%d.%d","ticker":"SYM%d","action":"buy","quantity":"1","price":"10"}`, n, i, i%trafficSymbols))
				}
			})
		}
		defer posting.Wait()
		defer stop()
		for _, executor := range []*server{one, other} {
			Eventually(func() int { return strings.Count(executor.log(), "order filled") }).
				WithContext(ctx).WithTimeout(settleTimeout).Should(BeNumerically(">=", 50))
		}

		asked := time.Now()
		set := ada.call(ctx, http.MethodPut, "/v1/halts", map[string]string{"scope": "user", "mode": "halt"})
		answered := time.Now()
		Expect(set.status).To(Equal(http.StatusOK), "%s", set.body)
		// The alerts go on: what was on its way arrives before those that are refused
		// last.
		db := directly(ctx, url)
		const refusedSQL = `
			select count(*) from public.tickets
			where state = 'refused' and reasons->0->>'code' = 'halted' and decisions @> '[{"rule": "halted", "verdict": "refuse"}]'`
		Eventually(func(ctx context.Context) (n int, err error) {
			err = db.QueryRow(ctx, refusedSQL).Scan(&n)
			return n, err
		}).WithContext(ctx).WithTimeout(settleTimeout).Should(BeNumerically(">=", 20))
		stop()
		posting.Wait()
		ada.settled(ctx, accounts[0])

		var last time.Time
		var sent, late, refused int
		Expect(db.QueryRow(ctx, `
			select max((entry->>'at')::timestamptz), count(*), count(*) filter (where (entry->>'at')::timestamptz > $1)
			from private.paper_entries where entry->>'kind' = 'submitted'`, answered).Scan(&last, &sent, &late)).To(Succeed())
		Expect(db.QueryRow(ctx, refusedSQL).Scan(&refused)).To(Succeed())
		Expect(last.Sub(answered)).To(BeNumerically("<", time.Second), "from the answer to the last order at the broker")
		Expect(last.Sub(asked)).To(BeNumerically("<", time.Second+busyMachine), "from the question to the last order at the broker")
		AddReportEntry(fmt.Sprintf("halt with two executors busy: answered after %v, last order at the broker %v after it was asked for; %d sent, %d of them after the answer, %d refused",
			answered.Sub(asked).Round(time.Millisecond), last.Sub(asked).Round(time.Millisecond), sent, late, refused), ReportEntryVisibilityAlways)

		one.kill(ctx)
		other.kill(ctx)
		third := launch(ctx, newDataDir(), []string{"HOOKFILL_DATABASE_URL=" + url, shortLease}, "--role", "executor")
		third.waitUntilStarted(ctx)
		held := accept(ctx, hooks[0], `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`)
		ada.settled(ctx, accounts[0])
		Expect(decode[signalRecord](ada.call(ctx, http.MethodGet, "/v1/signals/"+held, nil).body).State).To(Equal("refused"))

		Expect(ada.call(ctx, http.MethodDelete, "/v1/halts?scope=user", nil).status).To(Equal(http.StatusNoContent))
		free := accept(ctx, hooks[0], `{"ticker":"AAPL","action":"buy","quantity":"2","price":"10"}`)
		ada.settled(ctx, accounts[0])
		Expect(decode[signalRecord](ada.call(ctx, http.MethodGet, "/v1/signals/"+free, nil).body).State).To(Equal("done"))
		intake.verified(ctx, "--drained")
	})

	It("takes an operator for everybody, and stops everybody then", func(ctx SpecContext) {
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated))
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		hook := s.at(ada.webhook(ctx, account).URL)
		env := func(token string) []string { return []string{"HOOKFILL_URL=" + s.url, "HOOKFILL_TOKEN=" + token} }

		refused := hookfillIn(ctx, s.dataDir, env(ada.token), "halt", "--mode", "halt", "--scope", "all")
		Expect(refused.code).To(Equal(1))
		Expect(refused.stderr).To(beOneLine(ContainSubstring("operator")))
		operator := env(operatorToken(ctx, s))
		Expect(hookfillIn(ctx, s.dataDir, operator, "halt", "--mode", "halt", "--scope", "all").code).To(BeZero())
		id := accept(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`)
		ada.settled(ctx, account)
		Expect(string(ada.call(ctx, http.MethodGet, "/v1/signals/"+id, nil).body)).To(ContainSubstring(`"code":"halted"`))
		Expect(hookfillIn(ctx, s.dataDir, env(ada.token), "resume", "--scope", "all").code).To(Equal(1))
		Expect(hookfillIn(ctx, s.dataDir, operator, "resume", "--scope", "all").code).To(BeZero())
	})

	It("flattens, lets exits go on, and is seen and lifted from the command line", func(ctx SpecContext) {
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated))
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		hook := s.at(ada.webhook(ctx, account).URL)
		env := []string{"HOOKFILL_URL=" + s.url, "HOOKFILL_TOKEN=" + ada.token}
		for _, symbol := range []string{"AAPL", "MSFT"} {
			accept(ctx, hook, `{"ticker":"`+symbol+`","action":"buy","quantity":"10","price":"100"}`)
			accept(ctx, hook, `{"ticker":"`+symbol+`","action":"buy","quantity":"5","orderType":"limit","limitPrice":"90"}`)
		}
		ada.settled(ctx, account)

		flat := hookfillIn(ctx, s.dataDir, env, "halt", "--mode", "flatten", "--scope", "account:"+account, "--reason", "enough")
		Expect(flat.code).To(BeZero(), flat.stderr)
		Eventually(func(ctx context.Context) map[string]string {
			held := map[string]string{}
			for _, p := range ada.settled(ctx, account).broker {
				held[p.Symbol] = p.Quantity.String()
			}
			return held
		}).WithContext(ctx).Should(BeEmpty(), "the broker's own books")
		b := ada.settled(ctx, account)
		for _, o := range b.orders {
			Expect(o.Status).To(BeElementOf("filled", "canceled"), "order %s", o.ID)
		}
		accept(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`)
		Expect(ada.settled(ctx, account).broker).To(BeEmpty())

		list := hookfillIn(ctx, s.dataDir, env, "halt", "--list")
		Expect(list.stdout).To(And(haveLine("SCOPE", "MODE", "ACCOUNT"), haveLine("account", "flatten", account), ContainSubstring("enough")))
		Expect(hookfillIn(ctx, s.dataDir, env, "resume", "--scope", "account:"+account).code).To(BeZero())
		Expect(hookfillIn(ctx, s.dataDir, env, "halt", "--mode", "slowly").code).To(Equal(2))
		Expect(hookfillIn(ctx, s.dataDir, env, "halt", "--mode", "halt", "--scope", "desk").code).To(Equal(2))
		s.verified(ctx, "--drained")
	})
})

func operatorToken(ctx context.Context, s *server) string {
	GinkgoHelper()
	return strings.TrimSpace(done(ctx, s.dataDir, "token", "--operator"))
}
