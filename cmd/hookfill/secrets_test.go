package main_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

var _ = Describe("Webhook tokens, bearer tokens and the signing key", func() {
	It("appear in no log line, metric, answer, database row or file but the key's own", func(ctx SpecContext) {
		dataDir := newDataDir()
		s := serve(ctx, dataDir, "HOOKFILL_LOG_LEVEL=debug")
		ada := s.newUser(ctx)
		account := ada.account(ctx)
		webhook := ada.webhook(ctx, account)
		rotated := ada.call(ctx, http.MethodPost, "/v1/webhook-configs/"+webhook.ID+"/rotate", map[string]any{"overlap_seconds": 60})
		Expect(rotated.status).To(Equal(http.StatusOK))
		first, second := tokenIn(webhook.URL), tokenIn(decode[webhookRecord](rotated.body).URL)
		key, err := os.ReadFile(s.file("signing.key"))
		Expect(err).NotTo(HaveOccurred())
		secrets := needles(first, second, "hf_guessed-by-a-stranger", strings.TrimSpace(string(key)), ada.token, signatureOf(ada.token))

		answers := misuse(ctx, s, ada, first, second)
		ada.settled(ctx, account)
		for path, metrics := range map[string]bool{"/metrics": true, "/readyz": false, "/hooks/" + second: false} {
			a := (&user{server: &server{url: s.admin}, token: ada.token}).call(ctx, http.MethodGet, path, nil)
			Expect(strings.Contains(string(a.body), "/hooks/{token}")).To(Equal(metrics), path)
			answers = append(answers, a.body...)
		}
		Expect(answers).To(containNone(secrets), "answers")

		rows := dump(ctx, dataDir)
		digest := sha256.Sum256([]byte(first))
		Expect(string(rows)).To(ContainSubstring(hex.EncodeToString(digest[:])), "the digest is what is stored")
		Expect(rows).To(containNone(secrets), "database rows")

		s.stop(ctx)
		Expect(s.log()).To(ContainSubstring(`"route":"/hooks/{token}"`))
		Expect([]byte(s.log())).To(containNone(secrets), "log")
		Expect(s.session.Out.Contents()).To(containNone(secrets), "standard output")
		for _, path := range filesIn(dataDir) {
			if filepath.Base(path) == "signing.key" {
				continue
			}
			content, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(content).To(containNone(secrets), path)
		}
	})
})

// misuse sends tokens wherever they could be repeated, and gives all answers.
func misuse(ctx context.Context, s *server, u *user, first, second string) []byte {
	GinkgoHelper()
	const good = `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`
	var answers []byte
	try := func(method, path, body string, header ...string) {
		GinkgoHelper()
		request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		a, err := send(request)
		Expect(err).NotTo(HaveOccurred())
		answers = append(answers, a.body...)
		for name, values := range a.header {
			answers = append(answers, name+": "+strings.Join(values, ", ")...)
		}
	}
	for _, token := range []string{first, second, "hf_guessed-by-a-stranger"} {
		try(http.MethodPost, "/hooks/"+token, good)
		try(http.MethodPost, "/hooks/"+token, good)
		try(http.MethodPost, "/hooks/"+token, "gibberish")
		try(http.MethodPost, "/hooks/"+token, strings.Repeat(" ", 70<<10))
		try(http.MethodGet, "/hooks/"+token, "")
		try(http.MethodPost, "/hooks/"+token+"/", good)
		try(http.MethodPost, "//hooks/"+token, good)
		try(http.MethodPost, "/hooks/../hooks/"+token, good)
		try(http.MethodGet, "/v1/signals?cursor="+token, "", "Authorization", "Bearer "+u.token)
		try(http.MethodGet, "/v1/orders/"+token, "", "Authorization", "Bearer "+u.token)
		try(http.MethodGet, "/v1/signals", "", "Authorization", "Bearer "+token)
		try(http.MethodGet, "/"+token, "", "Idempotency-Key", token, "User-Agent", token, "Referer", "https://example.com/"+token)
	}
	try(http.MethodGet, "/v1/signals?access_token="+u.token, "")
	try(http.MethodGet, "/v1/orders/"+u.token, "", "Authorization", "Bearer "+u.token)
	try(http.MethodPost, "/v1/signals", "{", "Authorization", "Bearer "+u.token, "Content-Type", "application/json")
	return answers
}

func tokenIn(hook string) string {
	GinkgoHelper()
	_, token, found := strings.Cut(hook, "/hooks/")
	Expect(found).To(BeTrue())
	return token
}

// signatureOf is the part of a bearer token that nobody else could make.
func signatureOf(bearer string) string {
	GinkgoHelper()
	parts := strings.Split(bearer, ".")
	Expect(parts).To(HaveLen(3))
	return parts[2]
}

// needles are secrets in every form they could be written down in.
func needles(secrets ...string) [][]byte {
	var found [][]byte
	for _, secret := range secrets {
		forms := []string{secret, strings.TrimPrefix(secret, "hf_"), hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))}
		for _, encoding := range []*base64.Encoding{base64.RawURLEncoding, base64.StdEncoding} {
			if raw, err := encoding.DecodeString(strings.TrimPrefix(secret, "hf_")); err == nil {
				forms = append(forms, string(raw), hex.EncodeToString(raw))
			}
		}
		for _, form := range forms {
			found = append(found, []byte(form))
		}
	}
	return found
}

// containNone tells which secret it was by its number: a failure must not print
// one either.
func containNone(secrets [][]byte) OmegaMatcher {
	return WithTransform(func(text []byte) []int {
		found := []int{}
		for i, secret := range secrets {
			if bytes.Contains(text, secret) {
				found = append(found, i)
			}
		}
		return found
	}, BeEmpty())
}

// dump writes out every row of a private cluster's database.
func dump(ctx context.Context, dataDir string) []byte {
	GinkgoHelper()
	cluster, err := localpg.Attach(ctx, localpg.Config{DataDir: dataDir})
	Expect(err).NotTo(HaveOccurred())
	db, err := pgx.Connect(ctx, cluster.URL("hookfill"))
	Expect(err).NotTo(HaveOccurred())
	defer db.Close(ctx)
	var rows []byte
	tables := texts(ctx, db, `select relnamespace::regnamespace || '.' || quote_ident(relname) from pg_class
		where relkind = 'r' and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')`)
	Expect(tables).To(ContainElements("private.webhook_tokens", "public.signals", "auth.users"))
	for _, table := range tables {
		for _, row := range texts(ctx, db, "select t::text from "+table+" t") {
			rows = append(rows, row...)
		}
	}
	return rows
}

func filesIn(dir string) []string {
	GinkgoHelper()
	var files []string
	Expect(filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})).To(Succeed())
	return files
}
