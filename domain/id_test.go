package domain_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An id", func() {
	const text = "0198a3c4-5d6e-7f80-9123-456789abcdef"

	It("reads back what it wrote", func() {
		one, err := domain.ParseID[domain.Order](text)
		Expect(err).NotTo(HaveOccurred())
		Expect(one.String()).To(Equal(text))
		Expect(one.IsZero()).To(BeFalse())
		Expect(domain.OrderID{}.IsZero()).To(BeTrue())
	})

	It("travels as text in JSON", func() {
		one, err := domain.ParseID[domain.Order](text)
		Expect(err).NotTo(HaveOccurred())
		wire, err := json.Marshal(one)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(wire)).To(Equal(`"` + text + `"`))
		var got domain.OrderID
		Expect(json.Unmarshal(wire, &got)).To(Succeed())
		Expect(got).To(Equal(one))
	})

	DescribeTable("is refused in any form but 8-4-4-4-12",
		func(text string) {
			_, err := domain.ParseID[domain.Order](text)
			Expect(faultsOf(err)).To(Equal([]string{"id invalid_id"}))
		},
		Entry("empty", ""),
		Entry("without hyphens", "0198a3c45d6e7f809123456789abcdef"),
		Entry("in braces", "{0198a3c4-5d6e-7f80-9123-456789abcdef}"),
		Entry("as a URN", "urn:uuid:0198a3c4-5d6e-7f80-9123-456789abcdef"),
		Entry("cut off", "0198a3c4-5d6e-7f80-9123-456789abcde"),
		Entry("with another letter", "0198a3c4-5d6e-7f80-9123-456789abcdeg"),
	)
})
