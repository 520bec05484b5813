package nyse_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestNYSE(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "domain/nyse")
}
