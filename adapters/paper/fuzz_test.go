package paper_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/hookfill/hookfill/domain"
)

// FuzzFold folds whatever a journal may hold after an accident, one entry a
// line: never a panic, an error that says where, and an account that is the
// same however the entries come.
func FuzzFold(f *testing.F) {
	lines := sound()
	f.Add([]byte(strings.Join(lines, "\n")))
	for n, line := range lines {
		f.Add([]byte(strings.Join(lines[:n], "\n") + "\n" + line[:len(line)/2]))
	}
	f.Add([]byte(lines[0] + "\n" + strings.Replace(lines[2], `"107"`, `"0.000000000000000001"`, 1) + "\n" + lines[6]))
	f.Add([]byte(`{"v":1,"kind":"opened","at":"0001-01-01T00:00:00Z","data":null}`))
	f.Fuzz(func(t *testing.T, journal []byte) {
		entries := bytes.Split(journal, []byte("\n"))
		e := folded()
		err := e.Fold(entries)
		if err != nil {
			if domain.KindOf(err) != domain.KindInternal || !strings.Contains(err.Error(), foldedID) {
				t.Fatalf("an error that helps nobody: %v", err)
			}
			if !strings.Contains(err.Error(), "entry ") {
				t.Fatalf("an error that does not say where: %v", err)
			}
		}
		one := folded()
		for _, entry := range entries[:e.Sequence()] {
			if err := one.Fold([][]byte{entry}); err != nil {
				t.Fatalf("folded as one, not one by one: %v", err)
			}
		}
		if got, want := one.Summary(), e.Summary(); !reflect.DeepEqual(got, want) {
			t.Fatalf("one by one %v, as one %v", got, want)
		}
		if got, want := one.UnrealizedProfit(), e.UnrealizedProfit(); got.Cmp(want) != 0 {
			t.Fatalf("one by one %v, as one %v", got, want)
		}
		// Whatever it holds, it can be traded on.
		now := epoch.Add(1e9)
		if made, err := e.Push(now, quote("10", "11", "")); err == nil {
			if err := e.Fold(made.Entries); err != nil {
				t.Fatalf("its own entries: %v", err)
			}
		}
		made, err := e.Submit(now, sell("fuzz", "1"))
		if err != nil {
			return // the id was used, or it could not follow
		}
		if err := e.Fold(made.Entries); err != nil {
			t.Fatalf("its own entries: %v", err)
		}
	})
}
