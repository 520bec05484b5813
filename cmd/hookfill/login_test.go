package main_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("login", func() {
	var (
		p   *project
		dir string
		env []string
	)
	BeforeEach(func() {
		p, dir = newProject(), newDataDir()
		p.set(func() { p.userID = uuid.NewString() })
		env = []string{p.setting(), "HOOKFILL_SUPABASE_PUBLISHABLE_KEY=" + publishableKey}
	})
	signIn := func(ctx context.Context, stdin string, args ...string) ran {
		GinkgoHelper()
		return hookfillWith(ctx, stdin, dir, env, append([]string{"login"}, args...)...)
	}
	kept := func() string {
		GinkgoHelper()
		text, err := os.ReadFile(filepath.Join(dir, "session.json"))
		Expect(err).NotTo(HaveOccurred())
		return string(text)
	}

	It("signs in by a password, for its owner's eyes alone, and commands act as that user until long after the token has ended", func(ctx SpecContext) {
		s := serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated), p.setting())
		ada := signUp(ctx, s.database)
		p.set(func() { p.userID, p.lifetime = ada, time.Minute })
		in := signIn(ctx, password+"\n", "--email", "ada@example.com")
		Expect(in.code).To(BeZero(), in.stderr)
		Expect(in.stdout).To(Equal("signed in to " + p.URL + " as ada@example.com\n"))
		info, err := os.Stat(filepath.Join(dir, "session.json"))
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(fs.FileMode(0o600)))
		Expect(kept()).NotTo(ContainSubstring(password))
		first := kept()

		commands := append([]string{"HOOKFILL_URL=" + s.url}, env...)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				defer GinkgoRecover()
				r := hookfillIn(ctx, dir, commands, "signals", "list", "--json")
				Expect(r.code).To(BeZero(), r.stderr)
			})
		}
		all.Wait()
		p.set(func() { Expect(p.refreshed).To(Equal(1)) }) // a refresh token is good once, so those who meet take turns
		Expect(kept()).NotTo(Equal(first))
	})

	It("signs in by a refresh token", func(ctx SpecContext) {
		p.set(func() { p.refresh = "kept-elsewhere" })
		Expect(signIn(ctx, "kept-elsewhere", "--refresh-token").code).To(BeZero())
		p.set(func() { Expect(kept()).To(ContainSubstring(p.refresh)) })
		Expect(kept()).NotTo(ContainSubstring("kept-elsewhere"))
	})

	It("says what the project says, keeps nothing then, and repeats no secret", func(ctx SpecContext) {
		for _, row := range []struct {
			stdin, key, says string
			args             []string
			code             int
		}{
			{"wrong horse", publishableKey, "Invalid login credentials", []string{"--email", "ada@example.com"}, 1},
			{password, "sb_publishable_another", "Invalid API key", []string{"--email", "ada@example.com"}, 1},
			{"no-such-token", publishableKey, "Refresh Token Not Found", []string{"--refresh-token"}, 1},
			{"", publishableKey, "nothing was there", []string{"--email", "ada@example.com"}, 2},
			{password, publishableKey, "either --email or --refresh-token", nil, 2},
		} {
			env[1] = "HOOKFILL_SUPABASE_PUBLISHABLE_KEY=" + row.key
			r := signIn(ctx, row.stdin, row.args...)
			Expect(r).To(failWith(row.code, ContainSubstring(row.says)))
			if row.stdin != "" {
				Expect(r.stdout + r.stderr).NotTo(ContainSubstring(row.stdin))
			}
		}
		Expect(filepath.Join(dir, "session.json")).NotTo(BeAnExistingFile())
		p.Close()
		Expect(signIn(ctx, password, "--email", "ada@example.com")).To(failWith(1, ContainSubstring("cannot reach the Supabase project")))
	})

	It("is asked for again when the session has ended, and where it is another project's", func(ctx SpecContext) {
		p.set(func() { p.lifetime = time.Minute })
		Expect(signIn(ctx, password, "--email", "ada@example.com").code).To(BeZero())
		p.set(func() { p.refresh = "revoked" })
		commands := append([]string{"HOOKFILL_URL=http://127.0.0.1:1"}, env...)
		Expect(hookfillIn(ctx, dir, commands, "signals", "list")).To(failWith(1, ContainSubstring("the session has ended; run `hookfill login` again")))
		commands[1] = newProject().setting()
		Expect(hookfillIn(ctx, dir, commands, "signals", "list")).To(failWith(1, ContainSubstring("the session is another project's")))
		Expect(strings.Contains(kept(), p.URL)).To(BeTrue(), "and stays")
	})
})
