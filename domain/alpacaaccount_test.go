package domain_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An account at Alpaca", func() {
	DescribeTable("is refused with settings that lead nowhere",
		func(s domain.AlpacaSettings, code string) {
			_, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{Name: "live", Kind: domain.BrokerKindAlpaca, Alpaca: s})
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(err).To(HaveField("Code", code))
		},
		Entry("no environment", domain.AlpacaSettings{}, "invalid_environment"),
		Entry("another environment", domain.AlpacaSettings{Environment: "demo"}, "invalid_environment"),
		Entry("no address", domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "api.alpaca.markets"}, "invalid_base_url"),
		Entry("an address with a path", domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "https://a.example/v2"}, "invalid_base_url"),
		Entry("an address with a password", domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "https://a:b@a.example"}, "invalid_base_url"),
		Entry("another protocol", domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "ftp://a.example"}, "invalid_base_url"),
	)

	It("is reached at the address given, else at that of its environment", func() {
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "https://a.example/"}.URL()).To(Equal("https://a.example"))
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaLive}.URL()).To(Equal("https://api.alpaca.markets"))
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaPaper}.URL()).To(Equal("https://paper-api.alpaca.markets"))
	})

	It("has its market data from Alpaca where it is at Alpaca, else from where it is", func() {
		const alpaca = "https://data.alpaca.markets"
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaLive}.DataURL()).To(Equal(alpaca))
		Expect(domain.AlpacaSettings{Environment: domain.AlpacaPaper, BaseURL: "https://Paper-API.alpaca.markets./"}.DataURL()).To(Equal(alpaca))
		for _, elsewhere := range []string{"http://127.0.0.1:9000", "https://notalpaca.markets", "https://alpaca.markets.example"} {
			Expect(domain.AlpacaSettings{Environment: domain.AlpacaPaper, BaseURL: elsewhere}.DataURL()).To(Equal(elsewhere))
		}
	})

	It("has no credentials when it is new, and counts those it is given", func() {
		account, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
			Name: "live", Kind: domain.BrokerKindAlpaca, Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaLive}, CredentialsVersion: 7,
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(account.Snapshot().CredentialsVersion).To(BeZero())
		account.Rekey()
		Expect(account.Snapshot().CredentialsVersion).To(Equal(1))
	})
})

var _ = Describe("An account in trouble", func() {
	at := func(minutes int) time.Time { return time.Date(2026, 11, 23, 8, minutes, 0, 0, time.UTC) }
	in := func(t *domain.AccountTrouble) *domain.BrokerAccount {
		return domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{Trouble: t})
	}

	It("is tried again each minute at first, ever less often, and each ten minutes at last", func() {
		t := in(nil).TroubledBy("refused", "why", at(0))
		Expect(t).To(Equal(domain.AccountTrouble{Code: "refused", Message: "why", Since: at(0), RetryAt: at(1)}))
		for _, row := range []struct{ now, retry int }{{1, 2}, {2, 4}, {4, 8}, {8, 16}, {16, 26}, {26, 36}} {
			t = in(&t).TroubledBy("refused", "why", at(row.now))
			Expect(t.Since).To(Equal(at(0)))
			Expect(t.RetryAt).To(Equal(at(row.retry)))
		}
		Expect(in(&t).TroubledBy("other", "why", at(40)).Since).To(Equal(at(40)), "another trouble begins by itself")
	})

	It("is parked until then, and not at all once it has other credentials", func() {
		account := in(&domain.AccountTrouble{Code: "refused", RetryAt: at(3)})
		Expect(account.ParkedFor(at(1))).To(Equal(2 * time.Minute))
		Expect(account.ParkedFor(at(5))).To(BeZero())
		Expect(in(nil).ParkedFor(at(1))).To(BeZero())
		account.Rekey()
		Expect(account.ParkedFor(at(1))).To(BeZero())
		Expect(account.Trouble()).To(BeNil())
	})

	It("shares nothing of it", func() {
		account := in(&domain.AccountTrouble{Code: "refused"})
		account.Trouble().Code = "changed"
		account.Snapshot().Trouble.Code = "changed"
		Expect(account.Trouble().Code).To(Equal("refused"))
	})
})

var _ = Describe("Credentials", func() {
	It("say nothing of themselves, however they are printed", func() {
		c, err := domain.NewBrokerCredentials("PK1", strings.Repeat("s3cret", 2), "")
		Expect(err).NotTo(HaveOccurred())
		text, err := c.MarshalText()
		Expect(err).NotTo(HaveOccurred())
		for _, printed := range []string{
			fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c, c), fmt.Sprintf("%v %+v", &c, []domain.BrokerCredentials{c}), string(text),
		} {
			Expect(printed).NotTo(Or(ContainSubstring("s3cret"), ContainSubstring("PK1")))
		}
	})

	DescribeTable("are a key with its secret, or a token",
		func(keyID, secretKey, token string, fields ...string) {
			_, err := domain.NewBrokerCredentials(keyID, secretKey, token)
			if len(fields) == 0 {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(err.Error()).NotTo(ContainSubstring("s3cret"))
			Expect(err).To(HaveField("Reasons", HaveExactElements(HaveField("Field", fields[0]))))
		},
		Entry("a key", "PK1", "s3cret", ""),
		Entry("a token", "", "", "s3cret"),
		Entry("nothing", "", "", "", "credentials"),
		Entry("both", "PK1", "s3cret", "t", "credentials"),
		Entry("a secret alone", "", "s3cret", "", "credentials.key_id"),
		Entry("a key alone", "PK1", "", "", "credentials.secret_key"),
		Entry("a line break, which would end a header", "PK1", "s3cret\r\nX: y", "", "credentials.secret_key"),
		Entry("more than any has", "PK1", strings.Repeat("s", 4097), "", "credentials.secret_key"),
	)
})
