package localpg

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Config says where a cluster lives and how it is run.
type Config struct {
	// DataDir is the directory the cluster belongs to; required. It is made if
	// it is missing: mode 0700, or 0711 for root, so that the cluster's user
	// can pass through. Files that others put in it need their own mode.
	DataDir string

	// BinDir is the directory of initdb and postgres. Empty means: search PATH
	// and the usual places, the newest version first.
	BinDir string

	// Settings are PostgreSQL settings beside or instead of the built-in ones.
	// They hold from the next start of the server, not for one that is adopted
	// while it runs. Settings that carry a promise of this package (where the
	// server listens, where its files are, durability) are refused by name.
	Settings map[string]string

	// Throwaway makes a cluster that trades durability for speed: for tests,
	// never for money. What is committed outlives PostgreSQL's own death but
	// not a power cut. A cluster is throwaway for life; opening one of either
	// kind as the other is refused.
	Throwaway bool
}

const (
	superuser = "postgres"
	port      = "5432" // names the socket only; nothing listens on TCP
)

var settingName = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$`)

// arguments are the settings as PostgreSQL's command line takes them, where
// they outrank its files and ALTER SYSTEM.
func (c Config) arguments(sockets string) ([]string, error) {
	settings := c.defaults()
	promised := promises(sockets)
	for name, value := range c.Settings {
		switch _, reserved := promised[name]; {
		case !settingName.MatchString(name) || strings.ContainsRune(value, 0):
			return nil, fmt.Errorf("the PostgreSQL setting %q is malformed: write its name in lower case", name)
		case reserved || slices.Contains(fileSettings(), name):
			return nil, fmt.Errorf("the PostgreSQL setting %q belongs to the private cluster: remove it", name)
		case !c.Throwaway && slices.Contains(durability(), name):
			return nil, fmt.Errorf("the PostgreSQL setting %q decides what survives a crash and stays on: remove it", name)
		}
		settings[name] = value
	}
	maps.Copy(settings, promised)

	var args []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args, nil
}

// defaults suit a machine of two cores that has other things to do.
func (c Config) defaults() map[string]string {
	settings := map[string]string{
		"max_connections":           "100",
		"shared_buffers":            "128MB",
		"max_wal_size":              "1GB",
		"min_wal_size":              "80MB",
		"checkpoint_timeout":        "15min",
		"max_prepared_transactions": "0",
		"timezone":                  "UTC",
		"log_timezone":              "UTC",
		"lc_messages":               "C",
		"log_line_prefix":           "%m [%p] %u@%d ",
		"log_checkpoints":           "off",
		// Every statement that matters is prepared and short.
		"jit":                  "off",
		"update_process_title": "off",
		// Neither statements nor row values reach the log: both carry secrets.
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
	}
	for _, name := range durability() {
		settings[name] = "on"
	}
	if c.Throwaway {
		// What is committed still outlives the server, if not the machine.
		settings["fsync"], settings["full_page_writes"] = "off", "off"
	}
	return settings
}

func durability() []string {
	return []string{"fsync", "full_page_writes", "synchronous_commit"}
}

// promises are the settings nobody overrides.
func promises(sockets string) map[string]string {
	return map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": sockets,
		"unix_socket_permissions": "0700",
		"port":                    port,
		"logging_collector":       "off",
		"log_destination":         "stderr",
	}
}

func fileSettings() []string {
	return []string{"data_directory", "config_file", "hba_file", "ident_file", "external_pid_file", "unix_socket_group"}
}

func (c Config) validate() error {
	if c.DataDir == "" {
		return errors.New("the private PostgreSQL needs a data directory: name one")
	}
	_, err := c.arguments("")
	return err
}
