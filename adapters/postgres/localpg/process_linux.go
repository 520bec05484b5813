package localpg

import (
	"bytes"
	"fmt"
	"os"
)

// defunct tells whether a process is dead and merely not yet reaped, as
// orphans stay in a container whose first process reaps nobody.
func defunct(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which is in parentheses and may contain any.
	_, rest, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return len(rest) > 0 && (rest[0] == 'Z' || rest[0] == 'X')
}

// worksIn tells whether a process has dir as its working directory, as a
// PostgreSQL server has its data directory; known is false if it cannot be
// told.
func worksIn(pid int, dir string) (yes, known bool) {
	theirs, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false, false
	}
	ours, err := os.Stat(dir)
	if err != nil {
		return false, false
	}
	return os.SameFile(theirs, ours), true
}
