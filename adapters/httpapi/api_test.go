package httpapi_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookfill/hookfill/adapters/httpapi"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A new API", func() {
	complete := func() httpapi.Deps {
		deps := newHarness().deps
		deps.Metrics = prometheus.NewRegistry()
		return deps
	}

	DescribeTable("needs what its routes call",
		func(forget func(*httpapi.Deps), cfg httpapi.Config, fails bool) {
			deps := complete()
			forget(&deps)
			cfg.PublicURL = "http://127.0.0.1:8080"
			_, err := httpapi.New(deps, cfg)
			if fails {
				Expect(err).To(MatchError(domain.KindInvalid))
			} else {
				Expect(err).NotTo(HaveOccurred())
			}
		},
		Entry("hooks an intake", func(d *httpapi.Deps) { d.Intake = nil }, httpapi.Config{Hooks: true}, true),
		Entry("hooks no admin ports", func(d *httpapi.Deps) { d.Brokers, d.Webhooks, d.Desk, d.Work, d.Tokens = nil, nil, nil, nil, nil }, httpapi.Config{Hooks: true}, false),
		Entry("the API no intake", func(d *httpapi.Deps) { d.Intake = nil }, httpapi.Config{API: true}, false),
		Entry("the API tokens", func(d *httpapi.Deps) { d.Tokens = nil }, httpapi.Config{API: true}, true),
		Entry("the API a unit of work", func(d *httpapi.Deps) { d.Work = nil }, httpapi.Config{API: true}, true),
		Entry("always a clock", func(d *httpapi.Deps) { d.Clock = nil }, httpapi.Config{}, true),
		Entry("always a log", func(d *httpapi.Deps) { d.Log = nil }, httpapi.Config{}, true),
		Entry("always a registry", func(d *httpapi.Deps) { d.Metrics = nil }, httpapi.Config{}, true),
		Entry("always readiness", func(d *httpapi.Deps) { d.Ready = nil }, httpapi.Config{}, true),
	)

	DescribeTable("needs a public URL to print",
		func(url string, fails bool) {
			_, err := httpapi.New(complete(), httpapi.Config{PublicURL: url})
			if fails {
				Expect(err).To(MatchError(domain.KindInvalid))
			} else {
				Expect(err).NotTo(HaveOccurred())
			}
		},
		Entry("plain", "http://127.0.0.1:8080", false), Entry("with a path", "https://example.com/fill/", false),
		Entry("none", "", true), Entry("no scheme", "hooks.example.com", true), Entry("another scheme", "ftp://example.com", true),
		Entry("no host", "https://", true), Entry("a query", "https://example.com/?a=b", true),
		Entry("a password", "https://u:p@example.com", true), Entry("nonsense", "http://%", true),
	)

	It("refuses a registry that has such metrics", func() {
		deps, cfg := complete(), httpapi.Config{PublicURL: "http://127.0.0.1:8080"}
		_, err := httpapi.New(deps, cfg)
		Expect(err).NotTo(HaveOccurred())
		_, err = httpapi.New(deps, cfg)
		Expect(err).To(MatchError(domain.KindInvalid))
		Expect(err).To(MatchError(ContainSubstring("metrics")))
	})
})
