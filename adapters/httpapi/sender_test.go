package httpapi_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Who posts an alert", func() {
	post := func(ctx context.Context, h *harness, header ...string) ports.Alert {
		GinkgoHelper()
		h.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader("buy 10 AAPL"), header...)
		got := h.intake.alerts()
		return got[len(got)-1]
	}
	trusting := func(networks ...string) *harness {
		cfg := everything()
		for _, n := range networks {
			cfg.TrustedProxies = append(cfg.TrustedProxies, netip.MustParsePrefix(n))
		}
		return newHarnessWith(cfg)
	}

	It("is whoever connected, whatever is written in headers", func(ctx SpecContext) {
		got := post(ctx, newHarness(), "X-Forwarded-For", "52.89.214.238", "Client-Cert", ":aGVsbG8=:", "X-Real-IP", "52.89.214.238")
		Expect(got.Sender).To(Equal(ports.AlertSender{Address: netip.MustParseAddr("127.0.0.1")}))
		Expect(got.Source).To(Equal("127.0.0.1"))
	})

	type forwarded struct {
		header  []string
		address string // empty: cannot be told
	}
	DescribeTable("is, behind a trusted proxy, the last in its list that is none",
		func(ctx SpecContext, f forwarded) {
			got := post(ctx, trusting("127.0.0.0/8", "10.0.0.0/8", "fd00::/8"), f.header...)
			if f.address == "" {
				Expect(got.Sender.Address.IsValid()).To(BeFalse())
				Expect(got.Source).To(Equal("unknown"))
				return
			}
			Expect(got.Sender.Address).To(Equal(netip.MustParseAddr(f.address)))
			Expect(got.Source).To(Equal(f.address))
		},
		Entry("alone", forwarded{[]string{"X-Forwarded-For", "52.89.214.238"}, "52.89.214.238"}),
		Entry("behind what the sender wrote itself", forwarded{[]string{"X-Forwarded-For", "52.89.214.238, 198.51.100.1"}, "198.51.100.1"}),
		Entry("before more proxies", forwarded{[]string{"X-Forwarded-For", "198.51.100.1, 10.0.0.5,fd00::1"}, "198.51.100.1"}),
		Entry("in two headers", forwarded{[]string{"X-Forwarded-For", "52.89.214.238", "X-Forwarded-For", "198.51.100.1, 10.0.0.5"}, "198.51.100.1"}),
		Entry("with a port", forwarded{[]string{"X-Forwarded-For", "198.51.100.1:4711"}, "198.51.100.1"}),
		Entry("of version 6 with a port", forwarded{[]string{"X-Forwarded-For", "[2001:db8::1]:4711"}, "2001:db8::1"}),
		Entry("of version 4 as one of 6", forwarded{[]string{"X-Forwarded-For", "::ffff:198.51.100.1"}, "198.51.100.1"}),
		Entry("and its first where all are proxies", forwarded{[]string{"X-Forwarded-For", "10.0.0.6, 10.0.0.5"}, "10.0.0.6"}),
		Entry("and nobody where it cannot be read", forwarded{[]string{"X-Forwarded-For", "52.89.214.238, unknown"}, ""}),
		Entry("and nobody where it is empty", forwarded{[]string{"X-Forwarded-For", ""}, ""}),
		Entry("and nobody where there is none", forwarded{nil, ""}),
	)

	It("is shown by a signature, as its headers stand", func(ctx SpecContext) {
		h := newHarness()
		standard := ports.AlertSignature{ID: "msg_1", Timestamp: "1", Signatures: "v1,a v1,b"}
		Expect(post(ctx, h, "webhook-id", "msg_1", "webhook-timestamp", "1", "webhook-signature", "v1,a v1,b").Sender.Signature).To(Equal(standard))
		Expect(post(ctx, h, "X-Hub-Signature-256", "sha256=ff").Sender.Signature).To(Equal(ports.AlertSignature{HMAC: "sha256=ff"}))
		Expect(post(ctx, h, "webhook-id", "msg_1").Sender.Signature).To(BeZero(), "an id alone signs nothing")
	})

	type passedOn struct {
		header []string
		chain  []string
	}
	field := func(text string) string { return ":" + base64.StdEncoding.EncodeToString([]byte(text)) + ":" }
	DescribeTable("shows the certificate a trusted proxy passes on",
		func(ctx SpecContext, p passedOn) {
			got := post(ctx, trusting("127.0.0.0/8"), p.header...)
			var chain []string
			for _, der := range got.Sender.Certificates {
				chain = append(chain, string(der))
			}
			Expect(chain).To(Equal(p.chain))
		},
		Entry("alone", passedOn{[]string{"Client-Cert", field("own")}, []string{"own"}}),
		Entry("with what vouches for it", passedOn{[]string{"Client-Cert", field("own"), "Client-Cert-Chain", field("a") + ", " + field("b")}, []string{"own", "a", "b"}}),
		Entry("not what vouches for none", passedOn{[]string{"Client-Cert-Chain", field("a")}, nil}),
		Entry("not what is no byte sequence", passedOn{[]string{"Client-Cert", "b3du"}, nil}),
		Entry("not what is no base64", passedOn{[]string{"Client-Cert", ":?:"}, nil}),
		Entry("no more than eight", passedOn{
			[]string{"Client-Cert", field("own"), "Client-Cert-Chain", strings.Repeat(field("a")+",", 20)},
			[]string{"own", "a", "a", "a", "a", "a", "a", "a"},
		}),
	)
})
