package main_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// project stands for a Supabase project's Auth: it publishes a key, signs tokens
// with it, and signs in one user by a password.
type project struct {
	*httptest.Server
	key *ecdsa.PrivateKey

	mu sync.Mutex
	// userID signs in with a password; refresh is the one refresh token that is good.
	userID, refresh string
	// lifetime is what its access tokens have, refreshed how often one was renewed.
	lifetime  time.Duration
	refreshed int
}

const (
	publishableKey = "sb_publishable_for_specs"
	password       = "correct horse"
)

// set looks at or changes what the project knows, apart from its requests.
func (p *project) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// signIn answers as POST /auth/v1/token does.
func (p *project) signIn(w http.ResponseWriter, r *http.Request) {
	defer GinkgoRecover()
	var body struct {
		Email        string `json:"email"`
		Password     string `json:"password"`
		RefreshToken string `json:"refresh_token"`
	}
	Expect(json.NewDecoder(r.Body).Decode(&body)).To(Succeed())
	p.mu.Lock()
	defer p.mu.Unlock()
	refuse := func(status int, code, msg string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": status, "error_code": code, "msg": msg})
	}
	switch grant := r.URL.Query().Get("grant_type"); {
	case r.Header.Get("apikey") != publishableKey:
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]any{"message": "Invalid API key"})
		return
	case grant == "password" && (body.Email != "ada@example.com" || body.Password != password):
		refuse(http.StatusBadRequest, "invalid_credentials", "Invalid login credentials")
		return
	case grant == "refresh_token" && body.RefreshToken != p.refresh:
		refuse(http.StatusBadRequest, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
		return
	case grant == "refresh_token":
		p.refreshed++
		p.lifetime = time.Hour
	}
	p.refresh = uuid.NewString()
	_ = json.NewEncoder(w).Encode(map[string]any{
		"access_token": p.token(p.userID, nil), "token_type": "bearer", "expires_in": int(p.lifetime.Seconds()),
		"refresh_token": p.refresh, "user": map[string]any{"id": p.userID, "email": "ada@example.com"},
	})
}

func newProject() *project {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	point, err := key.PublicKey.Bytes()
	Expect(err).NotTo(HaveOccurred())
	raw := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kid": "current", "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": raw(point[1:33]), "y": raw(point[33:]),
	}}})
	Expect(err).NotTo(HaveOccurred())
	p := &project{key: key, lifetime: time.Hour}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "GET /auth/v1/.well-known/jwks.json":
			_, _ = w.Write(set)
		case "POST /auth/v1/token":
			p.signIn(w, r)
		default:
			http.NotFound(w, r)
		}
	}))
	DeferCleanup(p.Close)
	return p
}

// setting names the project to a server.
func (p *project) setting() string { return "HOOKFILL_SUPABASE_URL=" + p.URL }

// token signs a user in. Changes are to what Supabase Auth says of them.
func (p *project) token(userID string, changes jwt.MapClaims) string {
	GinkgoHelper()
	now := time.Now()
	claims := jwt.MapClaims{
		"iss": p.URL + "/auth/v1", "sub": userID, "aud": "authenticated", "role": "authenticated",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "is_anonymous": false, "email": "ada@example.com",
		"app_metadata": map[string]any{"provider": "email"}, "session_id": uuid.NewString(),
	}
	maps.Copy(claims, changes)
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = "current"
	text, err := token.SignedString(p.key)
	Expect(err).NotTo(HaveOccurred())
	return text
}

// signUp makes a user known to a database, as Supabase Auth does.
func signUp(ctx context.Context, database string) (userID string) {
	GinkgoHelper()
	db, err := pgx.Connect(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(db.Close(ctx)).To(Succeed()) }()
	userID = uuid.NewString()
	_, err = db.Exec(ctx, "insert into auth.users (id) values ($1)", userID)
	Expect(err).NotTo(HaveOccurred())
	return userID
}

var _ = Describe("With Supabase", func() {
	It("users sign in to the project, from the first key to the first fill, and local tokens are nobody's", func(ctx SpecContext) {
		p := newProject()
		dir := newDataDir()
		s := serve(ctx, dir, "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated), p.setting())
		Expect(s.file("signing.key")).NotTo(BeAnExistingFile())
		ada := &user{server: s, id: signUp(ctx, s.database)}
		ada.token = p.token(ada.id, nil)
		account := ada.account(ctx)
		signal := accept(ctx, s.at(ada.webhook(ctx, account).URL), `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
		ada.settled(ctx, account)
		Expect(list[orderRecord](ctx, ada, "/v1/orders?signal_id="+signal)).To(ConsistOf(HaveField("Status", "filled")))

		local := hookfill(ctx, dir, "token", "--user", ada.id)
		Expect(local.code).To(BeZero(), "the data directory itself knows no project")
		stranger := &user{server: s, token: strings.TrimSpace(local.stdout)}
		Expect(stranger.call(ctx, http.MethodGet, "/v1/signals", nil).status).To(Equal(http.StatusUnauthorized))

		halt := map[string]string{"scope": "all", "mode": "halt"}
		Expect(ada.call(ctx, http.MethodPut, "/v1/halts", halt).status).To(Equal(http.StatusForbidden))
		ada.token = p.token(ada.id, jwt.MapClaims{"app_metadata": map[string]any{"hookfill_operator": true}})
		Expect(ada.call(ctx, http.MethodPut, "/v1/halts", halt).status).To(Equal(http.StatusOK))
	})

	It("commands say what to do without a token, and doctor whether the keys can be fetched", func(ctx SpecContext) {
		p := newProject()
		env := []string{p.setting(), "HOOKFILL_DATABASE_URL=" + standing.database}
		Expect(hookfillIn(ctx, standing.dataDir, env, "orders", "list")).To(failWith(1, ContainSubstring("run `hookfill login`")))
		Expect(hookfillIn(ctx, newDataDir(), env, "doctor").stdout).To(haveLine("ok", "keys", "1 for ES256"))
		p.Close()
		ill := hookfillIn(ctx, newDataDir(), env, "doctor")
		Expect(ill.code).To(Equal(1))
		Expect(ill.stdout).To(haveLine("FAIL", "keys", "cannot be fetched"))
	})
})
