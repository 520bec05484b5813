package appfx_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestAppfx(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Appfx Suite")
}
