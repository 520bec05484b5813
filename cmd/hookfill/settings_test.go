package main_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// wrongUsage is a command line or a setting that cannot be meant.
type wrongUsage struct {
	env  string
	args string
	says string
}

var _ = Describe("Wrong usage", func() {
	DescribeTable("is exit 2 and one line that names what is wrong",
		func(ctx SpecContext, w wrongUsage) {
			var env []string
			if w.env != "" {
				env = []string{w.env}
			}
			r := hookfillIn(ctx, newDataDir(), env, strings.Fields(w.args)...)
			Expect(r).To(failWith(2, ContainSubstring(w.says)))
			Expect(r.stdout).To(BeEmpty())
		},
		EntryDescription("%+v"),

		Entry(nil, wrongUsage{"HOOKFILL_LISTENING=x", "serve", "HOOKFILL_LISTENING is not a setting"}),
		Entry(nil, wrongUsage{"HOOKFILL_LISTENING=x", "orders list", "HOOKFILL_LISTENING is not a setting"}),
		Entry(nil, wrongUsage{"HOOKFILL_TLS_CERT=x", "serve", "HOOKFILL_TLS_CERT and HOOKFILL_TLS_KEY come together"}),
		Entry(nil, wrongUsage{"HOOKFILL_TLS_KEY=x", "serve", "HOOKFILL_TLS_CERT and HOOKFILL_TLS_KEY come together"}),
		Entry(nil, wrongUsage{"HOOKFILL_TLS_DOMAIN=x", "serve", "HOOKFILL_TLS_DOMAIN is not built yet"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_URL=x", "serve", "HOOKFILL_SUPABASE_URL: must be a project's URL"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_URL=http://db.example.com", "serve", "HOOKFILL_SUPABASE_URL: must be a project's URL"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_JWT_SECRET=x", "serve", "HOOKFILL_SUPABASE_URL: must be a project's URL"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_JWT_SECRET=x", "serve --supabase-url https://x.supabase.co", "HOOKFILL_SUPABASE_JWT_SECRET: must have 32 characters"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_URL=https://x.supabase.co", "token", "there are no local tokens beside Supabase"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_URL=https://x.supabase.co", "serve --demo", "--demo is for local mode"}),
		Entry(nil, wrongUsage{"", "login --email ada@example.com", "HOOKFILL_SUPABASE_URL is needed"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_URL=x", "login", "HOOKFILL_SUPABASE_URL: must be a project's URL"}),
		Entry(nil, wrongUsage{"HOOKFILL_SUPABASE_URL=https://x.supabase.co", "login", "HOOKFILL_SUPABASE_PUBLISHABLE_KEY is needed"}),
		Entry(nil, wrongUsage{"", "login --password x", "unknown flag: --password"}),
		Entry(nil, wrongUsage{"", "serve --supabase-jwt-secret x", "unknown flag: --supabase-jwt-secret"}),
		Entry(nil, wrongUsage{"HOOKFILL_MASTER_KEY=x", "serve", "HOOKFILL_MASTER_KEY must be 32 bytes in base64"}),
		Entry(nil, wrongUsage{"HOOKFILL_MASTER_KEY_PREVIOUS=x", "serve", "HOOKFILL_MASTER_KEY_PREVIOUS must be 32 bytes in base64"}),
		Entry(nil, wrongUsage{"HOOKFILL_TRUSTED_PROXIES=x", "serve", "HOOKFILL_TRUSTED_PROXIES must be CIDRs"}),
		Entry(nil, wrongUsage{"HOOKFILL_CORS_ORIGINS=x", "serve", "HOOKFILL_CORS_ORIGINS is not built yet"}),
		Entry(nil, wrongUsage{"HOOKFILL_EGRESS_ALLOW=x", "serve", "HOOKFILL_EGRESS_ALLOW must be CIDRs"}),
		Entry(nil, wrongUsage{"HOOKFILL_DATABASE_MAX_CONNS=many", "serve", "HOOKFILL_DATABASE_MAX_CONNS is malformed"}),
		Entry(nil, wrongUsage{"HOOKFILL_DATABASE_MAX_CONNS=1", "serve", "HOOKFILL_DATABASE_MAX_CONNS must be 2 to 1000"}),
		Entry(nil, wrongUsage{"HOOKFILL_DATABASE_URL=hookfill", "serve", "HOOKFILL_DATABASE_URL"}),
		Entry(nil, wrongUsage{"HOOKFILL_LISTEN=8080", "serve", "HOOKFILL_LISTEN must be an address"}),
		Entry(nil, wrongUsage{"HOOKFILL_ADMIN_LISTEN=on", "serve", "HOOKFILL_ADMIN_LISTEN must be an address"}),
		Entry(nil, wrongUsage{"HOOKFILL_PUBLIC_URL=hooks.example.com", "serve", "HOOKFILL_PUBLIC_URL must be an http or https URL"}),
		Entry(nil, wrongUsage{"HOOKFILL_LEASE=soon", "serve", "HOOKFILL_LEASE is malformed"}),
		Entry(nil, wrongUsage{"HOOKFILL_LEASE=1ms", "serve", "HOOKFILL_LEASE must be 1s to 10m"}),
		Entry(nil, wrongUsage{"HOOKFILL_LOG_LEVEL=loud", "serve", "HOOKFILL_LOG_LEVEL must be debug, info, warn or error"}),
		Entry(nil, wrongUsage{"HOOKFILL_LOG_FORMAT=xml", "serve", "HOOKFILL_LOG_FORMAT must be text or json"}),
		Entry(nil, wrongUsage{"", "serve --master-key x", "unknown flag: --master-key"}),
		Entry(nil, wrongUsage{"", "serve --role boss", "--role must be all, intake or executor"}),
		Entry(nil, wrongUsage{"", "serve --role executor --demo", "--demo needs the API"}),
		Entry(nil, wrongUsage{"", "serve --lease soon", "--lease"}),
		Entry(nil, wrongUsage{"", "serve now", "unknown command"}),
		Entry(nil, wrongUsage{"", "conquer", "unknown command"}),
		Entry(nil, wrongUsage{"", "orders", "name a subcommand"}),
		Entry(nil, wrongUsage{"", "orders conquer", "unknown command"}),
		Entry(nil, wrongUsage{"", "orders show", "accepts 1 arg"}),
		Entry(nil, wrongUsage{"", "orders list --colour red", "unknown flag: --colour"}),
		Entry(nil, wrongUsage{"", "migrate", "migrate up"}),
		Entry(nil, wrongUsage{"", "token --user me", "--user"}),
		Entry(nil, wrongUsage{"", "token --ttl 1000h", "720h"}),
		Entry(nil, wrongUsage{"", "send http://127.0.0.1:1/hooks/x", "--file is needed"}),
		Entry(nil, wrongUsage{"", "send http://127.0.0.1:1/hooks/x --file - --sign secret", "--sign must be a signing secret"}),
		Entry(nil, wrongUsage{"HOOKFILL_URL=http://127.0.0.1:1", "orders list", "HOOKFILL_TOKEN is needed"}),
	)
})

var _ = Describe("A failure", func() {
	It("is exit 1 and one line that says what to do", func(ctx SpecContext) {
		fresh := []string{"HOOKFILL_DATABASE_URL=" + newDatabase(ctx, "")}
		nowhere := []string{"HOOKFILL_DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing?password=open-sesame"}
		for _, row := range []struct {
			env  []string
			args string
			says string
		}{
			{nil, "orders list", "run `hookfill serve`"},
			{[]string{"HOOKFILL_URL=http://127.0.0.1:1", "HOOKFILL_TOKEN=x"}, "orders list", "is it running?"},
			{nil, "send http://127.0.0.1:1/hooks/x --file nothing.json", "nothing.json"},
			{nowhere, "serve", "the database"},
			{nowhere, "migrate up", "the database"},
			{fresh, "serve", "hookfill migrate up"},
		} {
			r := hookfillIn(ctx, newDataDir(), row.env, strings.Fields(row.args)...)
			Expect(r).To(failWith(1, ContainSubstring(row.says)), row.args)
			Expect(r.stderr).NotTo(ContainSubstring("open-sesame"))
		}
	})

	It("is a refusal told in words by commands that ask the API", func(ctx SpecContext) {
		Expect(hookfill(ctx, standing.dataDir, "orders", "show", "01a2056b-3988-7157-848e-a7c54d582175")).
			To(failWith(1, ContainSubstring("order not found")))
		Expect(hookfill(ctx, standing.dataDir, "broker", "add", "--kind", "kraken")).To(failWith(1, ContainSubstring("kind: ")))
	})
})
