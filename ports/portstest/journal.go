package portstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribePaperJournal proves ports.PaperJournal. Of the storage it uses the
// journal and, where there is one, the unit of work to open accounts.
func DescribePaperJournal(name string, h StorageHarness) bool {
	return describeStorage(name+" as a PaperJournal", h, func(w *world) {
		j := &journalSpecs{w: w}
		BeforeEach(func(ctx SpecContext) { j.account = j.open(ctx) })
		Describe("Append", func() { j.describeAppend() })
		Describe("Append from many goroutines", func() { j.describeAlone() })
		Describe("Read", func() { j.describeRead() })
	})
}

type journalSpecs struct {
	w       *world
	account domain.BrokerAccountID
}

func (j *journalSpecs) open(ctx context.Context) domain.BrokerAccountID {
	GinkgoHelper()
	if j.w.UnitOfWork == nil {
		return newID[domain.BrokerAccount](j.w.mint)
	}
	return j.w.account(ctx, j.w.ada).ID()
}

// entry is the nth entry, as JSON: that is what entries are.
func entry(n int) []byte { return fmt.Appendf(nil, `{"n":%d,"text":"Ω \" \\ 'é'"}`, n) }

// entries are those from first to last.
func entries(first, last int) [][]byte {
	var out [][]byte
	for n := first; n <= last; n++ {
		out = append(out, entry(n))
	}
	return out
}

// expect holds entries to what they mean: spaces and the order of keys are
// not kept.
func (j *journalSpecs) expect(got [][]byte, first, last int) {
	GinkgoHelper()
	want := entries(first, last)
	Expect(got).To(HaveLen(len(want)))
	for i := range want {
		Expect(got[i]).To(MatchJSON(want[i]))
	}
}

func (j *journalSpecs) append(ctx context.Context, first, last int) int64 {
	GinkgoHelper()
	seq, err := j.w.Journal.Append(ctx, j.account, 0, func([][]byte) ([][]byte, error) { return entries(first, last), nil })
	Expect(err).NotTo(HaveOccurred())
	return seq
}

func (j *journalSpecs) read(ctx context.Context, after int64) [][]byte {
	GinkgoHelper()
	return j.readIn(ctx, j.w.Journal, after)
}

// readIn reads all there is after a sequence number, however little a Read gives.
func (j *journalSpecs) readIn(ctx context.Context, journal ports.PaperJournal, after int64) (all [][]byte) {
	GinkgoHelper()
	for {
		got, err := journal.Read(ctx, j.account, after+int64(len(all)))
		Expect(err).NotTo(HaveOccurred())
		if len(got) == 0 {
			return all
		}
		all = append(all, got...)
	}
}

func (j *journalSpecs) describeAppend() {
	w := j.w
	It("stores what fn returns behind the entries as a whole, and gives the number of the last", func(ctx SpecContext) {
		Expect(j.append(ctx, 1, 2)).To(Equal(int64(2)))
		Expect(j.append(ctx, 3, 5)).To(Equal(int64(5)))
		j.expect(j.read(ctx, 0), 1, 5)
	})

	It("gives 0 where there is no entry", func(ctx SpecContext) {
		Expect(j.append(ctx, 1, 0)).To(BeZero())
		Expect(j.read(ctx, 0)).To(BeEmpty())
	})

	It("stores nothing where fn returns nothing, and gives the number of the last all the same", func(ctx SpecContext) {
		j.append(ctx, 1, 3)
		Expect(j.append(ctx, 1, 0)).To(Equal(int64(3)))
		j.expect(j.read(ctx, 0), 1, 3)
	})

	DescribeTable("gives fn the entries after the given sequence number, in order", func(ctx SpecContext, after, first, last int) {
		j.append(ctx, 1, 12)
		var given [][]byte
		Expect(w.Journal.Append(ctx, j.account, int64(after), func(entries [][]byte) ([][]byte, error) {
			given = slices.Clone(entries)
			return nil, nil
		})).To(Equal(int64(12)))
		j.expect(given, first, last)
	},
		Entry("from the start", 0, 1, 12), Entry("from the middle", 9, 10, 12), Entry("from the end", 12, 13, 12),
	)

	It("gives an error of fn back unchanged, and nothing is stored", func(ctx SpecContext) {
		j.append(ctx, 1, 2)
		boom := errors.New("boom")
		_, err := w.Journal.Append(ctx, j.account, 0, func([][]byte) ([][]byte, error) { return entries(3, 4), boom })
		Expect(err).To(BeIdenticalTo(boom))
		j.expect(j.read(ctx, 0), 1, 2)
		Expect(j.append(ctx, 3, 3)).To(Equal(int64(3)))
	})

	It("stores nothing where fn panics, and the account's journal goes on", func(ctx SpecContext) {
		Expect(func() {
			_, _ = w.Journal.Append(ctx, j.account, 0, func([][]byte) ([][]byte, error) { panic("boom") })
		}).To(PanicWith("boom"))
		Expect(j.append(ctx, 1, 1)).To(Equal(int64(1)))
	})

	It("keeps the journals of two accounts apart", func(ctx SpecContext) {
		j.append(ctx, 1, 3)
		other := journalSpecs{w: w, account: j.open(ctx)}
		Expect(other.append(ctx, 7, 7)).To(Equal(int64(1)))
		j.expect(j.read(ctx, 0), 1, 3)
	})

	It("wraps context.Canceled when the context ended first, and fn does not run", func(ctx SpecContext) {
		ran := false
		_, err := w.Journal.Append(ended(ctx), j.account, 0, func([][]byte) ([][]byte, error) {
			ran = true
			return entries(1, 1), nil
		})
		Expect(err).To(MatchError(context.Canceled))
		Expect(ran).To(BeFalse())
	})

	It("shares nothing with what fn was given or returned", func(ctx SpecContext) {
		mine := entry(1)
		var given [][]byte
		Expect(w.Journal.Append(ctx, j.account, 0, func([][]byte) ([][]byte, error) { return [][]byte{mine}, nil })).To(Equal(int64(1)))
		mine[0] = '!'
		Expect(w.Journal.Append(ctx, j.account, 0, func(entries [][]byte) ([][]byte, error) {
			given = entries
			return nil, nil
		})).To(Equal(int64(1)))
		given[0][0] = '!'
		j.read(ctx, 0)[0][0] = '!'
		j.expect(j.read(ctx, 0), 1, 1)
	})
}

func (j *journalSpecs) describeAlone() {
	w := j.w
	// count appends one entry that says how many there are, and tells whether
	// another fn ran meanwhile.
	var running, met atomic.Int32
	BeforeEach(func() { running.Store(0); met.Store(0) })
	count := func(ctx context.Context, w *world) {
		GinkgoHelper()
		Expect(w.Journal.Append(ctx, j.account, 0, func(entries [][]byte) ([][]byte, error) {
			if running.Add(1) > 1 {
				met.Add(1)
			}
			defer running.Add(-1)
			return [][]byte{entry(len(entries) + 1)}, nil
		})).Error().NotTo(HaveOccurred())
	}

	It("runs fn alone for the account: each of twenty sees all that the others stored", func(ctx SpecContext) {
		atOnce(writers, func(int) { count(ctx, w) })
		Expect(met.Load()).To(BeZero())
		j.expect(j.read(ctx, 0), 1, writers)
	})

	It("runs fn alone in any process: through a second handle too", func(ctx SpecContext) {
		second := w.again(ctx)
		atOnce(writers, func(i int) { count(ctx, []*world{w, second}[i%2]) })
		Expect(met.Load()).To(BeZero())
		j.expect(j.read(ctx, 0), 1, writers)
		j.expect(j.readIn(ctx, second.Journal, 0), 1, writers)
	})
}

func (j *journalSpecs) describeRead() {
	w := j.w
	It("gives the entries after a sequence number, in order", func(ctx SpecContext) {
		j.append(ctx, 1, 12)
		j.expect(j.read(ctx, 0), 1, 12)
		j.expect(j.read(ctx, 10), 11, 12)
		Expect(j.read(ctx, 12)).To(BeEmpty())
	})

	It("gives nothing for an account without a journal", func(ctx SpecContext) {
		Expect(j.read(ctx, 0)).To(BeEmpty())
	})

	It("does not wait for an Append that is under way", func(ctx SpecContext) {
		j.append(ctx, 1, 2)
		Expect(w.Journal.Append(ctx, j.account, 0, func([][]byte) ([][]byte, error) {
			// The Append is under way until this returns.
			j.expect(j.read(ctx, 0), 1, 2)
			return entries(3, 3), nil
		})).To(Equal(int64(3)))
		j.expect(j.read(ctx, 0), 1, 3)
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		Expect(w.Journal.Read(ended(ctx), j.account, 0)).Error().To(MatchError(context.Canceled))
	})
}
