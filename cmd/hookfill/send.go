package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newSend(env environment) *cobra.Command {
	var file, sign string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "send WEBHOOK-URL --file ALERT",
		Short: "Post an alert as TradingView would",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			alert, err := readFile(env, file)
			if err != nil {
				return err
			}
			// TradingView tells JSON by its form, and everything else is text.
			contentType := "text/plain; charset=utf-8"
			if json.Valid(alert) {
				contentType = "application/json; charset=utf-8"
			}
			request := resty.New().SetTimeout(clientTimeout).SetRedirectPolicy(resty.NoRedirectPolicy()).R().
				SetContext(cmd.Context()).SetHeader("Content-Type", contentType).SetBody(alert)
			if sign != "" {
				signed, err := signature(sign, uuid.NewString(), time.Now(), alert)
				if err != nil {
					return err
				}
				request.SetHeaders(signed)
			}
			response, err := request.Post(args[0])
			if err != nil {
				return fmt.Errorf("the alert could not be sent; is the server running and the URL whole? (%w)", err)
			}
			return printAnswer(env, asJSON, response)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "the alert; - is standard input")
	cmd.Flags().StringVar(&sign, "sign", "", "signing secret of the webhook, whsec_…; signs by Standard Webhooks")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// signature gives the headers that sign an alert (standardwebhooks.com, 1.0.0).
func signature(secret, id string, now time.Time, alert []byte) (map[string]string, error) {
	text, ok := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return nil, usagef("--sign must be a signing secret: whsec_ and base64")
	}
	at := strconv.FormatInt(now.Unix(), 10)
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", id, at, alert)
	return map[string]string{
		"Webhook-Id": id, "Webhook-Timestamp": at, "Webhook-Signature": "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)),
	}, nil
}

// printAnswer prints what the webhook said. An alert that was not taken is a
// failure.
func printAnswer(env environment, asJSON bool, response *resty.Response) error {
	var answer struct {
		Result    string   `json:"result"`
		SignalID  string   `json:"signal_id"`
		SignalIDs []string `json:"signal_ids"`
		problem
	}
	if err := json.Unmarshal(response.Body(), &answer); err != nil {
		return fmt.Errorf("the webhook answered %s", response.Status())
	}
	if asJSON {
		if err := show(env, true, json.RawMessage(response.Body()), table{}); err != nil {
			return err
		}
	}
	if !response.IsSuccess() {
		answer.Errors = append(answer.Errors, answer.Reasons...)
		return fmt.Errorf("the webhook answered %s: %w", response.Status(), answer.problem)
	}
	if asJSON {
		return nil
	}
	ids := answer.SignalIDs
	if len(ids) == 0 {
		ids = []string{answer.SignalID}
	}
	for _, id := range ids {
		fmt.Fprintln(env.stdout, answer.Result, id)
	}
	for _, r := range answer.Reasons {
		fmt.Fprintln(env.stdout, "  "+r.Code+": "+r.Message)
	}
	return nil
}
