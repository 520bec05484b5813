//go:build !linux

package postgrestest

// clusterParent is where private clusters are made; empty is the directory for
// temporary files.
func clusterParent() string { return "" }
