//go:build !linux

package localpg

// defunct cannot be told here; orphans are reaped by the system's own first
// process.
func defunct(int) bool { return false }

// worksIn cannot be told here, so PostgreSQL's own checks decide.
func worksIn(int, string) (yes, known bool) { return false, false }
