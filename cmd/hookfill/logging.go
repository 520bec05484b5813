package main

import (
	"io"
	"log/slog"
	"os"
)

// newLogger writes to stderr: text for a person at a terminal, JSON for
// everything else, unless the setting says otherwise.
func newLogger(s settings, stderr io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return nil, usagef("HOOKFILL_LOG_LEVEL must be debug, info, warn or error")
	}
	options := &slog.HandlerOptions{Level: level}
	switch format(s.LogFormat, stderr) {
	case "text":
		return slog.New(slog.NewTextHandler(stderr, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(stderr, options)), nil
	}
	return nil, usagef("HOOKFILL_LOG_FORMAT must be text or json")
}

func format(wanted string, out io.Writer) string {
	if wanted != "" {
		return wanted
	}
	if isTerminal(out) {
		return "text"
	}
	return "json"
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
