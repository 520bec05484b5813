package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/go-resty/resty/v2"
)

// session is what `hookfill login` keeps in the data directory, for its owner's
// eyes alone: a project's tokens of one user.
type session struct {
	// URL is the project's, Key its publishable key, which Supabase asks for.
	URL          string    `json:"url"`
	Key          string    `json:"publishable_key"`
	Email        string    `json:"email"`
	AccessToken  string    `json:"access_token"`
	RefreshToken string    `json:"refresh_token"`
	ExpiresAt    time.Time `json:"expires_at"`
}

const (
	sessionName = "session.json"
	// refreshAhead is how long an access token has to live for a command to start
	// with it.
	refreshAhead = 2 * time.Minute
)

var errNoSession = errors.New("nobody is signed in to the Supabase project; run `hookfill login`, or set HOOKFILL_TOKEN")

// accessToken gives a token of the session that still lives a while, renewing it
// where it does not. A refresh token is good once: commands that run side by side
// take turns, and what was renewed is stored before it is used.
func (d dataDir) accessToken(ctx context.Context, project string) (string, error) {
	if _, err := os.Stat(string(d)); errors.Is(err, fs.ErrNotExist) {
		return "", errNoSession
	}
	turn, err := d.takeTurn()
	if err != nil {
		return "", err
	}
	defer turn.Close()
	text, err := d.read(sessionName)
	if errors.Is(err, fs.ErrNotExist) {
		return "", errNoSession
	}
	if err != nil {
		return "", err
	}
	var s session
	if json.Unmarshal([]byte(text), &s) != nil || s.RefreshToken == "" {
		return "", fmt.Errorf("%s cannot be read; run `hookfill login` again", d.path(sessionName))
	}
	if s.URL != project {
		return "", errors.New("the session is another project's; run `hookfill login` for this one")
	}
	if time.Until(s.ExpiresAt) > refreshAhead {
		return s.AccessToken, nil
	}
	renewed, err := s.renew(ctx)
	if err != nil {
		return "", err
	}
	return renewed.AccessToken, d.keepSession(renewed)
}

// takeTurn waits until no other command uses the session; closing ends the turn.
func (d dataDir) takeTurn() (*os.File, error) {
	file, err := os.OpenFile(d.path("session.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write to the data directory: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil { //nolint:gosec // a file descriptor is an int
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (d dataDir) keepSession(s session) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return d.replace(sessionName, string(text))
}

func (s session) renew(ctx context.Context) (session, error) {
	renewed, err := s.ask(ctx, "refresh_token", map[string]string{"refresh_token": s.RefreshToken})
	if _, refused := errors.AsType[signInRefused](err); refused {
		return session{}, errors.New("the session has ended; run `hookfill login` again")
	}
	return renewed, err
}

// signInRefused is what the project answers to who cannot sign in.
type signInRefused struct{ why string }

func (e signInRefused) Error() string { return "the project refused: " + e.why }

// maxSession is more than Supabase Auth answers with.
const maxSession = 256 << 10

// ask gets tokens from Supabase Auth. Nothing that was sent is repeated in an
// error.
func (s session) ask(ctx context.Context, grant string, body map[string]string) (session, error) {
	client := resty.New().SetTimeout(clientTimeout).SetRedirectPolicy(resty.NoRedirectPolicy()).SetResponseBodyLimit(maxSession)
	response, err := client.R().SetContext(ctx).
		SetHeader("apikey", s.Key).SetHeader("Content-Type", "application/json").SetHeader("User-Agent", "hookfill/"+version).
		SetQueryParam("grant_type", grant).SetBody(body).
		Post(strings.TrimRight(s.URL, "/") + "/auth/v1/token")
	if err != nil {
		return session{}, fmt.Errorf("cannot reach the Supabase project at %s: %w", s.URL, err)
	}
	if response.StatusCode() >= http.StatusBadRequest && response.StatusCode() < http.StatusInternalServerError && response.StatusCode() != http.StatusTooManyRequests {
		return session{}, signInRefused{reasonIn(response.Body(), response.Status())}
	}
	var got struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int64  `json:"expires_in"`
		User         struct {
			Email string `json:"email"`
		} `json:"user"`
	}
	if !response.IsSuccess() || json.Unmarshal(response.Body(), &got) != nil || got.AccessToken == "" || got.RefreshToken == "" || got.ExpiresIn <= 0 {
		return session{}, fmt.Errorf("the Supabase project at %s gave no tokens (%s); try again", s.URL, response.Status())
	}
	s.AccessToken, s.RefreshToken, s.Email = got.AccessToken, got.RefreshToken, got.User.Email
	s.ExpiresAt = time.Now().UTC().Add(time.Duration(got.ExpiresIn) * time.Second)
	return s, nil
}

// reasonIn finds what Supabase Auth, or the gateway before it, says to a person.
func reasonIn(body []byte, status string) string {
	var said struct {
		Msg         string `json:"msg"`
		Message     string `json:"message"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &said)
	for _, text := range []string{said.Msg, said.Description, said.Message} {
		if text != "" && len(text) <= 200 {
			return text
		}
	}
	return status
}
