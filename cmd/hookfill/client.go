package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

// client speaks to the API as one user. Nothing is retried: a write that was
// cut short is for the person at the terminal to look into.
type client struct{ http *resty.Client }

const clientTimeout = 30 * time.Second

// newClient finds server and token: as the environment says; else where the
// server of the data directory is, as whoever signed in there to the Supabase
// project, or, in local mode, as its user.
func newClient(ctx context.Context, s settings) (*client, error) {
	url, token := s.URL, s.Token
	dir := dataDir(s.DataDir)
	if url == "" {
		note, err := dir.server()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("no server was started with the data directory %s; set HOOKFILL_URL, or run `hookfill serve`", s.DataDir)
		case err != nil:
			return nil, fmt.Errorf("cannot read %s: %w", dir.path(serverNoteName), err)
		}
		url = note.URL
	}
	if token == "" && s.supabase().On() {
		var err error
		if token, err = dir.accessToken(ctx, s.SupabaseURL); err != nil {
			return nil, err
		}
	}
	if token == "" {
		if s.URL != "" {
			return nil, usagef("HOOKFILL_TOKEN is needed beside HOOKFILL_URL; get one with `hookfill token` on the server")
		}
		var err error
		if token, err = localToken(dir, "", false, clientTokenTTL); err != nil {
			return nil, err
		}
	}
	return &client{http: resty.New().
		SetBaseURL(strings.TrimRight(url, "/")).SetAuthToken(token).SetTimeout(clientTimeout).
		SetHeader("User-Agent", "hookfill/"+version).SetRedirectPolicy(resty.NoRedirectPolicy())}, nil
}

// problem is an error as the API tells it (RFC 9457).
type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	Errors []struct {
		Code    string `json:"code"`
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
	Reasons []struct {
		Code    string `json:"code"`
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"reasons"`
}

func (p problem) Error() string {
	if len(p.Errors) > 0 {
		lines := make([]string, len(p.Errors))
		for i, e := range p.Errors {
			lines[i] = e.Message
			if e.Field != "" {
				lines[i] = e.Field + ": " + e.Message
			}
		}
		return strings.Join(lines, "; ")
	}
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// do sends one request and gives the body of a 2xx answer.
func (c *client) do(ctx context.Context, method, path string, query map[string]string, body any) (json.RawMessage, error) {
	request := c.http.R().SetContext(ctx).SetQueryParams(query)
	if body != nil {
		request.SetHeader("Content-Type", "application/json").SetBody(body)
	}
	response, err := request.Execute(method, path)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the server at %s; is it running? (%w)", c.http.BaseURL, err)
	}
	if response.IsSuccess() {
		return response.Body(), nil
	}
	var p problem
	if json.Unmarshal(response.Body(), &p) != nil || p.Title == "" && p.Detail == "" && len(p.Errors) == 0 {
		return nil, fmt.Errorf("the server at %s answered %s", c.http.BaseURL, response.Status())
	}
	return nil, p
}

// pages follows a list's cursors until limit items are there; 0 is all of them.
func (c *client) pages(ctx context.Context, path string, query map[string]string, limit int) ([]json.RawMessage, error) {
	var items []json.RawMessage
	ask := map[string]string{"limit": "500"}
	for name, value := range query {
		if value != "" {
			ask[name] = value
		}
	}
	for {
		if limit > 0 && limit-len(items) < 500 {
			ask["limit"] = fmt.Sprint(limit - len(items))
		}
		body, err := c.do(ctx, resty.MethodGet, path, ask, nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items      []json.RawMessage `json:"items"`
			NextCursor *string           `json:"next_cursor"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, fmt.Errorf("the server's answer cannot be read: %w", err)
		}
		items = append(items, page.Items...)
		if page.NextCursor == nil || *page.NextCursor == "" || limit > 0 && len(items) >= limit {
			return items, nil
		}
		ask["cursor"] = *page.NextCursor
	}
}

// clientCommand is a command that asks the API and prints what it gives.
func clientCommand(env environment, cmd *cobra.Command, run func(ctx context.Context, c *client, args []string, out printer) error) *cobra.Command {
	var asJSON bool
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := readSettings(env.variables())
		if err != nil {
			return err
		}
		c, err := newClient(cmd.Context(), s)
		if err != nil {
			return err
		}
		return run(cmd.Context(), c, args, printer{env: env, asJSON: asJSON})
	}
	return cmd
}
