package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
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

	const passphrase = "correct horse battery"
	carrying := func(word string) string {
		return `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","passphrase":"` + word + `"}`
	}
	guarded := func(ctx context.Context, senders domain.Senders, passphrase string) ports.IssuedWebhook {
		GinkgoHelper()
		rules := domain.DefaultWebhookRules()
		rules.Routes = []domain.Route{{BrokerAccountID: t.account.ID(), Multiplier: domain.MustQuantity("1")}}
		rules.Senders = senders
		issued, err := t.webhooks.CreateWebhook(ctx, t.who, ports.NewWebhookConfig{Name: "guarded", Rules: rules, Passphrase: passphrase}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		return issued
	}

	It("takes an alert with its passphrase, which is not stored, and none without", func(ctx SpecContext) {
		hook := guarded(ctx, domain.Senders{Passphrase: true}, passphrase)
		for _, body := range []string{buyTen, carrying("correct horse batter"), carrying("redacted"), carrying("")} {
			_, err := t.post(ctx, hook, body)
			Expect(err).To(MatchError(domain.KindForbidden), body)
			Expect(err).To(HaveField("Code", "no_passphrase"))
		}
		t.send(ctx, hook, carrying(passphrase))
		Expect(t.signals(ctx)).To(HaveExactElements(And(
			HaveField("Payload", Not(ContainSubstring(passphrase))),
			HaveField("Decisions", ContainElement(domain.Decision{Rule: "senders", Verdict: domain.VerdictPass, Detail: "passphrase passed"})))))
	})

	It("takes another passphrase from when it is changed, and none once none is asked for", func(ctx SpecContext) {
		hook := guarded(ctx, domain.Senders{Passphrase: true}, passphrase)
		change := func(senders domain.Senders, passphrase string) error {
			_, err := t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{
				Passphrase: passphrase,
				Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
					r.Senders = senders
					return r, nil
				},
			}, ports.Idempotency{})
			return err
		}
		Expect(change(domain.Senders{Passphrase: true}, "another one")).To(Succeed())
		t.clock.Advance(2 * time.Second)
		_, err := t.post(ctx, hook, carrying(passphrase))
		Expect(err).To(MatchError(domain.KindForbidden))
		t.send(ctx, hook, carrying("another one"))
		Expect(change(domain.Senders{Passphrase: true}, "")).To(Succeed(), "it is kept")
		t.clock.Advance(2 * time.Minute)
		t.send(ctx, hook, carrying("another one"))
		Expect(change(domain.Senders{}, "not asked for")).To(MatchError(domain.KindInvalid))
		Expect(change(domain.Senders{}, "")).To(Succeed())
		t.clock.Advance(2 * time.Minute)
		t.send(ctx, hook, buyTen)
		Expect(change(domain.Senders{Passphrase: true}, "")).To(HaveField("Code", "passphrase_required"))
		Expect(change(domain.Senders{Passphrase: true}, "short")).To(HaveField("Code", "invalid_passphrase"))
	})

	It("looks for the passphrase in what waited, too", func(ctx SpecContext) {
		hook := guarded(ctx, domain.Senders{Passphrase: true}, passphrase)
		t.leave(ctx, hook, carrying(passphrase))
		t.leave(ctx, hook, buyTen)
		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(t.signals(ctx)).To(HaveLen(1))
		Expect(t.refusals(ctx, hook)).To(HaveExactElements(HaveField("Reasons", HaveExactElements(HaveField("Code", "no_passphrase")))))
	})

	signed := func(secret, id string, at time.Time, body string) ports.AlertSignature {
		GinkgoHelper()
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		Expect(err).NotTo(HaveOccurred())
		s := ports.AlertSignature{ID: id, Timestamp: strconv.FormatInt(at.Unix(), 10)}
		s.Signatures = "v1a,b2xk v1," + base64.StdEncoding.EncodeToString(digest(key, s.ID+"."+s.Timestamp+"."+body))
		return s
	}
	plainly := func(secret, body string) ports.AlertSignature {
		return ports.AlertSignature{HMAC: "sha256=" + hex.EncodeToString(digest([]byte(secret), body))}
	}

	type signature struct {
		of    func(secret string, now time.Time) ports.AlertSignature
		taken bool
	}
	DescribeTable("that is to sign takes an alert",
		func(ctx SpecContext, s signature) {
			hook := guarded(ctx, domain.Senders{Signing: true}, "")
			Expect(hook.SigningSecret).To(MatchRegexp(`^whsec_[A-Za-z0-9+/]{43}=$`))
			_, err := from(ctx, hook, ports.AlertSender{Signature: s.of(hook.SigningSecret, t.clock.Now())})
			if s.taken {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(domain.KindForbidden))
			Expect(err).To(HaveField("Code", "not_signed"))
		},
		Entry("signed by Standard Webhooks", signature{func(s string, now time.Time) ports.AlertSignature { return signed(s, "msg_1", now, buyTen) }, true}),
		Entry("signed five minutes ago", signature{func(s string, now time.Time) ports.AlertSignature {
			return signed(s, "msg_1", now.Add(-5*time.Minute), buyTen)
		}, true}),
		Entry("signed by a plain HMAC", signature{func(s string, _ time.Time) ports.AlertSignature { return plainly(s, buyTen) }, true}),
		Entry("and none unsigned", signature{func(string, time.Time) ports.AlertSignature { return ports.AlertSignature{} }, false}),
		Entry("and none signed longer ago", signature{func(s string, now time.Time) ports.AlertSignature {
			return signed(s, "msg_1", now.Add(-5*time.Minute-time.Second), buyTen)
		}, false}),
		Entry("and none signed for later", signature{func(s string, now time.Time) ports.AlertSignature {
			return signed(s, "msg_1", now.Add(5*time.Minute+time.Second), buyTen)
		}, false}),
		Entry("and none signed with another secret", signature{func(_ string, now time.Time) ports.AlertSignature {
			return signed("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)), "msg_1", now, buyTen)
		}, false}),
		Entry("and none whose body is another", signature{func(s string, now time.Time) ports.AlertSignature { return signed(s, "msg_1", now, numbered(1)) }, false}),
		Entry("and none whose id is another", signature{func(s string, now time.Time) ports.AlertSignature {
			shown := signed(s, "msg_1", now, buyTen)
			shown.ID = "msg_2"
			return shown
		}, false}),
		Entry("and none without an id", signature{func(s string, now time.Time) ports.AlertSignature { return signed(s, "", now, buyTen) }, false}),
		Entry("and none with half a plain HMAC", signature{func(s string, _ time.Time) ports.AlertSignature {
			shown := plainly(s, buyTen)
			shown.HMAC = shown.HMAC[:40]
			return shown
		}, false}),
	)

	It("knows a signed alert by its id, whatever its body and window", func(ctx SpecContext) {
		hook := guarded(ctx, domain.Senders{Signing: true}, "")
		post := func(id, body string) (ports.Receipt, error) {
			return t.intake.Receive(ctx, ports.Alert{
				Token: hook.Token, Body: []byte(body), Source: "somewhere",
				Sender: ports.AlertSender{Signature: signed(hook.SigningSecret, id, t.clock.Now(), body)},
			})
		}
		Expect(post("msg_1", buyTen)).To(HaveField("Result", ports.ReceiptAccepted))
		Expect(post("msg_1", buyTen)).To(HaveField("Result", ports.ReceiptDuplicate))
		Expect(post("msg_2", buyTen)).To(HaveField("Result", ports.ReceiptAccepted), "the same again, meant twice")
		_, err := post("msg_1", numbered(1))
		Expect(err).To(HaveField("Code", "key_reused"))
	})

	It("takes alerts signed with the former secret for the overlap", func(ctx SpecContext) {
		hook := guarded(ctx, domain.Senders{Signing: true}, "")
		rotated, err := t.webhooks.RotateSigningSecret(ctx, t.who, hook.Config.ID(), 3600, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		Expect(rotated.SigningSecret).NotTo(Equal(hook.SigningSecret))
		Expect(rotated.Token).To(BeEmpty())
		post := func(secret, id string) error {
			_, err := from(ctx, hook, ports.AlertSender{Signature: signed(secret, id, t.clock.Now(), buyTen)})
			return err
		}
		t.clock.Advance(2 * time.Second)
		Expect(post(hook.SigningSecret, "msg_1")).To(Succeed())
		Expect(post(rotated.SigningSecret, "msg_2")).To(Succeed())
		t.clock.Advance(time.Hour)
		Expect(post(hook.SigningSecret, "msg_3")).To(MatchError(domain.KindForbidden))
		Expect(post(rotated.SigningSecret, "msg_4")).To(Succeed())
	})

	It("has no signing secret to rotate where it takes unsigned alerts", func(ctx SpecContext) {
		_, err := t.webhooks.RotateSigningSecret(ctx, t.who, t.hook(ctx).Config.ID(), 0, ports.Idempotency{})
		Expect(err).To(MatchError(domain.KindConflict))
		Expect(err).To(HaveField("Code", "not_signing"))
	})

	It("gives its signing secret out once", func(ctx SpecContext) {
		hook, key := t.hook(ctx), ports.Idempotency{Key: "once"}
		sign := ports.WebhookChange{Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
			r.Senders.Signing = true
			return r, nil
		}}
		first, err := t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), sign, key)
		Expect(err).NotTo(HaveOccurred())
		Expect(first.SigningSecret).NotTo(BeEmpty())
		for _, i := range []ports.Idempotency{key, {}} {
			again, err := t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), sign, i)
			Expect(err).NotTo(HaveOccurred())
			Expect(again.SigningSecret).To(BeEmpty())
		}
		_, err = from(ctx, hook, ports.AlertSender{Signature: signed(first.SigningSecret, "msg_1", t.clock.Now(), buyTen)})
		Expect(err).NotTo(HaveOccurred())
	})
})

func digest(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
