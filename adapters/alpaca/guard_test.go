package alpaca_test

import (
	"net/http"
	"net/netip"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("The way to Alpaca", func() {
	DescribeTable("does not lead to an address that is not public, however it is written",
		func(ctx SpecContext, host string) {
			broker := newBroker(alpaca.Config{})
			_, err := broker.Summary(ctx, accountAt("https://"+host))
			Expect(err).To(MatchError(domain.KindUnavailable))
			Expect(err).To(MatchError(ContainSubstring("not public")))
		},
		EntryDescription("%s"),
		Entry(nil, "127.0.0.1"), Entry(nil, "localhost"), Entry(nil, "[::1]"), Entry(nil, "[::ffff:127.0.0.1]"), Entry(nil, "0.0.0.0"),
		Entry(nil, "10.1.2.3"), Entry(nil, "172.16.0.1"), Entry(nil, "192.168.1.1"), Entry(nil, "169.254.169.254"),
		Entry(nil, "100.64.0.1"), Entry(nil, "198.18.0.1"), Entry(nil, "224.0.0.1"), Entry(nil, "255.255.255.255"),
		Entry(nil, "[fe80::1]"), Entry(nil, "[fd00::1]"), Entry(nil, "[64:ff9b::7f00:1]"), Entry(nil, "[2002:7f00:1::]"), Entry(nil, "[2001:db8::1]"),
	)

	It("leads to what is allowed, also by the name of it", func(ctx SpecContext) {
		s := newScript()
		broker := newBroker(alpaca.Config{AllowAddresses: append(loopback(), netip.MustParsePrefix("::1/128"))})
		s.on("GET /v2/account", http.StatusOK, `{"cash":"1","equity":"1","buying_power":"1"}`)
		s.on("GET /v2/positions", http.StatusOK, `[]`)
		Expect(broker.Summary(ctx, accountAt(s.URL))).To(HaveField("Cash", domain.MustMoney("1")))
	})

	It("is not taken without encryption but to what is allowed by its address", func(ctx SpecContext) {
		for _, base := range []string{"http://api.alpaca.markets", "http://8.8.8.8", "http://localhost:1", "ftp://127.0.0.1", "https://"} {
			_, err := newBroker(alpaca.Config{AllowAddresses: loopback()}).Summary(ctx, accountAt(base))
			Expect(err).To(MatchError(domain.KindInvalid), base)
			Expect(err).To(HaveField("Field", "base_url"))
		}
	})

	It("does not follow a redirect with the keys", func(ctx SpecContext) {
		elsewhere, s := newScript(), newScript()
		s.on(submitting, http.StatusTemporaryRedirect, "", "Location", elsewhere.URL+"/v2/orders")
		s.on("GET /v2/account", http.StatusMovedPermanently, "", "Location", elsewhere.URL+"/v2/account")
		broker := newBroker(alpaca.Config{AllowAddresses: loopback()})
		Expect(broker.Submit(ctx, accountAt(s.URL), one())).Error().To(MatchError(domain.KindUnknownOutcome))
		Expect(broker.Summary(ctx, accountAt(s.URL))).Error().To(MatchError(domain.KindUnavailable))
		Expect(elsewhere.requests()).To(BeEmpty())
	})

	It("carries keys in Alpaca's headers, or a token alone", func(ctx SpecContext) {
		s, broker, account := scripted()
		_, _ = broker.ByClientOrderID(ctx, account, "hf")
		Expect(s.heads[0].Get("APCA-API-KEY-ID")).To(Equal(account.ID().String()))
		Expect(s.heads[0].Get("APCA-API-SECRET-KEY")).To(Equal("s3cret"))
		Expect(s.heads[0].Get("Authorization")).To(BeEmpty())

		withToken := alpaca.New(token("t0ken"), clockNow(), alpaca.Config{AllowAddresses: loopback()})
		DeferCleanup(withToken.Close)
		_, _ = withToken.ByClientOrderID(ctx, account, "hf")
		Expect(s.heads[1].Get("Authorization")).To(Equal("Bearer t0ken"))
		for name := range s.heads[1] {
			Expect(strings.ToUpper(name)).NotTo(HavePrefix("APCA"))
		}
	})

	It("is closed for an account of another kind", func(ctx SpecContext) {
		account := domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{Kind: domain.BrokerKindPaper})
		Expect(newBroker(alpaca.Config{}).Summary(ctx, account)).Error().To(MatchError(domain.KindInvalid))
	})

	It("leads to the environment's own address where none is given", func() {
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaLive}.URL()).To(Equal("https://api.alpaca.markets"))
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaPaper}.URL()).To(Equal("https://paper-api.alpaca.markets"))
	})
})
