package portstest

import (
	"encoding/json"
	"errors"
	"reflect"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// failAs matches a *domain.Error of a kind.
func failAs(kind domain.Kind) types.GomegaMatcher {
	return And(
		WithTransform(isDomainError, BeTrue()),
		MatchError(kind),
	)
}

// failWith matches a *domain.Error of a kind with a code.
func failWith(kind domain.Kind, code string) types.GomegaMatcher {
	return And(failAs(kind), WithTransform(codeOf, Equal(code)))
}

func isDomainError(err error) bool {
	_, ok := errors.AsType[*domain.Error](err)
	return ok
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return e.Code
	}
	return ""
}

// reasonsOf gives every fault an error explains.
func reasonsOf(err error) []domain.Reason {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return e.AllReasons()
	}
	return nil
}

// sameAs matches what says the same as want when it is written out: decimals
// digit by digit, times by their instant and in UTC, a nil list like an empty
// one.
func sameAs(want any) types.GomegaMatcher {
	return And(
		WithTransform(timesOutsideUTC, BeEmpty()),
		WithTransform(writtenOut, Equal(writtenOut(want))),
	)
}

// writtenOut gives v as a tree without types. It is a list of one, so that
// nothing compares with nothing too.
func writtenOut(v any) any {
	GinkgoHelper()
	text, err := json.Marshal(v)
	Expect(err).NotTo(HaveOccurred())
	var tree any
	Expect(json.Unmarshal(text, &tree)).To(Succeed())
	return []any{prune(tree)}
}

// prune drops what says nothing: null, and empty lists and maps.
func prune(tree any) any {
	switch t := tree.(type) {
	case map[string]any:
		for k, v := range t {
			if t[k] = prune(v); t[k] == nil {
				delete(t, k)
			}
		}
		if len(t) == 0 {
			return nil
		}
	case []any:
		for i, v := range t {
			t[i] = prune(v)
		}
		if len(t) == 0 {
			return nil
		}
	}
	return tree
}

// timesOutsideUTC gives every time within v that is in another zone.
func timesOutsideUTC(v any) []time.Time {
	var found []time.Time
	collectTimes(reflect.ValueOf(v), func(t time.Time) {
		if t.Location() != time.UTC {
			found = append(found, t)
		}
	})
	return found
}

func collectTimes(v reflect.Value, visit func(time.Time)) {
	if !v.IsValid() || !v.CanInterface() {
		return
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		visit(t)
		return
	}
	switch v.Kind() { //nolint:exhaustive // no other kind holds a time
	case reflect.Pointer, reflect.Interface:
		collectTimes(v.Elem(), visit)
	case reflect.Struct:
		for _, field := range v.Fields() {
			collectTimes(field, visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			collectTimes(v.Index(i), visit)
		}
	}
}

// beStored matches the answer to an arrival that was stored.
func beStored() types.GomegaMatcher { return beAnswered(ports.ArrivalStored) }

// beAnswered matches the answer to an arrival that could be dealt with.
func beAnswered(outcome ports.ArrivalOutcome) types.GomegaMatcher {
	return And(HaveField("Err", BeNil()), HaveField("Outcome", outcome))
}
