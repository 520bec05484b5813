package paper_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// journal keeps what ports.PaperJournal promises, and on demand does all that
// the promises allow: it runs fn twice, lets others append in between, fails
// before, after and instead of storing.
type journal struct {
	alone   sync.Mutex // held by the Append under way
	data    sync.Mutex
	entries map[domain.BrokerAccountID][][]byte
	calls   []int // how many entries each fn was given

	// beforeSecondRun, once set, makes the next Append run fn, drop the result,
	// call this and start over.
	beforeSecondRun func()
	failBefore      error // fn is not run
	failAfter       error // fn is run, nothing is stored
	failStored      error // everything is stored
	failRead        error
	// page, once set, is how many entries a Read gives, and failReadAfter how many
	// Reads succeed before failRead counts.
	page, failReadAfter int
}

var _ ports.PaperJournal = (*journal)(nil)

func newJournal() *journal { return &journal{entries: map[domain.BrokerAccountID][][]byte{}} }

func (j *journal) Append(
	ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error),
) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if again := j.take(); again != nil {
		entries := j.beyond(account, after)
		if _, err := fn(entries); err != nil {
			return 0, err
		}
		again()
	}
	j.alone.Lock()
	defer j.alone.Unlock()
	if j.failBefore != nil {
		return 0, j.failBefore
	}
	given := j.beyond(account, after)
	made, err := fn(given)
	if err != nil {
		return 0, err
	}
	if j.failAfter != nil {
		return 0, j.failAfter
	}
	j.data.Lock()
	defer j.data.Unlock()
	j.calls = append(j.calls, len(given))
	for _, b := range made {
		j.entries[account] = append(j.entries[account], slices.Clone(b))
	}
	return int64(len(j.entries[account])), j.failStored
}

func (j *journal) take() func() {
	j.data.Lock()
	defer j.data.Unlock()
	again := j.beforeSecondRun
	j.beforeSecondRun = nil
	return again
}

func (j *journal) Read(_ context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	j.data.Lock()
	fails := j.failRead
	if j.failReadAfter > 0 {
		j.failReadAfter--
		fails = nil
	}
	j.data.Unlock()
	if fails != nil {
		return nil, fails
	}
	given := j.beyond(account, after)
	if j.page > 0 {
		given = given[:min(len(given), j.page)]
	}
	return given, nil
}

// beyond gives all entries after a sequence number.
func (j *journal) beyond(account domain.BrokerAccountID, after int64) [][]byte {
	j.data.Lock()
	defer j.data.Unlock()
	all := j.entries[account]
	if after >= int64(len(all)) {
		return nil
	}
	var out [][]byte
	for _, b := range all[after:] {
		out = append(out, slices.Clone(b))
	}
	return out
}

// all gives an account's entries.
func (j *journal) all(account domain.BrokerAccountID) [][]byte {
	j.data.Lock()
	defer j.data.Unlock()
	return slices.Clone(j.entries[account])
}

// kinds gives the kinds of an account's entries.
func (j *journal) kinds(account domain.BrokerAccountID) []string {
	var kinds []string
	for _, b := range j.all(account) {
		var head struct{ Kind string }
		if err := json.Unmarshal(b, &head); err != nil {
			panic(err)
		}
		kinds = append(kinds, head.Kind)
	}
	return kinds
}

// asJSONB gives an entry as a store gives it back that keeps what JSON says and
// not its bytes.
func asJSONB(b []byte) []byte {
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		panic(err)
	}
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return out
}

var errDisk = errors.New("the disk is on fire")
