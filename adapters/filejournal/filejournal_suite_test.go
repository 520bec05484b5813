package filejournal_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/filejournal"
	"github.com/hookfill/hookfill/ports/portstest"
)

func TestFilejournal(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "adapters/filejournal")
}

func open(dir string) *filejournal.Journal {
	GinkgoHelper()
	j, err := filejournal.Open(dir)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(j.Close)
	return j
}

var _ = portstest.DescribePaperJournal("filejournal.Journal", portstest.StorageHarness{
	New: func(context.Context) portstest.Storage {
		dir := GinkgoT().TempDir()
		j := open(dir)
		return portstest.Storage{
			Journal: j, Close: j.Close,
			Again: func(context.Context) (portstest.Storage, error) {
				second := open(dir)
				return portstest.Storage{Journal: second, Close: second.Close}, nil
			},
		}
	},
})
