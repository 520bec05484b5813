//go:build !linux

package main_test

// diskFaults are told by a library put before the server's own, which is Linux's
// way.
func diskFaults() []harm { return nil }

// postgresOnDisk is the installed server.
func postgresOnDisk() (binDir, diskIsFull string) { return "", "" }
