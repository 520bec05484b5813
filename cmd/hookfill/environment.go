package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// environment is all a command may read and write of its process.
type environment struct {
	args   []string
	getenv []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// variables gives the environment as a map.
func (e environment) variables() map[string]string {
	m := make(map[string]string, len(e.getenv))
	for _, pair := range e.getenv {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
	}
	return m
}

// usageError is a command line or a setting that cannot be meant.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

func isUsage(err error) bool {
	_, ok := errors.AsType[usageError](err)
	return ok
}
