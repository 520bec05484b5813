package domain_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A stored number", func() {
	It("is read as the value that was stored, however wide", func() {
		wide := rapid.StringMatching(`(0|[1-9][0-9]{0,47})\.[0-9]{35}[1-9]`)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			text := wide.Draw(t, "text")
			quantity, err := domain.RestoreQuantity(text)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(quantity.String()).To(Equal(text))
			price, err := domain.RestorePrice(text)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(price.String()).To(Equal(text))
			for _, signed := range []string{text, "-" + text} {
				money, err := domain.RestoreMoney(signed)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(money.String()).To(Equal(signed))
				net, err := domain.RestoreNet(signed)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(net.String()).To(Equal(signed))
			}
		})
	})

	It("is deeply equal to the value it was", func() {
		Expect(domain.RestoreQuantity("1.500")).To(Equal(domain.MustQuantity("1.5")))
		Expect(domain.RestoreMoney("0.00")).To(Equal(domain.Money{}))
		Expect(domain.RestoreNet("-10")).To(Equal(domain.MustNet("-10")))
		Expect(domain.RestorePrice("100")).To(Equal(domain.MustPrice("100")))
		profit := domain.MustQuantity("0.123456789").At(domain.MustPrice("0.1234567891234"))
		Expect(domain.RestoreMoney(profit.String())).To(Equal(profit))
	})

	DescribeTable("that is none is corrupt, and nobody's fault who asks",
		func(restore func() error) { Expect(restore()).To(refuseWith(domain.KindInternal, "corrupt_amount")) },
		Entry("a quantity", func() error { _, err := domain.RestoreQuantity("NaN"); return err }),
		Entry("a price", func() error { _, err := domain.RestorePrice(""); return err }),
		Entry("money", func() error { _, err := domain.RestoreMoney("ten"); return err }),
		Entry("a quantity below 0", func() error { _, err := domain.RestoreQuantity("-1"); return err }),
		Entry("a price of 0", func() error { _, err := domain.RestorePrice("0"); return err }),
		Entry("a net", func() error { _, err := domain.RestoreNet("1_0"); return err }),
	)
})

func FuzzParseNumbers(f *testing.F) {
	for _, seed := range []string{"1", "-1.50", "15e-1", "1e400", "NaN", "0x1", "1_000", ".5", "5.", "+0", strings.Repeat("9", 400)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		money, err := domain.ParseMoney(text)
		if err != nil {
			if domain.KindOf(err) != domain.KindInvalid || !money.IsZero() {
				t.Fatalf("%q is refused with %v and %s", text, err, money)
			}
			return
		}
		again, err := domain.ParseMoney(money.String())
		if err != nil || again.Cmp(money) != 0 {
			t.Fatalf("%q is %s, which reads back as %s, %v", text, money, again, err)
		}
		quantity, err := domain.ParseQuantity(text)
		if (err == nil) != (money.Cmp(domain.Money{}) >= 0) {
			t.Fatalf("%q is the quantity %s, %v", text, quantity, err)
		}
		price, err := domain.ParsePrice(text)
		if (err == nil) != (money.Cmp(domain.Money{}) > 0) {
			t.Fatalf("%q is the price %s, %v", text, price, err)
		}
	})
}
