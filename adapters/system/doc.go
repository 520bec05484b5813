// Package system is the machine's own clock and source of ids.
package system
