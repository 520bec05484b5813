package portstest

import (
	"fmt"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// The list of cases is written anew where this variable says so: `make
// conformance`.
const (
	conformanceVariable = "HOOKFILL_TEST_CONFORMANCE"
	conformanceWrites   = "write"
)

// CheckConformance holds the published list of cases in a file (the one of this
// package is CONFORMANCE.md) against what the suites of a broker's ports did with an
// adapter, once they are over: every case that ran is in the list under its number,
// and the adapter's column tells what came of it. A case that is new is an error
// until the list has it; what a run was told to leave out says nothing. The name is
// that which the suites were given.
func CheckConformance(adapter, file string) bool {
	return ReportAfterSuite("The list of conformance cases agrees with the suites of "+adapter, func(r Report) {
		list, err := readConformance(file)
		if err != nil {
			Fail(err.Error())
		}
		seen := outcomesOf(adapter, r)
		if os.Getenv(conformanceVariable) == conformanceWrites { //nolint:forbidigo // no command hands it on to a suite
			list.take(adapter, seen)
			if err := os.WriteFile(file, []byte(list.String()), 0o644); err != nil { //nolint:gosec // it is there to be read
				Fail(err.Error())
			}
			return
		}
		if wrong := list.disagreesWith(adapter, seen, isWhole(r)); len(wrong) > 0 {
			Fail(file + " is out of date (make conformance writes it anew):\n" + strings.Join(wrong, "\n"))
		}
	})
}

// What becomes of a case.
const (
	conforms    = "passes"
	skippedFor  = "skipped because "
	notRun      = "–"
	withoutLegs = "the broker declares no brackets"
)

// conformanceCase names a case: the suite it is of, and its sentence.
type conformanceCase struct{ suite, promise string }

// outcomesOf gives what came of the cases that ran. One that failed says nothing:
// it fails by itself.
func outcomesOf(adapter string, r Report) map[conformanceCase]string {
	seen := map[conformanceCase]string{}
	for _, spec := range r.SpecReports {
		if spec.LeafNodeType != types.NodeTypeIt || len(spec.ContainerHierarchyTexts) == 0 {
			continue
		}
		suite, ok := strings.CutPrefix(spec.ContainerHierarchyTexts[0], adapter+" as ")
		if !ok {
			continue
		}
		texts := append(slices.Clone(spec.ContainerHierarchyTexts[1:]), spec.LeafNodeText)
		of := conformanceCase{suite, inCell(strings.Join(texts, " "))}
		switch {
		case spec.State == types.SpecStatePassed:
			seen[of] = conforms
		case spec.State == types.SpecStateSkipped && spec.FailureMessage() != "":
			seen[of] = skippedFor + inCell(spec.FailureMessage())
		}
	}
	return seen
}

// inCell keeps a sentence within a cell of a table.
func inCell(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "|", "/")), " ")
}

// isWhole reports a run of which nothing was left out.
func isWhole(r Report) bool {
	c := r.SuiteConfig
	return len(c.FocusStrings)+len(c.SkipStrings)+len(c.FocusFiles)+len(c.SkipFiles) == 0 && c.LabelFilter == "" &&
		!r.SuiteHasProgrammaticFocus && r.SuiteSucceeded
}

// conformance is the list: cases by suite, in the order of their numbers.
type conformance struct {
	head     string
	adapters []string
	rows     []conformanceRow
}

type conformanceRow struct {
	number string
	conformanceCase
	// told is what became of it, by adapter.
	told map[string]string
}

// conformanceSuites are what a broker's adapter may be held to, with the letters
// of their cases.
func conformanceSuites() [][2]string {
	return [][2]string{
		{"B", "a Broker"}, {"L", "a Broker on a bad line"}, {"H", "an OrderHistory"}, {"Q", "Quotes"}, {"U", "TradeUpdates"},
	}
}

func readConformance(file string) (*conformance, error) {
	text, err := os.ReadFile(file) //nolint:gosec // whoever registers the suites names it
	if err != nil {
		return nil, err
	}
	c, suite := &conformance{}, ""
	head, rest, _ := strings.Cut(string(text), "\n## ")
	c.head = strings.TrimSpace(head)
	for line := range strings.Lines("## " + rest) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## As "); ok {
			suite = title
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if !strings.HasPrefix(line, "|") || len(cells) < 2 || strings.HasPrefix(line, "|--") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] == "No." {
			c.adapters = cells[2:]
			continue
		}
		row := conformanceRow{cells[0], conformanceCase{suite, cells[1]}, map[string]string{}}
		for i, told := range cells[2:] {
			if i >= len(c.adapters) {
				return nil, fmt.Errorf("%s: case %s has more cells than there are adapters", file, row.number)
			}
			row.told[c.adapters[i]] = told
		}
		c.rows = append(c.rows, row)
	}
	return c, nil
}

// take puts what came of an adapter's cases into the list. A new case gets the next
// number, and one that no adapter knows any more keeps its own.
func (c *conformance) take(adapter string, seen map[conformanceCase]string) {
	if !slices.Contains(c.adapters, adapter) {
		c.adapters = append(c.adapters, adapter)
		slices.Sort(c.adapters)
	}
	fresh := make([]conformanceCase, 0, len(seen))
	for of := range seen {
		if !slices.ContainsFunc(c.rows, func(r conformanceRow) bool { return r.conformanceCase == of }) {
			fresh = append(fresh, of)
		}
	}
	slices.SortFunc(fresh, func(a, b conformanceCase) int { return strings.Compare(a.promise, b.promise) })
	for _, letter := range conformanceSuites() {
		next := 1
		for _, r := range c.rows {
			if r.suite == letter[1] {
				next++
			}
		}
		for _, of := range fresh {
			if of.suite == letter[1] {
				c.rows = append(c.rows, conformanceRow{fmt.Sprintf("%s%d", letter[0], next), of, map[string]string{}})
				next++
			}
		}
	}
	for _, r := range c.rows {
		r.told[adapter] = told(r.conformanceCase, seen)
		for _, other := range c.adapters {
			if r.told[other] == "" {
				r.told[other] = told(r.conformanceCase, c.column(other))
			}
		}
	}
}

// column is what the list says of an adapter's cases.
func (c *conformance) column(adapter string) map[conformanceCase]string {
	column := map[conformanceCase]string{}
	for _, r := range c.rows {
		if told := r.told[adapter]; told != "" && told != notRun {
			column[r.conformanceCase] = told
		}
	}
	return column
}

// told is what the list has to say of a case after a whole run.
func told(of conformanceCase, seen map[conformanceCase]string) string {
	if came, ran := seen[of]; ran {
		return came
	}
	for other := range seen {
		if other.suite == of.suite {
			return skippedFor + withoutLegs
		}
	}
	return notRun
}

// disagreesWith tells what of the list is not what came of an adapter's cases.
func (c *conformance) disagreesWith(adapter string, seen map[conformanceCase]string, whole bool) (wrong []string) {
	listed := map[conformanceCase]bool{}
	for _, r := range c.rows {
		listed[r.conformanceCase] = true
		came, ran := seen[r.conformanceCase]
		if !ran && whole {
			came, ran = told(r.conformanceCase, seen), true
		}
		if ran && came != r.told[adapter] {
			wrong = append(wrong, fmt.Sprintf("%s says of %s %q, and it is %q", r.number, adapter, r.told[adapter], came))
		}
	}
	for of := range seen {
		if !listed[of] && slices.ContainsFunc(conformanceSuites(), func(s [2]string) bool { return s[1] == of.suite }) {
			wrong = append(wrong, fmt.Sprintf("no number has the case %q of %s", of.promise, of.suite))
		}
	}
	slices.Sort(wrong)
	return wrong
}

func (c *conformance) String() string {
	var b strings.Builder
	b.WriteString(c.head + "\n")
	for _, letter := range conformanceSuites() {
		fmt.Fprintf(&b, "\n## As %s\n\n| No. | Promise | %s |\n|%s\n", letter[1], strings.Join(c.adapters, " | "), strings.Repeat("---|", len(c.adapters)+2))
		for _, r := range c.rows {
			if r.suite != letter[1] {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s |", r.number, r.promise)
			for _, adapter := range c.adapters {
				fmt.Fprintf(&b, " %s |", r.told[adapter])
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
