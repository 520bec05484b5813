package app_test

import (
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
)

var _ = Describe("What brokers do not have", func() {
	It("is remembered until it is sent", func() {
		a := app.NewAbsentOrders(3)
		a.Add("one")
		a.Add("two")
		a.Drop("one")
		Expect(a.Has("one")).To(BeFalse())
		Expect(a.Has("two")).To(BeTrue())
	})

	It("is the latest so many at most, whatever comes", func() {
		a := app.NewAbsentOrders(3)
		for n := range 1000 {
			a.Add(strconv.Itoa(n))
			a.Add(strconv.Itoa(n))
			if n%7 == 0 {
				a.Drop(strconv.Itoa(n))
			}
		}
		Expect(a.Size()).To(Equal(3))
		Expect([]bool{a.Has("996"), a.Has("997"), a.Has("998"), a.Has("999")}).To(Equal([]bool{false, true, true, true}))
	})
})
