package main_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Commands", func() {
	const ten = `{"ticker":"NASDAQ:AAPL","action":"buy","quantity":"10","price":"100"}`
	var dir string

	BeforeEach(func() { dir = standing.dataDir })

	// one and all run a command twice: for a person, and for a program.
	one := func(ctx context.Context, args ...string) (table string, record map[string]any) {
		GinkgoHelper()
		return done(ctx, dir, args...), decode[map[string]any]([]byte(done(ctx, dir, append(args, "--json")...)))
	}
	all := func(ctx context.Context, args ...string) (table string, records []map[string]any) {
		GinkgoHelper()
		return done(ctx, dir, args...), decode[[]map[string]any]([]byte(done(ctx, dir, append(args, "--json")...)))
	}
	// run runs a command that changes something, once.
	run := func(ctx context.Context, args ...string) map[string]any {
		GinkgoHelper()
		return decode[map[string]any]([]byte(done(ctx, dir, append(args, "--json")...)))
	}
	addAccount := func(ctx context.Context) string {
		GinkgoHelper()
		return run(ctx, "broker", "add", "--name", "desk")["id"].(string)
	}
	create := func(ctx context.Context, account string) (id, url string) {
		GinkgoHelper()
		webhook := run(ctx, "webhook", "create", "--name", "momentum", "--account", account)
		return webhook["id"].(string), standing.at(webhook["url"].(string))
	}
	write := func(text string) string {
		GinkgoHelper()
		path := filepath.Join(GinkgoT().TempDir(), "file.json")
		Expect(os.WriteFile(path, []byte(text), 0o600)).To(Succeed())
		return path
	}

	It("broker add, list, check and remove keep accounts", func(ctx SpecContext) {
		Expect(done(ctx, dir, "broker", "add", "--name", "by hand", "--cash", "500")).To(haveLine("name", "by hand"))
		id := addAccount(ctx)

		table, records := all(ctx, "broker", "list")
		Expect(table).To(And(haveLine("ID", "NAME", "KIND", "TROUBLE", "CREATED"), haveLine(id, "desk", "paper"), haveLine("by", "hand", "paper")))
		Expect(records).To(ContainElement(And(HaveKeyWithValue("id", id), HaveKeyWithValue("kind", "paper"))))

		table, summary := one(ctx, "broker", "check", id)
		Expect(table).To(And(haveLine("cash", "100000"), haveLine("equity", "100000"), haveLine("buying_power")))
		Expect(summary).To(And(HaveKeyWithValue("cash", "100000"), HaveKeyWithValue("positions", BeEmpty())))

		Expect(done(ctx, dir, "broker", "remove", id)).To(Equal("removed " + id + "\n"))
		Expect(hookfill(ctx, dir, "broker", "check", id)).To(failWith(1, ContainSubstring("not found")))
		Expect(run(ctx, "broker", "remove", addAccount(ctx))).To(HaveKey("result"))
	})

	It("webhook create, show, list and update keep configs", func(ctx SpecContext) {
		account := addAccount(ctx)
		Expect(done(ctx, dir, "webhook", "create", "--name", "momentum", "--account", account)).To(And(
			haveLine("name", "momentum"), haveLine("url", standing.url+"/hooks/hf_"), haveLine("risk", "off")))
		document := write(`{"symbols":["AAPL"],"risk":{"max_order_quantity":"100"}}`)
		created := run(ctx, "webhook", "create", "--name", "railed", "--account", account, "--multiplier", "2", "--file", document)
		id := created["id"].(string)
		Expect(created).To(HaveKeyWithValue("symbols", HaveExactElements("AAPL")))

		table, records := all(ctx, "webhook", "list")
		Expect(table).To(And(haveLine("ID", "NAME", "STATUS", "VERSION", "RISK"), haveLine(id, "railed", "active", "1", `"max_order_quantity":"100"`),
			haveLine("momentum", "active", "1", "off")))
		Expect(records).To(ContainElement(And(HaveKeyWithValue("id", id), Not(HaveKey("url")))))

		table, record := one(ctx, "webhook", "show", id)
		Expect(table).To(And(haveLine("id", id), haveLine("version", "1"), Not(ContainSubstring("/hooks/"))))
		Expect(record).To(HaveKeyWithValue("routes", HaveExactElements(
			And(HaveKeyWithValue("broker_account_id", account), HaveKeyWithValue("multiplier", "2")))))

		Expect(run(ctx, "webhook", "update", id, "--name", "calm")).To(HaveKeyWithValue("name", "calm"))
		Expect(done(ctx, dir, "webhook", "update", id, "--file", write(`{"symbols":["AAPL","MSFT"]}`))).To(haveLine("version", "2"))
		Expect(hookfill(ctx, dir, "webhook", "update", id)).To(failWith(2, ContainSubstring("say what to change")))
		refused := hookfill(ctx, dir, "webhook", "update", id, "--file", write(`{"risk":{"max_daily_loss":"-5"},"colour":"red"}`))
		Expect(refused).To(failWith(1, ContainSubstring("colour: ")))
		refused = hookfill(ctx, dir, "webhook", "update", id, "--file", write(`{"sides":["up"],"risk":{"max_daily_loss":"-5"}}`))
		Expect(refused).To(failWith(1, And(ContainSubstring("risk.max_daily_loss: "), ContainSubstring("sides.0: "))))
		refused = hookfill(ctx, dir, "webhook", "update", id, "--file", write(`{"staleness":{"backlog":"forget"}}`))
		Expect(refused).To(failWith(1, ContainSubstring("staleness.backlog: ")))
		limited := run(ctx, "webhook", "update", id, "--file", write(`{"sides":["buy"],"risk":{"max_daily_loss":"5","max_orders_per_minute":9}}`))
		Expect(limited).To(And(HaveKeyWithValue("sides", HaveExactElements("buy")), HaveKeyWithValue("risk", HaveKeyWithValue("max_daily_loss", "5"))))
	})

	It("webhook pause, resume, rotate and delete end in what the URL answers", func(ctx SpecContext) {
		id, url := create(ctx, addAccount(ctx))
		Expect(done(ctx, dir, "webhook", "pause", id)).To(haveLine("status", "paused"))
		Expect(done(ctx, dir, "send", url, "--file", write(ten))).To(And(HavePrefix("refused "), ContainSubstring("paused: ")))
		Expect(run(ctx, "webhook", "resume", id)).To(HaveKeyWithValue("status", "active"))

		rotated := standing.at(run(ctx, "webhook", "rotate", id, "--overlap", "0")["url"].(string))
		Expect(rotated).NotTo(Equal(url))
		gone := hookfill(ctx, dir, "send", url, "--file", write(ten))
		Expect(gone).To(failWith(1, ContainSubstring("404")))
		Expect(done(ctx, dir, "webhook", "rotate", id)).To(haveLine("url", standing.url+"/hooks/hf_"))
		Expect(done(ctx, dir, "send", rotated, "--file", write("BUY 1 AAPL"))).To(HavePrefix("accepted "), "for seven days more")
		table, records := all(ctx, "webhook", "former-urls", id)
		Expect(table).To(And(haveLine("SYMBOL", "ACTION", "LAST CAME", "SIGNAL"), haveLine("AAPL", "buy")))
		Expect(records).To(ConsistOf(And(HaveKeyWithValue("symbol", "AAPL"), HaveKeyWithValue("action", "buy"))))
		Expect(done(ctx, dir, "webhook", "former-urls", id, "--end")).To(Equal("ended the former URLs of " + id + "\n"))
		Eventually(hookfill).WithContext(ctx).WithArguments(dir, "send", rotated, "--file", write("BUY 1 AAPL")).
			Should(failWith(1, ContainSubstring("404")), "configs are remembered for a second")

		other, url := create(ctx, addAccount(ctx))
		Expect(done(ctx, dir, "webhook", "delete", other)).To(Equal("deleted " + other + "\n"))
		Expect(hookfill(ctx, dir, "send", url, "--file", write(ten)).code).To(Equal(1))
		another, _ := create(ctx, addAccount(ctx))
		Expect(run(ctx, "webhook", "delete", another)).To(HaveKeyWithValue("result", "deleted "+another))
	})

	It("webhook preview tells what an alert would do, and does nothing", func(ctx SpecContext) {
		id, _ := create(ctx, addAccount(ctx))
		table, preview := one(ctx, "webhook", "preview", id, "--file", write(ten))
		Expect(table).To(haveLine("format", "traderspost"))
		Expect(preview).To(HaveKeyWithValue("intents", HaveExactElements(HaveKeyWithValue("routes", HaveExactElements(
			HaveKeyWithValue("steps", HaveExactElements(And(HaveKeyWithValue("side", "buy"), HaveKeyWithValue("quantity", "10")))))))))
		Expect(decode[[]any]([]byte(done(ctx, dir, "signals", "list", "--webhook", id, "--json")))).To(BeEmpty())
		refused := hookfillWith(ctx, "gibberish", dir, nil, "webhook", "preview", id, "--file", "-")
		Expect(refused).To(failWith(1, ContainSubstring("BUY 10 AAPL")))
	})

	It("send, signals, orders and positions follow an alert to its fill", func(ctx SpecContext) {
		account := addAccount(ctx)
		webhook, url := create(ctx, account)
		signal := strings.TrimSpace(strings.TrimPrefix(done(ctx, dir, "send", url, "--file", write(ten)), "accepted "))
		again := decode[hookAnswer]([]byte(done(ctx, dir, "send", url, "--file", write(ten), "--json")))
		Expect(again).To(Equal(hookAnswer{Result: "duplicate", SignalID: signal}))
		refused := hookfillWith(ctx, "gibberish", dir, nil, "send", url, "--file", "-")
		Expect(refused).To(failWith(1, ContainSubstring("400")))
		standing.owner(ctx).settled(ctx, account)

		table, records := all(ctx, "signals", "list", "--webhook", webhook, "--state", "done", "--symbol", "AAPL", "--source", "alert")
		Expect(table).To(And(haveLine("ID", "RECEIVED", "SOURCE", "ACTION", "SYMBOL", "STATE"), haveLine(signal, "alert", "buy", "AAPL", "done")))
		Expect(records).To(HaveLen(1))
		table, record := one(ctx, "signals", "show", signal)
		Expect(table).To(And(haveLine("id", signal), haveLine("state", "done"), haveLine("timeline", "received")))
		Expect(record).To(And(HaveKeyWithValue("payload", ten), HaveKeyWithValue("tickets", HaveLen(1))))

		table, records = all(ctx, "orders", "list", "--signal", signal, "--account", account, "--status", "filled", "--submission", "acknowledged")
		Expect(table).To(And(haveLine("ID", "CREATED", "SYMBOL", "SIDE", "TYPE", "QUANTITY", "SUBMISSION", "STATUS", "FILLED", "PRICE"),
			haveLine("AAPL", "buy", "market", "10", "acknowledged", "filled", "10", "100")))
		Expect(records).To(HaveLen(1))
		table, record = one(ctx, "orders", "show", records[0]["id"].(string))
		Expect(table).To(And(haveLine("side", "buy"), haveLine("fills", `"price":"100"`)))
		Expect(record).To(HaveKeyWithValue("attempts", HaveLen(1)))

		table, records = all(ctx, "positions", "--by", "webhook")
		Expect(table).To(And(haveLine("ACCOUNT", "WEBHOOK", "SYMBOL", "QUANTITY", "AVERAGE", "PRICE", "REALIZED"), haveLine(account, webhook, "AAPL", "10", "100")))
		Expect(records).To(ContainElement(And(HaveKeyWithValue("webhook_config_id", webhook), HaveKeyWithValue("quantity", "10"))))

		replayed := run(ctx, "signals", "replay", signal)["id"].(string)
		Expect(replayed).NotTo(Equal(signal))
		Expect(done(ctx, dir, "signals", "replay", replayed)).To(haveLine("action", "buy"))
		standing.owner(ctx).settled(ctx, account)
		Expect(done(ctx, dir, "signals", "show", replayed)).To(haveLine("state", "done"))
		Expect(done(ctx, dir, "positions")).To(haveLine(account, "-", "AAPL", "30"))
	})

	It("signals answer executes or discards what waited too long and asks", func(ctx SpecContext) {
		account := addAccount(ctx)
		webhook, url := create(ctx, account)
		done(ctx, dir, "webhook", "update", webhook, "--file", write(`{"staleness":{"clock":"sender","backlog":"ask"}}`))
		for _, quantity := range []string{"1", "2"} {
			done(ctx, dir, "send", url, "--file", write(`{"ticker":"AAPL","action":"buy","quantity":"`+quantity+`","price":"100","time":"2020-01-01T00:00:00Z"}`))
		}
		standing.owner(ctx).settled(ctx, account)
		_, asking := all(ctx, "signals", "list", "--webhook", webhook, "--asks")
		Expect(asking).To(HaveLen(2))
		Expect(done(ctx, dir, "signals", "answer", asking[0]["id"].(string), "--action", "execute")).To(haveLine("state", "expired"))
		Expect(done(ctx, dir, "signals", "answer", asking[1]["id"].(string), "--action", "discard")).To(haveLine("state", "expired"))
		standing.owner(ctx).settled(ctx, account)
		Expect(done(ctx, dir, "positions")).To(haveLine(account, "-", "AAPL", "2"))
		none := done(ctx, dir, "signals", "list", "--webhook", webhook, "--asks")
		Expect(none).NotTo(haveLine("AAPL"))
	})

	It("orders cancel ends an order that rests, once", func(ctx SpecContext) {
		account := addAccount(ctx)
		_, url := create(ctx, account)
		for _, symbol := range []string{"MSFT", "NVDA"} {
			done(ctx, dir, "send", url, "--file", write(`{"ticker":"`+symbol+`","action":"buy","quantity":"1","orderType":"limit","limitPrice":"90","price":"100"}`))
		}
		standing.owner(ctx).settled(ctx, account)
		_, resting := all(ctx, "orders", "list", "--account", account, "--status", "new")
		Expect(resting).To(HaveLen(2))
		Expect(run(ctx, "orders", "cancel", resting[0]["id"].(string))).To(HaveKeyWithValue("status", "canceled"))
		id := resting[1]["id"].(string)
		Expect(done(ctx, dir, "orders", "cancel", id)).To(haveLine("status", "canceled"))
		Expect(hookfill(ctx, dir, "orders", "cancel", id)).To(failWith(1, ContainSubstring("cannot be canceled")))
	})

	It("orders unmatched and review tell what a person has to look at", func(ctx SpecContext) {
		account := addAccount(ctx)
		_, url := create(ctx, account)
		id := findUnmatched(ctx, standing.database, account)
		table, records := all(ctx, "orders", "unmatched", "--limit", "0")
		Expect(table).To(And(haveLine("ID", "FOUND", "ACCOUNT", "CLIENT", "ORDER", "BROKER", "ORDER", "SYMBOL", "STATUS", "FILLED"),
			haveLine(account, "hfaaaab", id, "AAPL", "filled", "10")))
		Expect(records).To(ContainElement(HaveKeyWithValue("broker_order_id", id)))
		found := slices.IndexFunc(records, func(o map[string]any) bool { return o["broker_order_id"] == id })
		unmatched := records[found]["id"].(string)
		Expect(hookfill(ctx, dir, "orders", "settle", unmatched, "--verdict", "cancel", "--note", "not wanted")).To(failWith(1, ContainSubstring("acknowledge it")))
		Expect(done(ctx, dir, "orders", "settle", unmatched, "--verdict", "acknowledge", "--note", "sent by hand")).To(haveLine("verdict", "acknowledge"))
		_, records = all(ctx, "orders", "unmatched", "--limit", "0")
		Expect(records).NotTo(ContainElement(HaveKeyWithValue("broker_order_id", id)))
		table, _ = all(ctx, "orders", "unmatched", "--settled", "--limit", "0")
		Expect(table).To(And(haveLine("VERDICT", "NOTE", "OUTCOME"), haveLine(id, "acknowledge", "sent", "by", "hand", "-")))

		done(ctx, dir, "send", url, "--file", write(ten))
		standing.owner(ctx).settled(ctx, account)
		_, orders := all(ctx, "orders", "list", "--account", account)
		ticket := escalate(ctx, standing.database, orders[0]["id"].(string))
		table, records = all(ctx, "review", "list", "--limit", "0")
		Expect(table).To(And(haveLine("TICKET", "REASON"), haveLine(ticket, "nobody", "knows")))
		Expect(records).To(ContainElement(HaveKeyWithValue("ticket_id", ticket)))
		settle := []string{"review", "settle", ticket, "--action", "not_placed"}
		Expect(hookfill(ctx, dir, settle...)).To(failWith(1, ContainSubstring("reason: ")))
		Expect(done(ctx, dir, append(settle, "--reason", "asked")...)).To(haveLine("submission", "not_placed"))
		settle[4] = "resend"
		Expect(hookfill(ctx, dir, append(settle, "--reason", "asked")...)).To(failWith(1, ContainSubstring("needs no review")))
	})

	It("doctor has a line for everything, and fails where one does", func(ctx SpecContext) {
		healthy := []string{"HOOKFILL_DATABASE_URL=" + standing.database}
		table := hookfillIn(ctx, dir, healthy, "doctor")
		Expect(table.code).To(BeZero(), table.stderr+table.stdout)
		for _, name := range []string{"database", "migrations", "roles", "clock", "brokers", "keys"} {
			Expect(table.stdout).To(haveLine("ok", name))
		}
		report := decode[[]map[string]any]([]byte(hookfillIn(ctx, dir, healthy, "doctor", "--json").stdout))
		Expect(report).To(And(HaveLen(6), HaveEach(HaveKeyWithValue("ok", true))))

		ill := hookfillIn(ctx, dir, []string{"HOOKFILL_DATABASE_URL=" + newDatabase(ctx, "")}, "doctor")
		Expect(ill.code).To(Equal(1))
		Expect(ill.stdout).To(And(haveLine("FAIL", "migrations", "hookfill migrate up"), haveLine("ok", "database")))
		Expect(ill.stderr).To(beOneLine(ContainSubstring("checks failed")))
	})

	It("migrate up and status bring an empty database up to date", func(ctx SpecContext) {
		empty := []string{"HOOKFILL_DATABASE_URL=" + newDatabase(ctx, "")}
		states := func() []map[string]any {
			return decode[[]map[string]any]([]byte(hookfillIn(ctx, dir, empty, "migrate", "status", "--json").stdout))
		}
		Expect(states()).To(And(Not(BeEmpty()), HaveEach(HaveKeyWithValue("state", "pending"))))
		up := hookfillIn(ctx, dir, empty, "migrate", "up", "--plain")
		Expect(up.code).To(BeZero(), up.stderr)
		Expect(strings.Count(up.stdout, "applied ")).To(Equal(len(states())))
		Expect(states()).To(HaveEach(HaveKeyWithValue("state", "applied")))
		Expect(hookfillIn(ctx, dir, empty, "migrate", "status").stdout).To(And(haveLine("VERSION", "NAME", "STATE"), haveLine("roles", "applied")))
		Expect(hookfillIn(ctx, dir, empty, "migrate", "up").stdout).To(ContainSubstring("nothing to do"))
	})

	It("commands work beside the server of a private cluster, and without it", func(ctx SpecContext) {
		dataDir := newDataDir()
		alone := hookfill(ctx, dataDir, "migrate", "up")
		Expect(alone.code).To(BeZero(), alone.stderr)
		s := serve(ctx, dataDir)
		Expect(done(ctx, dataDir, "doctor")).To(haveLine("ok", "migrations"))
		Expect(done(ctx, dataDir, "migrate", "status")).To(haveLine("roles", "applied"))
		s.stop(ctx)
		Expect(done(ctx, dataDir, "doctor")).To(haveLine("ok", "migrations"))
	})

	It("token prints what the API takes, for whom it is told to", func(ctx SpecContext) {
		a := &user{server: standing, token: strings.TrimSpace(done(ctx, dir, "token", "--ttl", "1m"))}
		Expect(a.call(ctx, "GET", "/v1/signals", nil).status).To(Equal(200))
		operator := &user{server: standing, token: strings.TrimSpace(done(ctx, dir, "token", "--operator"))}
		Expect(operator.call(ctx, "GET", "/v1/signals", nil).status).To(Equal(200))
	})

	It("say what they are", func(ctx SpecContext) {
		Expect(done(ctx, dir, "--version")).To(ContainSubstring("hookfill version"))
		Expect(done(ctx, dir)).To(ContainSubstring("turns it into exactly one order"))
		for _, name := range []string{"halt", "resume", "serve", "migrate", "token", "broker", "webhook", "send", "signals", "orders", "review", "positions", "doctor"} {
			Expect(done(ctx, dir, "--help")).To(ContainSubstring("\n  " + name + " "))
		}
	})
})

// haveLine expects a line with these words, in this order.
func haveLine(words ...string) OmegaMatcher {
	return WithTransform(func(text string) bool {
		for line := range strings.Lines(text) {
			rest, ok := line, true
			for _, word := range words {
				if _, rest, ok = strings.Cut(rest, word); !ok {
					break
				}
			}
			if ok {
				return true
			}
		}
		return false
	}, BeTrue())
}
