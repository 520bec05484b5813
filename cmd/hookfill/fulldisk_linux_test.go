package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// noSpace stands between a server and its files. While the disk is full, what is
// there can be written again and nothing can grow, as on any full disk: the
// server gets ENOSPC from the call and makes of it what it makes of a real one.
// Its log of transactions is spared, for who has none stops at once: that is
// another harm.
const noSpace = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int full(int fd, off_t end) {
	char link[64], path[1024];
	struct stat file;
	ssize_t n;
	const char *when = getenv("HOOKFILL_TEST_DISK_FULL");
	if (!when || access(when, F_OK) != 0) return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0) return 0;
	path[n] = 0;
	return strstr(path, "/base/") && fstat(fd, &file) == 0 && file.st_size < end;
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at) {
	static ssize_t (*real)(int, const void *, size_t, off_t);
	if (!real) real = dlsym(RTLD_NEXT, "pwrite");
	if (full(fd, at + (off_t)n)) { errno = ENOSPC; return -1; }
	return real(fd, from, n, at);
}

ssize_t pwritev(int fd, const struct iovec *from, int count, off_t at) {
	static ssize_t (*real)(int, const struct iovec *, int, off_t);
	off_t end = at;
	if (!real) real = dlsym(RTLD_NEXT, "pwritev");
	for (int i = 0; i < count; i++) end += (off_t)from[i].iov_len;
	if (full(fd, end)) { errno = ENOSPC; return -1; }
	return real(fd, from, count, at);
}

int posix_fallocate(int fd, off_t at, off_t n) {
	static int (*real)(int, off_t, off_t);
	if (!real) real = dlsym(RTLD_NEXT, "posix_fallocate");
	return full(fd, at + n) ? ENOSPC : real(fd, at, n);
}
`

// diskFaults are those of the disk that a fleet's database is on.
func diskFaults() []harm {
	return []harm{{name: "a full disk", do: fillDisk, turnsAway: true}}
}

func fillDisk(ctx context.Context, f *fleet, _ *rand.Rand) {
	GinkgoHelper()
	said := f.serverSays()
	Expect(os.WriteFile(f.diskIsFull, nil, 0o600)).To(Succeed())
	defer func() { Expect(os.Remove(f.diskIsFull)).To(Succeed()) }()
	Eventually(said).WithContext(ctx).WithTimeout(settleTimeout).Should(ContainSubstring("No space left on device"))
	rest(ctx, lasting)
}

// postgresOnDisk gives a folder with a server that finds its disk full while the
// named file exists.
func postgresOnDisk() (binDir, diskIsFull string) {
	GinkgoHelper()
	binDir = newDataDir()
	Expect(os.Mkdir(binDir, 0o755)).To(Succeed()) //nolint:gosec // the server's own user runs it
	source, library := filepath.Join(binDir, "nospace.c"), filepath.Join(binDir, "nospace.so")
	Expect(os.WriteFile(source, []byte(noSpace), 0o600)).To(Succeed())
	built, err := exec.Command("cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl").CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%s", built)
	Expect(os.Chmod(library, 0o755)).To(Succeed()) //nolint:gosec // as above
	diskIsFull = filepath.Join(binDir, "full")
	installed := installedPostgres()
	Expect(os.Symlink(filepath.Join(installed, "initdb"), filepath.Join(binDir, "initdb"))).To(Succeed())
	script := fmt.Sprintf("#!/bin/sh\nLD_PRELOAD=%s HOOKFILL_TEST_DISK_FULL=%s exec %s \"$@\"\n", library, diskIsFull, filepath.Join(installed, "postgres"))
	Expect(os.WriteFile(filepath.Join(binDir, "postgres"), []byte(script), 0o755)).To(Succeed()) //nolint:gosec // as above
	return binDir, diskIsFull
}

// installedPostgres is the folder of the newest server, or of the one asked for.
func installedPostgres() string {
	GinkgoHelper()
	if asked := os.Getenv("HOOKFILL_TEST_POSTGRES_BIN"); asked != "" {
		return asked
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		path, err = filepath.EvalSymlinks(path)
		Expect(err).NotTo(HaveOccurred())
		return filepath.Dir(path)
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	Expect(err).NotTo(HaveOccurred())
	Expect(found).NotTo(BeEmpty())
	return slices.Max(found)
}
