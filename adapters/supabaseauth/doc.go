// Package supabaseauth verifies the bearer tokens of one project's Supabase Auth.
// It issues none, and a token of local mode is nothing to it.
//
// There is one path a process: the project's published key set (ES256, RS256),
// or, where a legacy secret is given, that secret (HS256). Never both: a
// verifier that takes either can be made to take a public key for a secret.
//
// What a token has to say: the project's issuer, `<url>/auth/v1`; the audience
// and the role `authenticated`; an end; a user. Anonymous users are refused, as
// are the keys of roles (`anon`, `service_role`), which name nobody. An operator
// is one whose app_metadata, which only the project's owner can write, has
// `"hookfill_operator": true`.
//
// Keys are read by Go's own constructors, which check what they are given: there
// are two kinds, and libraries of key sets bring a clock, an HTTP client and a
// refresh of their own, where the promises made here have to be ours.
package supabaseauth
