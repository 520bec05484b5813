//go:build !failpoints

package appfx

import "go.uber.org/fx"

// failpoints are in no program for users: see failpoints_on.go.
func failpoints() fx.Option { return fx.Options() }
