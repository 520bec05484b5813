package domain_test

import (
	"encoding/json"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

// numberText draws what ParseMoney must take: a sign, up to 24 digits before
// and 18 after the point.
func numberText() *rapid.Generator[string] {
	return rapid.StringMatching(`-?(0|[1-9][0-9]{0,23})(\.[0-9]{1,18})?`)
}

func unsignedText() *rapid.Generator[string] {
	return rapid.StringMatching(`(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?`)
}

func quantities() *rapid.Generator[domain.Quantity] {
	return rapid.Map(unsignedText(), domain.MustQuantity)
}

func nets() *rapid.Generator[domain.Net] {
	return rapid.Map(numberText(), domain.MustNet)
}

// kindsOfNumber reads one text as each of the four.
type kindOfNumber struct {
	name  string
	parse func(string) (any, error)
}

func kindsOfNumber() []kindOfNumber {
	return []kindOfNumber{
		{"quantity", func(s string) (any, error) { return domain.ParseQuantity(s) }},
		{"price", func(s string) (any, error) { return domain.ParsePrice(s) }},
		{"money", func(s string) (any, error) { return domain.ParseMoney(s) }},
		{"net", func(s string) (any, error) { return domain.ParseNet(s) }},
	}
}

var _ = Describe("A number from outside", func() {
	type bad struct {
		Text string
		Code string
	}
	DescribeTable("is refused, whatever it was to be, when it is",
		func(row bad) {
			for _, kind := range kindsOfNumber() {
				value, err := kind.parse(row.Text)
				Expect(err).To(refuseWith(domain.KindInvalid, row.Code), kind.name)
				Expect(value).To(HaveField("IsZero()", true), "a refused %s is nothing", kind.name)
			}
		},
		Entry("nothing", bad{"", "not_a_number"}),
		Entry("a space", bad{" ", "not_a_number"}),
		Entry("led by a space", bad{" 1", "not_a_number"}),
		Entry("followed by a space", bad{"1 ", "not_a_number"}),
		Entry("followed by a line", bad{"1\n", "not_a_number"}),
		Entry("not a number", bad{"NaN", "not_a_number"}),
		Entry("infinite", bad{"Inf", "not_a_number"}),
		Entry("infinitely negative", bad{"-Infinity", "not_a_number"}),
		Entry("grouped by underscores", bad{"1_000", "not_a_number"}),
		Entry("grouped by commas", bad{"1,000", "not_a_number"}),
		Entry("hexadecimal", bad{"0x1", "not_a_number"}),
		Entry("a hexadecimal float", bad{"0x1p-2", "not_a_number"}),
		Entry("a fraction", bad{"1/2", "not_a_number"}),
		Entry("two numbers", bad{"1.2.3", "not_a_number"}),
		Entry("a point", bad{".", "not_a_number"}),
		Entry("an exponent alone", bad{"e5", "not_a_number"}),
		Entry("an exponent without digits", bad{"1e", "not_a_number"}),
		Entry("an exponent of four digits", bad{"1e1000", "not_a_number"}),
		Entry("signed twice", bad{"--1", "not_a_number"}),
		Entry("in other digits than ours", bad{"١٢", "not_a_number"}),
		Entry("a placeholder nobody filled in", bad{"{{close}}", "not_a_number"}),
		Entry("of 400 digits", bad{strings.Repeat("7", 400), "not_a_number"}),
		Entry("of 65 characters", bad{"1" + strings.Repeat("0", 64), "not_a_number"}),
		Entry("1e400", bad{"1e400", "number_out_of_range"}),
		Entry("1e-400", bad{"1e-400", "number_out_of_range"}),
		Entry("of 25 digits before the point", bad{"1e24", "number_out_of_range"}),
		Entry("of 19 places", bad{"1e-19", "number_out_of_range"}),
	)

	type bound struct {
		Text string
		Is   string
	}
	DescribeTable("is taken to the last digit at the bounds",
		func(row bound) {
			for _, kind := range kindsOfNumber() {
				value, err := kind.parse(row.Text)
				Expect(err).NotTo(HaveOccurred(), kind.name)
				Expect(value).To(HaveField("String()", row.Is), kind.name)
			}
		},
		Entry("24 digits", bound{strings.Repeat("9", 24), strings.Repeat("9", 24)}),
		Entry("24 digits by exponent", bound{"1e23", "1" + strings.Repeat("0", 23)}),
		Entry("18 places", bound{"0.000000000000000001", "0.000000000000000001"}),
		Entry("18 places by exponent", bound{"1E-18", "0.000000000000000001"}),
		Entry("24 digits and 18 places", bound{strings.Repeat("9", 24) + "." + strings.Repeat("9", 18), strings.Repeat("9", 24) + "." + strings.Repeat("9", 18)}),
		Entry("more zeros than places", bound{"1." + strings.Repeat("0", 40), "1"}),
	)

	DescribeTable("is one value however it is spelled",
		func(text string) {
			for _, kind := range kindsOfNumber() {
				plain, err := kind.parse("1.5")
				Expect(err).NotTo(HaveOccurred())
				value, err := kind.parse(text)
				Expect(err).NotTo(HaveOccurred(), kind.name)
				Expect(value).To(Equal(plain), "%s %s is deeply equal to 1.5", kind.name, text)
			}
		},
		Entry(nil, "1.5"), Entry(nil, "1.50"), Entry(nil, "15e-1"), Entry(nil, "15E-1"), Entry(nil, "+1.5"),
		Entry(nil, "01.5"), Entry(nil, "0.15e1"), Entry(nil, "0.15e+1"), Entry(nil, "1500e-003"),
	)

	DescribeTable("that is 0 is the zero value",
		func(text string) {
			Expect(domain.ParseQuantity(text)).To(Equal(domain.Quantity{}))
			Expect(domain.ParseMoney(text)).To(Equal(domain.Money{}))
			Expect(domain.ParseNet(text)).To(Equal(domain.Net{}))
			Expect(domain.Quantity{}.String()).To(Equal("0"))
		},
		Entry(nil, "0"), Entry(nil, "-0"), Entry(nil, "0.000"), Entry(nil, "0e-999"), Entry(nil, "0e999"),
	)

	It("reads back what it wrote, as the very same value", func() {
		canonical := regexp.MustCompile(`^(0|-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?)$`)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			text := numberText().Draw(t, "text")
			money := domain.MustMoney(text)
			g.Expect(money.String()).To(MatchRegexp(canonical.String()))
			g.Expect(domain.ParseMoney(money.String())).To(Equal(money))
			g.Expect(money.Decimal().Equal(decimal.RequireFromString(text))).To(BeTrue(), "nothing is lost")
			g.Expect(domain.ParseNet(text)).To(HaveField("String()", money.String()))

			unsigned := strings.TrimPrefix(text, "-")
			q := domain.MustQuantity(unsigned)
			g.Expect(domain.ParseQuantity(q.String())).To(Equal(q))
			g.Expect(domain.NewQuantity(q.Decimal())).To(Equal(q))
			if !q.IsZero() {
				p := domain.MustPrice(unsigned)
				g.Expect(domain.ParsePrice(p.String())).To(Equal(p))
				g.Expect(domain.NewPrice(p.Decimal())).To(Equal(p))
			}
		})
	})

	It("travels as text in JSON", func() {
		type wire struct {
			Quantity domain.Quantity
			Price    *domain.Price
			Money    domain.Money
			Net      domain.Net
		}
		sent := wire{domain.MustQuantity("0.10"), new(domain.MustPrice("1e2")), domain.MustMoney("-3.5"), domain.MustNet("-7")}
		text, err := json.Marshal(sent)
		Expect(err).NotTo(HaveOccurred())
		Expect(text).To(MatchJSON(`{"Quantity":"0.1","Price":"100","Money":"-3.5","Net":"-7"}`))
		var got wire
		Expect(json.Unmarshal(text, &got)).To(Succeed())
		Expect(got).To(Equal(sent))
	})

	DescribeTable("as text in JSON is held to the same rules",
		func(into any, text string) {
			Expect(json.Unmarshal([]byte(`"`+text+`"`), into)).To(MatchError(domain.KindInvalid))
		},
		Entry("no negative quantity", new(domain.Quantity), "-1"),
		Entry("no price of 0", new(domain.Price), "0"),
		Entry("no money of another base", new(domain.Money), "0x1"),
		Entry("no net that is not a number", new(domain.Net), "NaN"),
	)
})

var _ = Describe("A quantity", func() {
	It("is never negative", func() {
		_, err := domain.ParseQuantity("-0.1")
		Expect(err).To(refuseWith(domain.KindInvalid, "negative_quantity"))
		_, err = domain.NewQuantity(decimal.RequireFromString("-1"))
		Expect(err).To(refuseWith(domain.KindInvalid, "negative_quantity"))
		_, err = domain.NewQuantity(decimal.New(1, 24))
		Expect(err).To(refuseWith(domain.KindInvalid, "number_out_of_range"))
	})

	It("stops at 0 when more is taken away than there is", func() {
		Expect(domain.MustQuantity("3").Less(domain.MustQuantity("5"))).To(Equal(domain.Quantity{}))
		Expect(domain.MustQuantity("5").Less(domain.MustQuantity("5"))).To(Equal(domain.Quantity{}))
	})

	It("adds, takes away and compares exactly", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			a, b := quantities().Draw(t, "a"), quantities().Draw(t, "b")
			g.Expect(a.Add(b)).To(Equal(b.Add(a)))
			g.Expect(a.Add(b).Less(b)).To(Equal(a))
			g.Expect(a.Min(b)).To(Equal(b.Min(a)))
			g.Expect(a.Min(b).Add(a.Less(b))).To(Equal(a), "what both have and what a has more make a")
			g.Expect(a.Cmp(b)).To(Equal(-b.Cmp(a)))
		})
	})

	It("multiplied stays one that can be sent and read back, and never more than asked", func() {
		fine := rapid.Map(rapid.StringMatching(`[0-9]{0,5}\.[0-9]{17}[1-9]`), domain.MustQuantity)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			q, factor := fine.Draw(t, "quantity"), fine.Draw(t, "factor")
			product := q.Times(factor)
			g.Expect(domain.ParseQuantity(product.String())).To(Equal(product))
			off := q.Decimal().Mul(factor.Decimal()).Sub(product.Decimal())
			g.Expect(off.IsNegative()).To(BeFalse())
			g.Expect(off.LessThan(decimal.New(1, -18))).To(BeTrue())
		})
	})

	It("costs its price times its size", func() {
		Expect(domain.MustQuantity("0.1").At(domain.MustPrice("0.2"))).To(Equal(domain.MustMoney("0.02")))
		Expect(domain.MustQuantity("3").Times(domain.MustQuantity("0.5"))).To(Equal(domain.MustQuantity("1.5")))
	})
})

var _ = Describe("A price", func() {
	DescribeTable("is above 0",
		func(text string) {
			_, err := domain.ParsePrice(text)
			Expect(err).To(refuseWith(domain.KindInvalid, "price_not_positive"))
			_, err = domain.NewPrice(decimal.RequireFromString(text))
			Expect(err).To(refuseWith(domain.KindInvalid, "price_not_positive"))
		},
		Entry(nil, "0"), Entry(nil, "-0"), Entry(nil, "-1.5"),
	)

	It("is kept within the same bounds when it comes as a decimal", func() {
		_, err := domain.NewPrice(decimal.New(1, -19))
		Expect(err).To(refuseWith(domain.KindInvalid, "number_out_of_range"))
	})

	It("compares by value", func() {
		Expect(domain.MustPrice("1.5").Cmp(domain.MustPrice("1.50"))).To(Equal(0))
		Expect(domain.MustPrice("1.4").Cmp(domain.MustPrice("1.5"))).To(Equal(-1))
	})
})

var _ = Describe("Money", func() {
	It("adds up to nothing lost", func() {
		money := rapid.Map(numberText(), domain.MustMoney)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			a, b := money.Draw(t, "a"), money.Draw(t, "b")
			g.Expect(a.Add(b)).To(Equal(b.Add(a)))
			g.Expect(a.Add(b).Sub(b)).To(Equal(a))
			g.Expect(a.Sub(b)).To(Equal(b.Sub(a).Neg()))
			g.Expect(a.Add(a.Neg())).To(Equal(domain.Money{}))
			g.Expect(a.Cmp(b)).To(Equal(a.Sub(b).Cmp(domain.Money{})))
		})
	})

	It("comes from a decimal of either sign", func() {
		Expect(domain.NewMoney(decimal.RequireFromString("-2.50"))).To(Equal(domain.MustMoney("-2.5")))
	})
})

var _ = DescribeTable("A constant that is no such number panics where it is written",
	func(write func()) { Expect(write).To(Panic()) },
	Entry("a quantity below 0", func() { domain.MustQuantity("-1") }),
	Entry("a price of 0", func() { domain.MustPrice("0") }),
	Entry("money in words", func() { domain.MustMoney("ten") }),
	Entry("a net of nothing", func() { domain.MustNet("") }),
	Entry("a symbol with a space", func() { domain.MustSymbol("A B") }),
)
