package portstest_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestPortstest(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "ports/portstest")
}
