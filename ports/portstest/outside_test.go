package portstest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The module in testdata/_outside is written as somebody else would write it. It
// pins nothing but hookfill, so it is copied and completed from the module cache
// before it runs.
var _ = Describe("A module outside hookfill", func() {
	It("compiles against the suites and passes them", func(ctx SpecContext) {
		root, err := filepath.Abs(filepath.Join("..", ".."))
		Expect(err).NotTo(HaveOccurred())
		dir := GinkgoT().TempDir()
		Expect(os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "_outside")))).To(Succeed())
		sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600)).To(Succeed())

		runGo(ctx, dir, "mod", "edit", "-replace=github.com/hookfill/hookfill="+root)
		report := runGo(ctx, dir, append(testLikeThis(), "-mod=mod", "-v", ".", "-ginkgo.v", "-ginkgo.no-color")...)
		Expect(report).To(And(ContainSubstring("outside.Journal as a PaperJournal"), ContainSubstring("outside.Clock as a Clock")))
		Expect(report).To(MatchRegexp(`Ran ([1-9]\d*) of ([1-9]\d*) Specs`))
	})
})

// testLikeThis builds as this very program was built: with the race detector where it
// has it, so that what is compiled already serves again.
func testLikeThis() []string {
	args := []string{"test", "-vet=off"}
	info, _ := debug.ReadBuildInfo()
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	return args
}

func runGo(ctx context.Context, dir string, args ...string) string {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off", "GOSUMDB=off")
	out, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(out))
	return string(out)
}
