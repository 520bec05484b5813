package postgrestest

import (
	"os"
	"syscall"
)

// inMemory is a directory whose files are in memory, and roomy how much of it has
// to be free: what a suite's databases and their log may come to, several times.
const (
	inMemory = "/dev/shm"
	roomy    = 4 << 30
	tmpfs    = 0x01021994 // TMPFS_MAGIC of linux/magic.h
)

// clusterParent is where private clusters are made: in memory where there is plenty
// of it, for a test database lives for a second and has hundreds of files, which a
// disk's file system takes longer to make and remove than the spec runs. Empty is
// the directory for temporary files, also where TMPDIR names one.
func clusterParent() string {
	var fs syscall.Statfs_t
	var system syscall.Sysinfo_t
	switch {
	case os.Getenv("TMPDIR") != "":
		return ""
	case syscall.Statfs(inMemory, &fs) != nil || fs.Type != tmpfs || fs.Bavail*uint64(fs.Bsize) < roomy: //nolint:gosec // a size
		return ""
	case syscall.Sysinfo(&system) != nil || (system.Freeram+system.Bufferram)*uint64(system.Unit) < roomy:
		return ""
	}
	return inMemory
}
