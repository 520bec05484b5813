package outside_test

import (
	"context"
	"testing"

	"example.com/outside"

	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestOutside(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "an outside module")
}

// A suite at the top level.
var _ = portstest.DescribePaperJournal("outside.Journal", portstest.StorageHarness{
	New: func(context.Context) portstest.Storage {
		dir := GinkgoT().TempDir()
		return portstest.Storage{
			Journal: outside.NewJournal(dir),
			Again: func(context.Context) (portstest.Storage, error) {
				return portstest.Storage{Journal: outside.NewJournal(dir)}, nil
			},
		}
	},
})

// A suite within a container of one's own.
var _ = Describe("the machine", func() {
	portstest.DescribeClock("outside.Clock", portstest.ClockHarness{
		New: func(context.Context) ports.Clock { return &outside.Clock{} },
	})
})
