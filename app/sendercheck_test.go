package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/netip"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// authority vouches for certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	from, until time.Time
}

func newAuthority(now time.Time) authority {
	GinkgoHelper()
	a := authority{from: now.Add(-time.Hour), until: now.Add(time.Hour)}
	own := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.certificate, a.key = a.sign(own, own, nil)
	return a
}

func (a authority) sign(c, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	if by == nil {
		by = key
	}
	c.NotBefore, c.NotAfter = a.from, a.until
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	Expect(err).NotTo(HaveOccurred())
	signed, err := x509.ParseCertificate(der)
	Expect(err).NotTo(HaveOccurred())
	return signed, key
}

// client gives TradingView's certificate as this authority would have it.
func (a authority) client(change func(*x509.Certificate)) []byte {
	GinkgoHelper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "TradingView Webhooks"},
		EmailAddresses: []string{"webhook-server@tradingview.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(c)
	}
	signed, _ := a.sign(c, a.certificate, a.key)
	return signed.Raw
}

var _ = Describe("A webhook that asks something of senders", func() {
	var (
		t       *trader
		vouches authority
	)
	BeforeEach(func(ctx SpecContext) {
		c := app.DefaultIntakeConfig()
		c.CertificateRoots = x509.NewCertPool()
		t = traderOf(ctx, c)
		vouches = newAuthority(t.clock.Now())
		c.CertificateRoots.AddCert(vouches.certificate)
	})
	from := func(ctx context.Context, hook ports.IssuedWebhook, sender ports.AlertSender) (ports.Receipt, error) {
		return t.intake.Receive(ctx, ports.Alert{Token: hook.Token, Body: []byte(buyTen), Source: "somewhere", Sender: sender})
	}
	office := func(r *domain.WebhookRules) {
		r.Senders.AllowCIDRs = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	}
	tradingView := func(r *domain.WebhookRules) { r.Senders.Preset = domain.SenderTradingView }

	It("takes an alert of a sender that shows it, and keeps with the signal what was shown", func(ctx SpecContext) {
		receipt, err := from(ctx, t.hook(ctx, office), ports.AlertSender{Address: netip.MustParseAddr("203.0.113.7")})
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.Result).To(Equal(ports.ReceiptAccepted))
		Expect(t.signals(ctx)[0].Decisions[0]).To(Equal(domain.Decision{Rule: "senders", Verdict: domain.VerdictPass, Detail: "address passed"}))
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("refuses one that does not, for its owner to see, whether it could be read or not", func(ctx SpecContext) {
		hook := t.hook(ctx, office)
		for _, body := range []string{buyTen, `{"torn`} {
			_, err := t.post(ctx, hook, body)
			Expect(err).To(MatchError(domain.KindForbidden))
			Expect(err).To(HaveField("Code", "sender_not_allowed"))
		}
		Expect(t.refusals(ctx, hook)).To(HaveExactElements(
			HaveField("Reasons", HaveExactElements(HaveField("Code", "sender_not_allowed"))),
			HaveField("Reasons", HaveExactElements(HaveField("Code", "sender_not_allowed")))))
		Expect(t.signals(ctx)).To(BeEmpty())
	})

	It("lets a refused alert keep no other from being taken", func(ctx SpecContext) {
		hook := t.hook(ctx, office)
		_, err := t.post(ctx, hook, buyTen)
		Expect(err).To(MatchError(domain.KindForbidden))
		receipt, err := from(ctx, hook, ports.AlertSender{Address: netip.MustParseAddr("203.0.113.7")})
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.Result).To(Equal(ports.ReceiptAccepted))
	})

	It("asks nothing of a sender where its rules say nothing", func(ctx SpecContext) {
		t.send(ctx, t.hook(ctx), buyTen)
		Expect(t.signals(ctx)[0].Decisions).NotTo(ContainElement(HaveField("Rule", "senders")))
	})

	type shows struct {
		chain  func() [][]byte
		passes bool
	}
	DescribeTable("knows TradingView, wherever it posts from, by a certificate",
		func(ctx SpecContext, s shows) {
			_, err := from(ctx, t.hook(ctx, tradingView), ports.AlertSender{Address: netip.MustParseAddr("198.51.100.1"), Certificates: s.chain()})
			if s.passes {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(domain.KindForbidden))
		},
		Entry("that is vouched for", shows{func() [][]byte { return [][]byte{vouches.client(nil)} }, true}),
		Entry("that is vouched for by one in between", shows{func() [][]byte {
			between, key := vouches.sign(&x509.Certificate{
				SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "between"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
			}, vouches.certificate, vouches.key)
			issuer := authority{between, key, vouches.from, vouches.until}
			return [][]byte{issuer.client(nil), {1, 2, 3}, between.Raw}
		}, true}),
		Entry("and not by one that somebody else vouches for", shows{func() [][]byte {
			return [][]byte{newAuthority(t.clock.Now()).client(nil)}
		}, false}),
		Entry("and not by one that is over", shows{func() [][]byte {
			old := vouches
			old.until = t.clock.Now().Add(-time.Second)
			return [][]byte{old.client(nil)}
		}, false}),
		Entry("and not by a server's", shows{func() [][]byte {
			return [][]byte{vouches.client(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })}
		}, false}),
		Entry("and not by another's", shows{func() [][]byte {
			return [][]byte{vouches.client(func(c *x509.Certificate) { c.EmailAddresses = []string{"mallory@example.com"} })}
		}, false}),
		Entry("and not by what is none", shows{func() [][]byte { return [][]byte{[]byte("hello")} }, false}),
		Entry("and not by nothing", shows{func() [][]byte { return nil }, false}),
	)

	It("goes by what the server's own door saw when an alert had to wait", func(ctx SpecContext) {
		hook := t.hook(ctx, office)
		t.leave(ctx, hook, numbered(1)) // by the edge function: nobody looked
		receipt, err := from(ctx, hook, ports.AlertSender{Address: netip.MustParseAddr("203.0.113.7")})
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.DeliveryID).NotTo(BeNil())
		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(t.signals(ctx)).To(HaveExactElements(HaveField("Intent.Quantity", HaveValue(Equal(domain.MustQuantity("10"))))))
		Expect(t.refusals(ctx, hook)).To(HaveExactElements(HaveField("Reasons", HaveExactElements(HaveField("Code", "sender_not_allowed")))))
	})
})
