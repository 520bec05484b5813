// Package appfx wires the use cases to their adapters. It is the only place,
// beside the command, that knows fx; every constructor it provides works
// without.
//
// A [Profile] is a value: [Live] keeps everything in PostgreSQL, [Memory] keeps
// everything in this process and forgets it at its end. What a program adds or
// swaps, it passes to fx.New beside the profile's options, for example
// fx.Replace or fx.Decorate for one port.
//
// The import law of the whole project is a spec of this package.
package appfx
