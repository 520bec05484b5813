package main_test

import (
	"context"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// verdict is what `hookfill verify --json` says, as far as specs look at it.
type verdict struct {
	Invariants []struct {
		ID     string `json:"id"`
		Judged bool   `json:"judged"`
		Broken int    `json:"broken"`
		Rows   []struct {
			Subject string `json:"subject"`
			Problem string `json:"problem"`
		} `json:"rows"`
	} `json:"invariants"`
	WithoutRecord []string `json:"without_record"`
	Totals        struct {
		Signals      int `json:"signals"`
		Orders       int `json:"orders"`
		BrokerOrders int `json:"broker_orders"`
	} `json:"totals"`
}

var _ = Describe("hookfill verify", func() {
	It("finds nothing after every kind of trade, and names what was tampered with", func(ctx SpecContext) {
		database := newDatabase(ctx, migrated)
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+database)
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		one, other := s.at(ada.webhook(ctx, account).URL), s.at(ada.webhook(ctx, account).URL)
		for _, a := range []struct{ hook, body string }{
			{one, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`},
			{other, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"33.333333333"}`},
			{one, `{"ticker":"AAPL","action":"sell","sentiment":"short","quantity":"20","price":"101.7"}`},
			{other, `{"ticker":"AAPL","action":"exit","price":"102"}`},
			{other, `{"ticker":"MSFT","action":"exit"}`},
			{one, `{"ticker":"MSFT","action":"buy","quantity":"2","orderType":"limit","limitPrice":"50"}`},
			{one, `{"ticker":"MSFT","action":"cancel"}`},
			{one, `{"ticker":"TSLA","action":"buy","quantity":"1","orderType":"limit","limitPrice":"50"}`},
		} {
			accept(ctx, a.hook, a.body)
		}
		again, err := alert(ctx, one, `{"ticker":"TSLA","action":"buy","quantity":"1","orderType":"limit","limitPrice":"50"}`)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.hook().Result).To(Equal("duplicate"))
		refused, err := alert(ctx, one, `{"ticker":"TSLA","action":"buy","quantity":"-1"}`)
		Expect(err).NotTo(HaveOccurred())
		Expect(refused.hook().Result).To(Equal("refused"))
		ada.settled(ctx, account)

		said := s.verified(ctx, "--drained", "--canary", "not to be found")
		Expect(said.Totals.Signals).To(Equal(8))
		Expect(said.Totals.BrokerOrders).To(Equal(said.Totals.Orders))
		Expect(said.Invariants).To(HaveEach(HaveField("Judged", true)))

		whole := hookfillIn(ctx, s.dataDir, nil, "verify", "--database-url", database)
		Expect(whole.code).To(BeZero(), whole.stderr)
		Expect(whole.stdout).To(And(haveLine("ok", "I3"), haveLine("-", "not asked", "I7"), haveLine("8 signals")))

		tamper(ctx, database, `update public.orders set filled_quantity = filled_quantity + 1 where status = 'filled' and step = 2`)
		found := hookfillIn(ctx, s.dataDir, nil, "verify", "--database-url", database)
		Expect(found).To(failWith(1, ContainSubstring("1 of 12 invariants are broken")))
		Expect(found.stdout).To(And(haveLine("BROKEN", "I10"), haveLine("says it filled 11, and its fills are 10"), haveLine("ok", "I2 ")))
	})

	It("judges an account at Alpaca by Alpaca's own record, and by none without the key to it", func(ctx SpecContext) {
		api := startPaper(ctx, "--always-open", "--prices-from-orders")
		dir, database := newDataDir(), newDatabase(ctx, migrated)
		env := []string{"HOOKFILL_DATABASE_URL=" + database, "HOOKFILL_EGRESS_ALLOW=127.0.0.0/8"}
		s := serve(ctx, dir, env...)
		added := hookfillWith(ctx, `{"key_id":"key","secret_key":"secret"}`, dir, nil, "broker", "add", "--kind", "alpaca", "--name", "practice",
			"--environment", "paper", "--base-url", api.url, "--credentials", "-", "--json")
		Expect(added.code).To(BeZero(), added.stderr)
		account := decode[map[string]any]([]byte(added.stdout))["id"].(string)
		made := decode[map[string]any]([]byte(done(ctx, dir, "webhook", "create", "--name", "momentum", "--account", account, "--json")))
		for _, body := range []string{
			`{"ticker":"AAPL","action":"buy","quantity":"2","orderType":"limit","limitPrice":"100"}`,
			`{"ticker":"AAPL","action":"exit"}`,
		} {
			Expect(hookfillWith(ctx, body, dir, nil, "send", s.at(made["url"].(string)), "--file", "-").code).To(BeZero())
		}
		ada := s.owner(ctx)
		Eventually(func() []orderRecord { return list[orderRecord](ctx, ada, "/v1/orders") }).WithContext(ctx).
			Should(ConsistOf(HaveField("Status", "filled"), HaveField("Status", "filled")))

		verify := func(env ...string) ran { return hookfillIn(ctx, dir, env, "verify", "--json") }
		judged := verify(env...)
		Expect(judged.code).To(BeZero(), "%s%s", judged.stdout, judged.stderr)
		Expect(decode[verdict]([]byte(judged.stdout))).To(And(
			HaveField("WithoutRecord", BeEmpty()), HaveField("Totals.BrokerOrders", 2), HaveField("Totals.Orders", 2)))

		tamper(ctx, database, `update public.orders set symbol = 'MSFT' where side = 'sell'`)
		Expect(verify(env...).stdout).To(ContainSubstring("is to sell MSFT, and the broker was told to sell AAPL"))
		elsewhere := hookfillIn(ctx, newDataDir(), env, "verify", "--json")
		Expect(decode[verdict]([]byte(elsewhere.stdout)).WithoutRecord).To(ConsistOf(account), "there is no master key")
		Expect(verify(env[0])).To(failWith(1, ContainSubstring("the record of Alpaca account "+account)), "its address is not allowed")
	})

	It("fails where there is nothing to judge", func(ctx SpecContext) {
		r := hookfillIn(ctx, newDataDir(), nil, "verify", "--database-url", newDatabase(ctx, ""))
		Expect(r).To(failWith(1, ContainSubstring("broker_accounts")))
	})
})

// verified judges the server's database and expects every invariant to hold.
func (s *server) verified(ctx context.Context, args ...string) verdict {
	GinkgoHelper()
	var env []string
	if s.database != "" {
		env = []string{"HOOKFILL_DATABASE_URL=" + s.database}
	}
	r := hookfillIn(ctx, s.dataDir, env, append([]string{"verify", "--json"}, args...)...)
	Expect(r.code).To(BeZero(), "%s%s", r.stdout, r.stderr)
	return decode[verdict]([]byte(r.stdout))
}

// tamper changes rows behind the product's back.
func tamper(ctx context.Context, database, sql string) {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	tag, err := conn.Exec(ctx, sql)
	Expect(err).NotTo(HaveOccurred())
	Expect(tag.RowsAffected()).To(BeNumerically(">", 0))
}
