package paper_test

import (
	"flag"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// lawChecks is how many histories each law is held against in a run that does not
// say (-rapid.checks): they are long ones, and every run draws others.
const lawChecks = "40"

func TestPaper(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set(lawChecks); err != nil {
			t.Fatal(err)
		}
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "Paper broker")
}
