package expressions_test

import (
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/expressions"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An expression", func() {
	body := func() map[string]any {
		return map[string]any{"s": "Ab", "n": "0.29", "t": true, "none": nil, "list": []any{"a", "b"}, "o": map[string]any{"x": "1"}}
	}

	DescribeTable("gives",
		func(_ SpecContext, source string, want any) {
			engine := expressions.New()
			Expect(engine.Check(source)).To(Succeed())
			got, err := engine.Run(source, body())
			Expect(err).NotTo(HaveOccurred())
			if want == nil {
				Expect(got).To(BeNil())
				return
			}
			Expect(got).To(Equal(want))
		},
		Entry(nil, `body.s`, "Ab"),
		Entry(nil, `body.none`, nil),
		Entry(nil, `body.missing`, nil),
		Entry(nil, `lower(body.s) + upper(body.s)`, "abAB"),
		Entry(nil, `body.t ? body.o.x : "2"`, "1"),
		Entry(nil, `body.list[1]`, "b"),
		Entry(nil, `last(split("a:b", ":"))`, "b"),
		Entry(nil, `mul(body.n, "100")`, "29"),
		Entry(nil, `add("0.1", "0.2")`, "0.3"),
		Entry(nil, `sub(1, "0.9")`, "0.1"),
		Entry(nil, `div("1", "3")`, "0."+strings.Repeat("3", 18)),
		Entry(nil, `body.s in ["Ab", "Cd"]`, true),
		Entry(nil, `body.none ?? "x"`, "x"),
	)

	DescribeTable("is refused where it cannot be read, or reaches for what is not offered",
		func(_ SpecContext, source string) {
			engine := expressions.New()
			Expect(engine.Check(source)).To(MatchError(domain.KindInvalid))
			Expect(engine.Run(source, body())).Error().To(MatchError(domain.KindInvalid))
		},
		Entry(nil, ``), Entry(nil, `body.(`), Entry(nil, `env`), Entry(nil, `now()`), Entry(nil, `1..9`), Entry(nil, `body.s matches "a"`),
		Entry(nil, `filter(body.list, true)`), Entry(nil, `repeat("a", 9)`), Entry(nil, `replace("a", "", "b")`), Entry(nil, `toJSON(body)`),
		Entry(nil, `1.5`), Entry(nil, strings.Repeat("-", 400)+"1"), Entry(nil, `"`+strings.Repeat("a", 500)+`"`),
	)

	DescribeTable("fails and repeats nothing of what it saw",
		func(_ SpecContext, source string) {
			_, err := expressions.New().Run(source, map[string]any{"secret": "c4n4ry"})
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(err.Error()).NotTo(ContainSubstring("c4n4ry"))
		},
		Entry(nil, `mul(body.secret, "2")`), Entry(nil, `body.secret.x`), Entry(nil, `lower(body.none)`), Entry(nil, `div("1", "0")`),
		Entry(nil, `body.secret + 1`), Entry(nil, `mul("1e99", "1")`),
	)

	It("is evaluated for everybody at once", func(_ SpecContext) {
		engine := expressions.New()
		var group sync.WaitGroup
		got := make([]any, 16)
		for i := range got {
			group.Go(func() {
				if v, err := engine.Run(`mul(body.n, "100")`, body()); err == nil {
					got[i] = v
				}
			})
		}
		group.Wait()
		Expect(got).To(HaveEach("29"))
	})
})

// FuzzRun holds any expression against what is promised of all: it does not panic,
// and gives a domain error or a value.
func FuzzRun(f *testing.F) {
	for _, source := range []string{
		`body.a`, `lower(body.a) + "x"`, `mul(body.a, "2")`, `body.a ? 1 : nil`, `body["a"]?.b[0]`, `let x = body.a; x + x`, `body.a |> lower()`,
	} {
		f.Add(source, "1.5")
	}
	engine := expressions.New()
	f.Fuzz(func(t *testing.T, source, text string) {
		_, err := engine.Run(source, map[string]any{"a": text})
		if err != nil && domain.KindOf(err) != domain.KindInvalid {
			t.Fatalf("not a refusal: %v", err)
		}
	})
}
