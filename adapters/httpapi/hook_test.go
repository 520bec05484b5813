package httpapi_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func signalID(last string) domain.SignalID {
	return domain.SignalID{UUID: uuid.MustParse("01942681-aaaa-7000-8000-00000000000" + last)}
}

var _ = Describe("Posting an alert", func() {
	var h *harness
	post := func(ctx context.Context, body string, header ...string) reply {
		GinkgoHelper()
		return h.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader(body), header...)
	}
	BeforeEach(func() { h = newHarness() })

	It("hands the token, the body as it is and the sender's address to the intake", func(ctx SpecContext) {
		post(ctx, "buy 10 AAPL\r\n")
		Expect(h.intake.alerts()).To(ConsistOf(ports.Alert{
			Token: hookToken, Body: []byte("buy 10 AAPL\r\n"), Source: "127.0.0.1",
			Sender: ports.AlertSender{Address: netip.MustParseAddr("127.0.0.1")},
		}))
	})

	type result struct {
		receipt ports.Receipt
		body    string
	}
	DescribeTable("answers what is durable with 200",
		func(ctx SpecContext, r result) {
			h.intake.gives(r.receipt, nil)
			got := post(ctx, "{}")
			Expect(got.status).To(Equal(http.StatusOK))
			Expect(got.header.Get("Content-Type")).To(Equal("application/json"))
			Expect(got.body).To(Equal(r.body))
		},
		Entry("accepted", result{
			ports.Receipt{Result: ports.ReceiptAccepted, SignalIDs: []domain.SignalID{signalID("1")}},
			`{"result":"accepted","signal_id":"01942681-aaaa-7000-8000-000000000001"}`,
		}),
		Entry("accepted with several intents", result{
			ports.Receipt{Result: ports.ReceiptAccepted, SignalIDs: []domain.SignalID{signalID("1"), signalID("2")}},
			`{"result":"accepted","signal_ids":["01942681-aaaa-7000-8000-000000000001","01942681-aaaa-7000-8000-000000000002"]}`,
		}),
		Entry("seen before", result{
			ports.Receipt{Result: ports.ReceiptDuplicate, SignalIDs: []domain.SignalID{signalID("1")}},
			`{"result":"duplicate","signal_id":"01942681-aaaa-7000-8000-000000000001"}`,
		}),
		Entry("refused", result{
			ports.Receipt{Result: ports.ReceiptRefused, SignalIDs: []domain.SignalID{signalID("1")}, Reasons: []domain.Reason{
				{Code: "paused", Message: "the webhook is paused"},
				{Code: "symbol_not_allowed", Field: "symbol", Message: "\"A\\\" \x01\u00e9 is not\namong \xff"},
			}},
			`{"result":"refused","signal_id":"01942681-aaaa-7000-8000-000000000001","reasons":[` +
				`{"code":"paused","message":"the webhook is paused"},` +
				`{"code":"symbol_not_allowed","field":"symbol","message":"\"A\\\" \u0001é is not\u000aamong ` + "\ufffd" + `"}]}`,
		}),
	)

	type failure struct {
		err        error
		status     int
		body       string // empty: a problem
		code       string
		retryAfter string
	}
	DescribeTable("answers what is not durable by the kind of the error",
		func(ctx SpecContext, f failure) {
			h.intake.gives(ports.Receipt{}, f.err)
			got := post(ctx, "{}")
			Expect(got.status).To(Equal(f.status), got.body)
			Expect(got.header.Get("Retry-After")).To(Equal(f.retryAfter))
			if f.body != "" {
				Expect(got.body).To(Equal(f.body))
				Expect(got.header.Get("Content-Type")).To(Equal("application/json"))
				return
			}
			Expect(got.header.Get("Content-Type")).To(Equal("application/problem+json"))
			Expect(got.at("code")).To(Equal(f.code))
			Expect(got.at("status")).To(BeEquivalentTo(f.status))
		},
		Entry("not understood", failure{
			err:    &domain.Error{Kind: domain.KindInvalid, Code: "not_understood", Reasons: []domain.Reason{{Code: "malformed_json", Message: "no JSON"}}},
			status: 400, body: `{"result":"refused","reasons":[{"code":"malformed_json","field":"","message":"no JSON"}]}`,
		}),
		Entry("understood and impossible", failure{
			err:    domain.Invalid("quantity_not_positive", "quantity", "must be above 0"),
			status: 422, body: `{"result":"refused","reasons":[{"code":"quantity_not_positive","field":"quantity","message":"must be above 0"}]}`,
		}),
		Entry("a key used with another body", failure{
			err:    domain.Conflict("key_reused", "another body"),
			status: 422, body: `{"result":"refused","reasons":[{"code":"key_reused","field":"","message":"another body"}]}`,
		}),
		Entry("a bare kind", failure{
			err:    domain.KindConflict,
			status: 422, body: `{"result":"refused","reasons":[{"code":"conflict","field":"","message":""}]}`,
		}),
		Entry("unknown token", failure{err: domain.NotFound("webhook"), status: 404, code: "not_found"}),
		Entry("unavailable", failure{err: &domain.Error{Kind: domain.KindUnavailable, RetryAfter: 1500 * time.Millisecond}, status: 503, code: "unavailable", retryAfter: "2"}),
		Entry("unavailable without a time", failure{err: &domain.Error{Kind: domain.KindUnavailable}, status: 503, code: "unavailable", retryAfter: "1"}),
		Entry("unknown outcome", failure{err: &domain.Error{Kind: domain.KindUnknownOutcome}, status: 503, code: "unknown_outcome", retryAfter: "1"}),
		Entry("out of time", failure{err: context.DeadlineExceeded, status: 503, code: "timeout", retryAfter: "1"}),
		Entry("internal", failure{err: &domain.Error{Kind: domain.KindInternal, Code: "corrupt", Msg: "row 7"}, status: 500, code: "internal"}),
		Entry("anything else", failure{err: errors.New("boom"), status: 500, code: "internal"}),
		Entry("a cancellation that was not the sender's", failure{err: context.Canceled, status: 500, code: "internal"}),
		Entry("unauthenticated", failure{err: &domain.Error{Kind: domain.KindUnauthenticated}, status: 401, code: "unauthenticated"}),
		Entry("forbidden", failure{
			err:    &domain.Error{Kind: domain.KindForbidden, Code: "sender_not_allowed", Field: "senders", Msg: "not from there"},
			status: 403, body: `{"result":"refused","reasons":[{"code":"sender_not_allowed","field":"senders","message":"not from there"}]}`,
		}),
		Entry("rejected", failure{err: &domain.Error{Kind: domain.KindRejected}, status: 422, code: "rejected"}),
	)

	DescribeTable("never looks at the Content-Type",
		func(ctx SpecContext, contentType string) {
			Expect(post(ctx, "{}", "Content-Type", contentType).status).To(Equal(http.StatusOK))
		},
		Entry("text", "text/plain; charset=utf-8"), Entry("nonsense", "///"), Entry("form", "application/x-www-form-urlencoded"),
	)

	It("refuses a compressed body", func(ctx SpecContext) {
		got := post(ctx, "{}", "Content-Encoding", "gzip")
		Expect(got.status).To(Equal(http.StatusUnsupportedMediaType))
		Expect(got.at("code")).To(Equal("content_encoding"))
		Expect(h.intake.alerts()).To(BeEmpty())
		Expect(post(ctx, "{}", "Content-Encoding", "identity").status).To(Equal(http.StatusOK))
	})

	It("takes 64 KiB and not a byte more, however it is sent", func(ctx SpecContext) {
		full := strings.Repeat("x", 64<<10)
		Expect(post(ctx, full).status).To(Equal(http.StatusOK))
		chunked := func(s string) reply {
			return h.send(ctx, http.MethodPost, "/hooks/"+hookToken, struct{ io.Reader }{strings.NewReader(s)})
		}
		Expect(chunked(full).status).To(Equal(http.StatusOK))
		Expect(h.intake.alerts()).To(HaveLen(2))
		for _, got := range []reply{post(ctx, full+"x"), chunked(full + "x"), chunked(strings.Repeat(full, 40))} {
			Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge))
			Expect(got.at("code")).To(Equal("body_too_large"))
		}
		Expect(h.intake.alerts()).To(HaveLen(2))
	})

	It("gives each body away for good", func(ctx SpecContext) {
		post(ctx, "the first alert")
		post(ctx, strings.Repeat("another, longer one ", 50))
		Expect(string(h.intake.alerts()[0].Body)).To(Equal("the first alert"))
	})

	DescribeTable("refuses other methods the same for every token, without asking the intake",
		func(ctx SpecContext, method string) {
			known := h.send(ctx, method, "/hooks/"+hookToken, nil)
			unknown := h.send(ctx, method, "/hooks/hf_other", nil)
			Expect(known.status).To(Equal(http.StatusMethodNotAllowed))
			Expect(known.header.Get("Allow")).To(Equal("POST"))
			Expect(unknown.status).To(Equal(known.status))
			Expect(h.intake.alerts()).To(BeEmpty())
		},
		Entry("GET", http.MethodGet), Entry("HEAD", http.MethodHead), Entry("PUT", http.MethodPut),
		Entry("OPTIONS", http.MethodOptions), Entry("DELETE", http.MethodDelete), Entry("one nobody knows", "BREW"),
	)

	It("answers an unknown token and a wrong path with the same bytes", func(ctx SpecContext) {
		h.intake.gives(ports.Receipt{}, domain.NotFound("webhook"))
		unknown := post(ctx, "{}")
		Expect(unknown.status).To(Equal(http.StatusNotFound))
		for _, path := range []string{"/hooks/", "/hooks", "/hooks/a/b", "/hooks//a", "/hooks/a%2Fb", "//hooks/a", "/nowhere", "/v1/nothing"} {
			wrong := h.send(ctx, http.MethodPost, path, strings.NewReader("{}"))
			Expect(wrong.status).To(Equal(http.StatusNotFound), path)
			Expect(wrong.body).To(Equal(unknown.body), path)
			Expect(wrong.header.Get("Location")).To(BeEmpty(), path)
		}
	})

	Describe("from a sender that goes away", func() {
		dial := func(ctx context.Context) *net.TCPConn {
			GinkgoHelper()
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", h.public.Listener.Addr().String())
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(func() { _ = conn.Close() })
			return conn.(*net.TCPConn)
		}

		It("keeps nothing of a body that was cut short", func(ctx SpecContext) {
			for _, cut := range []string{"Content-Length: 100\r\n\r\n{\"ticker\":", "Transfer-Encoding: chunked\r\n\r\na\r\n{\"tic"} {
				conn := dial(ctx)
				_, err := io.WriteString(conn, "POST /hooks/"+hookToken+" HTTP/1.1\r\nHost: h\r\n"+cut)
				Expect(err).NotTo(HaveOccurred())
				Expect(conn.CloseWrite()).To(Succeed())
				got, err := io.ReadAll(conn)
				Expect(err).NotTo(HaveOccurred())
				Expect(string(got)).To(And(HavePrefix("HTTP/1.1 400 "), ContainSubstring(`"code":"body_incomplete"`)))
			}
			Expect(h.intake.alerts()).To(BeEmpty())
		})

		It("keeps an alert that arrived whole", func(ctx SpecContext) {
			entered, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			h.intake.answer = func(ctx context.Context, _ ports.Alert) (ports.Receipt, error) {
				close(entered)
				<-release
				ended <- ctx.Err()
				return ports.Receipt{Result: ports.ReceiptAccepted}, nil
			}
			conn := dial(ctx)
			_, err := io.WriteString(conn, "POST /hooks/"+hookToken+" HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")
			Expect(err).NotTo(HaveOccurred())
			Eventually(entered).WithContext(ctx).Should(BeClosed())
			Expect(conn.Close()).To(Succeed())
			close(release)
			Eventually(ended).WithContext(ctx).Should(Receive(BeNil()))
		})
	})
})
