package main_test

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// readyWithin is what the second start promises.
const readyWithin = 5 * time.Second

var curlLine = regexp.MustCompile(`(?m)^ *curl -s (\S+) -d '([^']+)'$`)

var _ = Describe("A newcomer's first run", Ordered, func() {
	var (
		dataDir      string
		first        *server
		hook, signal string
	)

	BeforeAll(func(ctx SpecContext) {
		dataDir = newDataDir()
		first = demo(ctx, dataDir)
	})

	It("prints a curl line that ends in a signal, an order and a fill", func(ctx SpecContext) {
		var body string
		hook, body = printedCurl(first)
		Expect(hook).To(HavePrefix(first.url + "/hooks/hf_"))
		signal = accept(ctx, hook, body)

		owner := first.owner(ctx)
		Eventually(func(ctx context.Context) signalRecord {
			return get[signalRecord](ctx, owner, "/v1/signals/"+signal)
		}).WithContext(ctx).Should(HaveField("State", "done"))
		orders := list[orderRecord](ctx, owner, "/v1/orders?signal_id="+signal)
		Expect(orders).To(HaveLen(1))
		Expect(orders[0]).To(And(HaveField("Status", "filled"), HaveField("Fills", HaveLen(1))))
		Expect(holding(list[positionRecord](ctx, owner, "/v1/positions"), "AAPL", nil).String()).To(Equal("10"))
	})

	It("shows it to its owner and to nobody else", func(ctx SpecContext) {
		stranger := first.newUser(ctx)
		Expect(stranger.call(ctx, http.MethodGet, "/v1/signals/"+signal, nil).status).To(Equal(http.StatusNotFound))
		for _, path := range []string{"/v1/signals", "/v1/orders", "/v1/positions", "/v1/webhook-configs", "/v1/broker-accounts"} {
			Expect(list[idRecord](ctx, stranger, path)).To(BeEmpty(), path)
		}
	})

	It("refuses a second server on the same data directory", func(ctx SpecContext) {
		second := hookfillIn(ctx, dataDir, []string{"HOOKFILL_LISTEN=127.0.0.1:0", "HOOKFILL_ADMIN_LISTEN=off"}, "serve")
		Expect(second).To(failWith(1, ContainSubstring("the data directory is in use")))
		Expect(first.readiness(ctx)).To(Equal(http.StatusOK))
	})

	It("leaves secrets readable to nobody but its user", func() {
		for _, name := range []string{"signing.key", "demo.json", "user"} {
			info, err := os.Stat(first.file(name))
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Perm()).To(BeEquivalentTo(0o600), name)
		}
	})

	It("is ready again within five seconds, with everything as it was", func(ctx SpecContext) {
		first.stop(ctx)

		again := launch(ctx, dataDir, nil, "--demo")
		Eventually(func(ctx context.Context) (int, error) {
			again.waitUntilStarted(ctx)
			return again.readiness(ctx)
		}).WithContext(ctx).WithTimeout(readyWithin).Should(Equal(http.StatusOK))

		Eventually(again.session.Out.Contents).WithContext(ctx).Should(ContainSubstring(again.at(hook)), "the same webhook")
		owner := again.owner(ctx)
		Expect(list[signalRecord](ctx, owner, "/v1/signals")).To(HaveExactElements(HaveField("ID", signal)))
		Expect(holding(list[positionRecord](ctx, owner, "/v1/positions"), "AAPL", nil).String()).To(Equal("10"))
		accept(ctx, again.at(hook), `{"ticker":"AAPL","action":"sell","quantity":"4","price":"190"}`)
		account := list[idRecord](ctx, owner, "/v1/broker-accounts")[0].ID
		owner.settled(ctx, account).expectToAddUp()
	})
})

// demo starts a server as `make run` does.
func demo(ctx context.Context, dataDir string) *server {
	GinkgoHelper()
	s := launch(ctx, dataDir, nil, "--demo")
	s.waitUntilStarted(ctx)
	Eventually(s.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
	return s
}

// printedCurl gives URL and body of the line a server printed.
func printedCurl(s *server) (hook, body string) {
	GinkgoHelper()
	Eventually(s.session.Out.Contents).Should(MatchRegexp(curlLine.String()))
	found := curlLine.FindSubmatch(s.session.Out.Contents())
	return string(found[1]), string(found[2])
}
