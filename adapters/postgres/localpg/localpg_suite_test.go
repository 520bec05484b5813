package localpg_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

func TestLocalpg(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "localpg")
}

// made is a data directory whose cluster exists and is stopped. Making one takes
// most of a second, so the specs of a process that need no other use it in turn
// and leave it stopped.
var made string

var _ = BeforeSuite(func(ctx SpecContext) {
	made = newDataDir()
	cluster, err := localpg.Start(ctx, throwaway(made))
	if errors.Is(err, localpg.ErrNotInstalled) && os.Getenv("HOOKFILL_TEST_REQUIRE_DATABASE") == "" {
		Skip(err.Error())
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(cluster.Stop(ctx)).To(Succeed())
})

// holdVariable turns the test binary into a server process that holds the
// data directory it names, so that specs can kill it.
const holdVariable = "LOCALPG_TEST_HOLD"

func TestMain(m *testing.M) {
	if dataDir := os.Getenv(holdVariable); dataDir != "" {
		hold(dataDir)
		return
	}
	os.Exit(m.Run())
}

// held is what a holding process says of itself.
type held struct {
	Error   string
	URL     string
	Dir     string
	Adopted bool
}

// hold opens the cluster, says so, and stays until its input ends.
func hold(dataDir string) {
	var report held
	cluster, err := localpg.Start(context.Background(), localpg.Config{DataDir: dataDir, Throwaway: true})
	if err != nil {
		report.Error = err.Error()
	} else {
		report = held{URL: cluster.URL("postgres"), Dir: cluster.Dir(), Adopted: cluster.Adopted()}
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	_, _ = io.Copy(io.Discard, bufio.NewReader(os.Stdin))
}
