package main_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ran is a command line that came to its end.
type ran struct {
	code           int
	stdout, stderr string
}

// hookfill runs a command line beside the server of a data directory.
func hookfill(ctx context.Context, dataDir string, args ...string) ran {
	GinkgoHelper()
	return hookfillIn(ctx, dataDir, nil, args...)
}

// done is hookfill for a command that has to succeed, and gives what it printed.
func done(ctx context.Context, dataDir string, args ...string) string {
	GinkgoHelper()
	r := hookfill(ctx, dataDir, args...)
	Expect(r.code).To(BeZero(), "hookfill %s: %s", strings.Join(args, " "), r.stderr)
	return r.stdout
}

func hookfillIn(ctx context.Context, dataDir string, env []string, args ...string) ran {
	GinkgoHelper()
	return hookfillWith(ctx, "", dataDir, env, args...)
}

// hookfillWith has a standard input.
func hookfillWith(ctx context.Context, stdin, dataDir string, env []string, args ...string) ran {
	GinkgoHelper()
	cmd := command(ctx, dataDir, env, args...)
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		Expect(err).NotTo(HaveOccurred())
	}
	return ran{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// command is a command line with no environment but what it needs, in a folder
// of its own.
func command(ctx context.Context, dataDir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Dir(dataDir)
	// A race is written down when it is found; without one there is nothing to
	// wait for at the end.
	cmd.Env = []string{"GORACE=" + os.Getenv("GORACE") + " atexit_sleep_ms=0", "HOOKFILL_DATA_DIR=" + dataDir}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, set := os.LookupEnv(name); set {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Env = append(cmd.Env, slices.Clone(env)...)
	return cmd
}

// failWith expects an exit code and an error of one line.
func failWith(code int, says OmegaMatcher) OmegaMatcher {
	return And(
		WithTransform(func(r ran) int { return r.code }, Equal(code)),
		WithTransform(func(r ran) string { return r.stderr }, beOneLine(says)),
	)
}

// beOneLine is what an error is told in.
func beOneLine(says OmegaMatcher) OmegaMatcher {
	return And(MatchRegexp(`^hookfill: [^\n]+\n$`), says)
}
