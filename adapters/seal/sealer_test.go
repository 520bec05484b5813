package seal_test

import (
	"bytes"
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, seal.KeyLength) }

func sealer(keys ...[]byte) *seal.Sealer {
	GinkgoHelper()
	s, err := seal.New(keys[0], append(keys, nil)[1])
	Expect(err).NotTo(HaveOccurred())
	return s
}

var _ = portstest.DescribeSealer("seal.Sealer", portstest.SealerHarness{
	New: func(context.Context) ports.Sealer { return sealer(key(1)) },
})

var _ = Describe("A master key", func() {
	var (
		account *domain.BrokerAccount
		secret  domain.BrokerCredentials
	)
	BeforeEach(func() {
		account = domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{CredentialsVersion: 1})
		secret = domain.BrokerCredentials{KeyID: "PK1", SecretKey: "s3cret"}
	})

	It("opens what the previous one sealed, and seals nothing with it any more", func() {
		old, changing, done := sealer(key(1)), sealer(key(2), key(1)), sealer(key(2))
		before, err := old.Seal(account, secret)
		Expect(err).NotTo(HaveOccurred())
		Expect(changing.Open(account, before)).To(Equal(secret))
		Expect(done.Open(account, before)).Error().To(MatchError(domain.KindInternal))
		after, err := changing.Seal(account, secret)
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Open(account, after)).To(Equal(secret))
	})

	It("has 32 bytes", func() {
		for _, length := range []int{0, 16, 31, 33} {
			Expect(seal.New(make([]byte, length), nil)).Error().To(MatchError(domain.KindInvalid))
		}
		Expect(seal.New(key(1), []byte("short"))).Error().To(MatchError(domain.KindInvalid))
	})
})
