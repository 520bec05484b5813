package portstest

import (
	"bytes"
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// SealerHarness makes sealers.
type SealerHarness struct {
	New func(ctx context.Context) ports.Sealer
}

// DescribeSealer proves ports.Sealer.
func DescribeSealer(name string, h SealerHarness) bool {
	return Describe(name+" as a Sealer", Label(LabelContract), func() {
		var (
			sealer  ports.Sealer
			account domain.BrokerAccountSnapshot
		)
		keys := domain.BrokerCredentials{KeyID: "PKEXAMPLE", SecretKey: "very-secret-indeed"}
		BeforeEach(func(ctx SpecContext) {
			m := &mint{}
			sealer = h.New(ctx)
			account = domain.BrokerAccountSnapshot{
				ID: newID[domain.BrokerAccount](m), UserID: newID[domain.User](m), Kind: domain.BrokerKindAlpaca, CredentialsVersion: 3,
			}
		})
		of := domain.RestoreBrokerAccount
		sealed := func(c domain.BrokerCredentials) []byte {
			GinkgoHelper()
			s, err := sealer.Seal(of(account), c)
			Expect(err).NotTo(HaveOccurred())
			return s
		}

		It("gives what was sealed for the account at its version", func() {
			for _, c := range []domain.BrokerCredentials{keys, {OAuthToken: "token"}} {
				Expect(sealer.Open(of(account), sealed(c))).To(Equal(c))
			}
		})

		It("shows nothing of it, and never the same twice", func() {
			first := sealed(keys)
			Expect(bytes.Contains(first, []byte("PKEXAMPLE"))).To(BeFalse())
			Expect(bytes.Contains(first, []byte("very-secret"))).To(BeFalse())
			Expect(sealed(keys)).NotTo(Equal(first))
		})

		DescribeTable("opens it for no other", func(edit func(*domain.BrokerAccountSnapshot)) {
			s := sealed(keys)
			other := account
			edit(&other)
			_, err := sealer.Open(of(other), s)
			Expect(err).To(failWith(domain.KindInternal, "credentials_unreadable"))
			Expect(err.Error()).NotTo(ContainSubstring("very-secret"))
		},
			Entry("owner", func(s *domain.BrokerAccountSnapshot) { s.UserID = newID[domain.User](&mint{}) }),
			Entry("account", func(s *domain.BrokerAccountSnapshot) { s.ID = newID[domain.BrokerAccount](&mint{}) }),
			Entry("version", func(s *domain.BrokerAccountSnapshot) { s.CredentialsVersion++ }),
		)

		It("is KindInternal with code credentials_unreadable for what was changed anywhere", func() {
			s := sealed(keys)
			for i := range s {
				changed := bytes.Clone(s)
				changed[i] ^= 1
				Expect(sealer.Open(of(account), changed)).Error().To(failWith(domain.KindInternal, "credentials_unreadable"))
				Expect(sealer.Open(of(account), s[:i])).Error().To(failWith(domain.KindInternal, "credentials_unreadable"))
			}
		})
	})
}
