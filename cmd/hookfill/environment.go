package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hookfill/hookfill/domain"
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

// isUsage also takes a setting that only whoever uses it could judge.
func isUsage(err error) bool {
	if _, ok := errors.AsType[usageError](err); ok {
		return true
	}
	e, ok := errors.AsType[*domain.Error](err)
	return ok && e.Kind == domain.KindInvalid && strings.HasPrefix(e.Field, settingPrefix)
}
