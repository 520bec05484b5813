package filejournal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/filejournal"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A file whose writer died", func() {
	var (
		dir, path string
		account   domain.BrokerAccountID
	)
	append2 := func(ctx context.Context, j *filejournal.Journal, first int) {
		GinkgoHelper()
		Expect(j.Append(ctx, account, 0, func([][]byte) ([][]byte, error) {
			return [][]byte{fmt.Appendf(nil, `{"n": %d}`, first), fmt.Appendf(nil, `{"n": %d}`, first+1)}, nil
		})).Error().NotTo(HaveOccurred())
	}
	read := func(ctx context.Context, after int64) string {
		GinkgoHelper()
		entries, err := open(dir).Read(ctx, account, after)
		Expect(err).NotTo(HaveOccurred())
		var all []string
		for _, e := range entries {
			all = append(all, string(e))
		}
		return strings.Join(all, " ")
	}
	BeforeEach(func(ctx SpecContext) {
		dir, account = GinkgoT().TempDir(), domain.BrokerAccountID{UUID: uuid.New()}
		path = filepath.Join(dir, account.String()+".journal")
		j := open(dir)
		append2(ctx, j, 1)
		append2(ctx, j, 3)
	})

	It("has the appends that were confirmed, whatever was cut off of the last, and goes on behind them", func(ctx SpecContext) {
		whole, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		first := strings.Index(string(whole), "\n") + 1
		for end := first; end < len(whole); end++ {
			Expect(os.WriteFile(path, whole[:end], 0o600)).To(Succeed())
			Expect(read(ctx, 0)).To(Equal(`{"n":1} {"n":2}`), "cut at %d", end)
		}
		append2(ctx, open(dir), 5)
		Expect(read(ctx, 0)).To(Equal(`{"n":1} {"n":2} {"n":5} {"n":6}`))
		Expect(read(ctx, 3)).To(Equal(`{"n":6}`))
	})

	It("has them where the last was written in part only", func(ctx SpecContext) {
		whole, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		copy(whole[len(whole)-6:], "\x00\x00\x00")
		Expect(os.WriteFile(path, whole, 0o600)).To(Succeed())
		Expect(read(ctx, 0)).To(Equal(`{"n":1} {"n":2}`))
	})

	It("is refused where a line before the last is damaged, and nothing is added to it", func(ctx SpecContext) {
		whole, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		whole[12]++
		Expect(os.WriteFile(path, whole, 0o600)).To(Succeed())
		j := open(dir)
		Expect(j.Read(ctx, account, 0)).Error().To(MatchError(domain.KindInternal))
		_, err = j.Append(ctx, account, 0, func([][]byte) ([][]byte, error) {
			Fail("nothing is decided on a history that is not known")
			return nil, nil
		})
		Expect(err).To(MatchError(ContainSubstring("is damaged at byte 0")))
		Expect(os.ReadFile(path)).To(Equal(whole))
	})

	It("is its owner's alone", func() {
		info, err := os.Stat(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))
	})
})

var _ = Describe("A journal", func() {
	It("refuses an entry that is no JSON document, and stores nothing", func(ctx SpecContext) {
		j, account := open(GinkgoT().TempDir()), domain.BrokerAccountID{UUID: uuid.New()}
		_, err := j.Append(ctx, account, 0, func([][]byte) ([][]byte, error) { return [][]byte{[]byte("{}"), []byte("}")}, nil })
		Expect(err).To(MatchError(ContainSubstring("no JSON document")))
		Expect(j.Read(ctx, account, 0)).To(BeEmpty())
	})

	It("is over once it is closed", func(ctx SpecContext) {
		j := open(GinkgoT().TempDir())
		Expect(j.Close()).To(Succeed())
		Expect(j.Read(ctx, domain.BrokerAccountID{UUID: uuid.New()}, 0)).Error().To(MatchError(domain.KindUnavailable))
	})

	It("cannot be opened where a file is", func() {
		path := filepath.Join(GinkgoT().TempDir(), "file")
		Expect(os.WriteFile(path, nil, 0o600)).To(Succeed())
		Expect(filejournal.Open(path)).Error().To(MatchError(domain.KindUnavailable))
	})
})
