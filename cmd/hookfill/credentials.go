package main

import (
	"encoding/json"
	"io"
	"os"
)

// maxCredentials is more than any broker's credentials have.
const maxCredentials = 64 << 10

// readCredentials reads a broker's credentials from a file, from stdin where that
// is "-", and from the environment where none is named. Nothing of them is
// repeated, whatever is wrong with them.
func readCredentials(env environment, file string) (map[string]string, error) {
	if file == "" {
		return credentialsOf(env.variables())
	}
	from := env.stdin
	if file != "-" {
		f, err := os.Open(file) //nolint:gosec // the user's own file
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, maxCredentials))
	if err != nil {
		return nil, err
	}
	var given map[string]string
	if err := json.Unmarshal(text, &given); err != nil || len(given) == 0 {
		return nil, usagef(`credentials are {"key_id":"…","secret_key":"…"} or {"oauth_token":"…"}`)
	}
	return given, nil
}

// credentialsOf reads the variables that Alpaca's own tools read.
func credentialsOf(variables map[string]string) (map[string]string, error) {
	if token := variables["APCA_API_OAUTH"]; token != "" {
		return map[string]string{"oauth_token": token}, nil
	}
	id, secret := variables["APCA_API_KEY_ID"], variables["APCA_API_SECRET_KEY"]
	if id == "" || secret == "" {
		return nil, usagef("credentials are needed: name a file with --credentials, or set APCA_API_KEY_ID and APCA_API_SECRET_KEY")
	}
	return map[string]string{"key_id": id, "secret_key": secret}, nil
}
