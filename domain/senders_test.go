package domain_test

import (
	"net/netip"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// shown writes proofs as a table has them: "address passed, certificate absent".
func shown(text string) (all []domain.ProofShown) {
	for one := range strings.SplitSeq(text, ", ") {
		if proof, result, ok := strings.Cut(one, " "); ok {
			all = append(all, domain.ProofShown{Proof: domain.SenderProof(proof), Result: domain.ProofResult(result)})
		}
	}
	return all
}

func networks(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func tradingViewCertificate() domain.SenderCertificate {
	return domain.SenderCertificate{CommonName: "TradingView Webhooks", Emails: []string{"webhook-server@tradingview.com"}, Trusted: true}
}

func office() domain.Senders {
	return domain.Senders{AllowCIDRs: networks("203.0.113.0/24", "2001:db8::/32")}
}

func tradingViewAlone() domain.Senders { return domain.Senders{Preset: domain.SenderTradingView} }

// postedFrom is what is known of who posts from an address.
func postedFrom(address string) domain.SenderEvidence {
	return domain.SenderEvidence{Address: netip.MustParseAddr(address)}
}

func showing(e domain.SenderEvidence, c domain.SenderCertificate) domain.SenderEvidence {
	e.Certificate = &c
	return e
}

var _ = Describe("What a webhook asks of senders", func() {
	type alert struct {
		rules    domain.Senders
		evidence domain.SenderEvidence
		shown    string
		lacking  string
	}
	DescribeTable("is looked at and judged",
		func(a alert) {
			got := a.rules.Look(a.evidence)
			Expect(got).To(Equal(shown(a.shown)))
			var lacking []string
			for _, r := range a.rules.Lacking(got) {
				Expect(r.Message).NotTo(BeEmpty())
				Expect(r.Field).To(Equal("senders"))
				lacking = append(lacking, r.Code)
			}
			Expect(strings.Join(lacking, ", ")).To(Equal(a.lacking))
		},
		Entry("nothing", alert{domain.Senders{}, postedFrom("198.51.100.1"), "", ""}),
		Entry("an address within a network", alert{office(), postedFrom("203.0.113.9"), "address passed", ""}),
		Entry("an address of version 6", alert{office(), postedFrom("2001:db8::1"), "address passed", ""}),
		Entry("an address of version 4 written as one of 6", alert{office(), postedFrom("::ffff:203.0.113.9"), "address passed", ""}),
		Entry("an address elsewhere", alert{office(), postedFrom("203.0.114.9"), "address failed", "sender_not_allowed"}),
		Entry("an address that cannot be told", alert{office(), domain.SenderEvidence{}, "address absent", "sender_not_allowed"}),
		Entry("a certificate where none is asked for", alert{office(), showing(domain.SenderEvidence{}, tradingViewCertificate()), "address absent", "sender_not_allowed"}),
		Entry("TradingView's first address", alert{tradingViewAlone(), postedFrom("52.89.214.238"), "address passed, certificate absent", ""}),
		Entry("TradingView's second address", alert{tradingViewAlone(), postedFrom("34.212.75.30"), "address passed, certificate absent", ""}),
		Entry("TradingView's third address", alert{tradingViewAlone(), postedFrom("54.218.53.128"), "address passed, certificate absent", ""}),
		Entry("TradingView's fourth address", alert{tradingViewAlone(), postedFrom("52.32.178.7"), "address passed, certificate absent", ""}),
		Entry("an address next to TradingView's", alert{tradingViewAlone(), postedFrom("52.32.178.8"), "address failed, certificate absent", "sender_not_allowed"}),
		Entry("TradingView's certificate from a new address", alert{tradingViewAlone(), showing(postedFrom("198.51.100.1"), tradingViewCertificate()), "address failed, certificate passed", ""}),
		Entry("TradingView's certificate that nobody vouches for", alert{
			tradingViewAlone(), showing(postedFrom("198.51.100.1"), domain.SenderCertificate{CommonName: tradingViewCertificate().CommonName, Emails: tradingViewCertificate().Emails}),
			"address failed, certificate failed", "sender_not_allowed",
		}),
		Entry("the certificate of somebody by TradingView's name", alert{
			tradingViewAlone(), showing(postedFrom("198.51.100.1"), domain.SenderCertificate{CommonName: "TradingView Webhooks", Trusted: true}),
			"address failed, certificate failed", "sender_not_allowed",
		}),
		Entry("the certificate of somebody with TradingView's address", alert{
			tradingViewAlone(), showing(postedFrom("198.51.100.1"), domain.SenderCertificate{CommonName: "Mallory", Emails: tradingViewCertificate().Emails, Trusted: true}),
			"address failed, certificate failed", "sender_not_allowed",
		}),
		Entry("somebody's certificate from TradingView's address", alert{
			tradingViewAlone(), showing(postedFrom("52.89.214.238"), domain.SenderCertificate{CommonName: "proxy", Trusted: true}), "address passed, certificate failed", "",
		}),
		Entry("a network beside TradingView's", alert{
			domain.Senders{AllowCIDRs: networks("10.0.0.0/8"), Preset: domain.SenderTradingView}, postedFrom("10.1.2.3"), "address passed, certificate absent", "",
		}),
		Entry("a signature and a passphrase that pass", alert{
			domain.Senders{Signing: true, Passphrase: true},
			domain.SenderEvidence{Signature: domain.ProofPassed, Passphrase: domain.ProofPassed},
			"signature passed, passphrase passed", "",
		}),
		Entry("neither signature nor passphrase", alert{
			domain.Senders{Signing: true, Passphrase: true}, domain.SenderEvidence{}, "signature absent, passphrase absent", "not_signed, no_passphrase",
		}),
		Entry("a wrong signature from the right address", alert{
			domain.Senders{AllowCIDRs: networks("10.0.0.0/8"), Signing: true},
			domain.SenderEvidence{Address: netip.MustParseAddr("10.0.0.1"), Signature: domain.ProofFailed},
			"address passed, signature failed", "not_signed",
		}),
	)

	DescribeTable("is told later by what was looked at then",
		func(rules domain.Senders, then, now string) { Expect(rules.Asked(shown(then))).To(Equal(shown(now))) },
		Entry("as it was", tradingViewAlone(), "address passed, certificate absent", "address passed, certificate absent"),
		Entry("but for what is asked for since", domain.Senders{AllowCIDRs: office().AllowCIDRs, Signing: true}, "address passed", "address passed, signature absent"),
		Entry("but for what is not asked for any more", office(), "address passed, certificate failed", "address passed"),
		Entry("as absent where nobody looked", tradingViewAlone(), "", "address absent, certificate absent"),
	)

	type faulty struct {
		senders domain.Senders
		fault   string
	}
	DescribeTable("is refused",
		func(f faulty) {
			s := momentum()
			s.Rules.Senders = f.senders
			_, err := domain.NewWebhookConfig(s)
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(faultsOf(err)).To(ConsistOf(f.fault))
		},
		Entry("with an address inside its network", faulty{domain.Senders{AllowCIDRs: networks("10.0.0.1/8")}, "senders.allow_cidrs.0 invalid_cidr"}),
		Entry("with no network", faulty{domain.Senders{AllowCIDRs: make([]netip.Prefix, 1)}, "senders.allow_cidrs.0 invalid_cidr"}),
		Entry("with a network of version 4 written as one of 6", faulty{domain.Senders{AllowCIDRs: networks("::ffff:10.0.0.0/104")}, "senders.allow_cidrs.0 invalid_cidr"}),
		Entry("with too many networks", faulty{domain.Senders{AllowCIDRs: networks(strings.Split(strings.Repeat("10.0.0.0/8 ", 65), " ")[:65]...)}, "senders.allow_cidrs too_many_cidrs"}),
		Entry("with a sender nobody knows", faulty{domain.Senders{Preset: "mallory"}, "senders.preset invalid_preset"}),
	)
})
