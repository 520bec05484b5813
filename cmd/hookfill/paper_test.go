package main_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
	"github.com/shopspring/decimal"
)

// paperBroker is a process of `hookfill paper`, and a client with an account.
type paperBroker struct {
	*alpaca.Client
	session *gexec.Session
	url     string
}

// startPaper starts a paper broker on a port that the system chooses.
func startPaper(ctx context.Context, args ...string) *paperBroker {
	GinkgoHelper()
	cmd := command(context.WithoutCancel(ctx), newDataDir(), nil, append([]string{"paper", "--listen", "127.0.0.1:0"}, args...)...)
	session, err := gexec.Start(cmd, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	p := &paperBroker{session: session}
	DeferCleanup(p.end)
	var url []byte
	Eventually(func() []byte {
		url = regexp.MustCompile(`http://\S+`).Find(session.Out.Contents())
		return url
	}).WithContext(ctx).ShouldNot(BeEmpty(), "%s", session.Err.Contents())
	p.url = string(bytes.TrimSpace(url))
	p.Client = alpaca.NewClient(alpaca.ClientOpts{APIKey: "key", APISecret: "secret", BaseURL: p.url})
	return p
}

func (p *paperBroker) end(ctx context.Context) {
	GinkgoHelper()
	if p.session.ExitCode() < 0 {
		Eventually(p.session.Terminate()).WithContext(ctx).Should(gexec.Exit(0))
	}
}

// forOne is a limit order for one share, which prices what it buys.
func (p *paperBroker) forOne(id string) alpaca.PlaceOrderRequest {
	return alpaca.PlaceOrderRequest{
		Symbol: "AAPL", Qty: new(decimal.New(1, 0)), Side: alpaca.Buy, Type: alpaca.Limit,
		LimitPrice: new(decimal.New(100, 0)), TimeInForce: alpaca.GTC, ClientOrderID: id,
	}
}

var _ = Describe("hookfill paper", func() {
	It("serves Alpaca's API to its SDK until it is told to stop", func(ctx SpecContext) {
		p := startPaper(ctx, "--cash", "5000", "--always-open")
		Expect(p.GetClock()).To(HaveField("IsOpen", true))
		Expect(p.GetAccount()).To(HaveField("Cash", HaveField("String()", "5000")))
		o, err := p.PlaceOrder(p.forOne("mine"))
		Expect(err).NotTo(HaveOccurred())
		Expect(p.GetOrder(o.ID)).To(HaveField("ClientOrderID", "mine"))
		p.end(ctx)
	})

	It("lets in the key pairs of a file", func(ctx SpecContext) {
		path := filepath.Join(GinkgoT().TempDir(), "keys")
		Expect(os.WriteFile(path, []byte("# ours\nanother:pair\n"), 0o600)).To(Succeed())
		p := startPaper(ctx, "--keys", path)
		Expect(p.GetAccount()).Error().To(MatchError(ContainSubstring("not authorized")))
	})

	It("has every order that it answered, after being killed in the middle of others", func(ctx SpecContext) {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		data, answered := newDataDir(), map[string]string{}
		for life := range 3 {
			p := startPaper(ctx, "--data", data, "--prices-from-orders", "--always-open")
			for id, orderID := range answered {
				Expect(p.GetOrderByClientOrderID(id)).To(And(HaveField("ID", orderID), HaveField("Status", "filled")))
			}
			killed := time.AfterFunc(time.Duration(100+random.IntN(300))*time.Millisecond, func() { p.session.Kill() })
			for n := 0; ; n++ {
				id := fmt.Sprintf("order-%d-%d", life, n)
				o, err := p.PlaceOrder(p.forOne(id))
				if err != nil {
					break
				}
				answered[id] = o.ID
			}
			Eventually(p.session).WithContext(ctx).Should(gexec.Exit())
			killed.Stop()
		}
		p := startPaper(ctx, "--data", data)
		Expect(len(answered)).To(BeNumerically(">", 10))
		position, err := p.GetPosition("AAPL")
		Expect(err).NotTo(HaveOccurred())
		filled := position.Qty.IntPart()
		Expect(filled).To(BeNumerically(">=", len(answered)), "what was answered is there")
		Expect(filled).To(BeNumerically("<=", len(answered)+3), "beyond it, what each death left unanswered")
		Expect(p.GetAccount()).To(HaveField("Cash", HaveField("IntPart()", 100000-100*filled)))
	})

	DescribeTable("refuses",
		func(ctx SpecContext, says string, args ...string) {
			Expect(hookfill(ctx, newDataDir(), append([]string{"paper"}, args...)...)).To(failWith(2, ContainSubstring(says)))
		},
		Entry("cash that is none", "--cash must be", "--cash", "much"),
		Entry("cash below 0", "--cash must be", "--cash=-1"),
		Entry("a file without key pairs", "holds no key pair", "--keys", os.DevNull),
	)
})
