package httpapi_test

import (
	"context"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A secret", func() {
	It("shows in no log, no metric and no answer, whatever goes wrong", func(ctx SpecContext) {
		h := newHarness()
		var seen strings.Builder
		hook := func(method, path string, header ...string) {
			GinkgoHelper()
			got := h.send(ctx, method, path, strings.NewReader("{}"), header...)
			seen.WriteString(got.body)
			for name, values := range got.header {
				seen.WriteString(name + strings.Join(values, ""))
			}
		}
		panics := func(context.Context, ports.Alert) (ports.Receipt, error) { panic("at the disco") }
		for _, err := range []error{
			nil, domain.NotFound("webhook"), domain.Invalid("bad", "field", "message"), domain.KindUnavailable,
			domain.KindUnknownOutcome, domain.KindInternal, context.DeadlineExceeded,
		} {
			h.intake.gives(ports.Receipt{Result: ports.ReceiptAccepted}, err)
			hook(http.MethodPost, "/hooks/"+hookToken)
		}
		h.intake.answer = panics
		hook(http.MethodPost, "/hooks/"+hookToken)
		for _, path := range []string{
			"/hooks/" + hookToken, "/hooks/" + hookToken + "/", "/hooks//" + hookToken, "/hook/" + hookToken,
			"/hooks/" + hookToken + "%2F", "/nowhere?token=" + hookToken, "/" + hookToken + "/../hooks/" + hookToken,
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, "BREW"} {
				hook(method, path)
			}
		}
		hook(http.MethodPost, "/hooks/"+hookToken, "Content-Encoding", "gzip")

		for _, err := range []error{nil, domain.KindInternal, domain.KindUnavailable} {
			h.world.failWith(err)
			for _, token := range []string{aliceToken, "canary-bearer-forged"} {
				for _, r := range h.api.Routes() {
					got := h.as(ctx, token, r.Method, strings.ReplaceAll(r.Path, "{id}", "x"), "{}")
					seen.WriteString(got.body)
				}
			}
		}
		Eventually(func() int { return len(h.log.lines("request")) }).WithContext(ctx).Should(Equal(8 + 7*4 + 1 + 6*len(h.api.Routes())))
		for where, text := range map[string]string{"answers": seen.String(), "log": h.log.String(), "metrics": h.metrics(ctx)} {
			Expect(text).NotTo(BeEmpty(), where)
			Expect(text).NotTo(ContainSubstring("canary"), where)
		}
	})
})
