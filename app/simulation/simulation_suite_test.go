package simulation_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// bubbles is what testing/synctest hangs its bubbles on; set before any spec runs.
var bubbles *testing.T

func TestSimulation(t *testing.T) {
	bubbles = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "app/simulation")
}
