package brokerfaults_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// answer is what a client makes of one request.
type answer struct {
	Status int
	Header http.Header
	Body   string
	// Err is of the request or of reading its answer.
	Err error
}

// client follows no redirect, as an adapter that places orders must not.
func client(patience time.Duration) *http.Client {
	c := &http.Client{
		Timeout: patience, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	DeferCleanup(c.CloseIdleConnections)
	return c
}

func do(ctx context.Context, c *http.Client, method, url, body string) answer {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	response, err := c.Do(request)
	if err != nil {
		return answer{Err: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text), err}
}

func place(ctx context.Context, c *http.Client, line *brokerfaults.Line, id string) answer {
	GinkgoHelper()
	return do(ctx, c, http.MethodPost, line.URL()+"/orders", `{"id":"`+id+`"}`)
}

func lookUp(ctx context.Context, c *http.Client, line *brokerfaults.Line, id string) answer {
	GinkgoHelper()
	return do(ctx, c, http.MethodGet, line.URL()+"/orders/"+id, "")
}

const (
	patience = 20 * time.Second
	moment   = 150 * time.Millisecond
)

// meeting is a fault, what a client that waits 20 seconds sees of it, and whether
// the order is there afterwards.
type meeting struct {
	fault  brokerfaults.Fault
	sees   OmegaMatcher
	placed bool
}

func status(code int) OmegaMatcher { return HaveField("Status", code) }

func failing(with OmegaMatcher) OmegaMatcher { return HaveField("Err", with) }

var _ = Describe("A fault", func() {
	DescribeTable("is met by a client over a real socket",
		func(ctx SpecContext, m meeting) {
			broker := &orders{}
			line := start(broker)
			line.Next(m.fault)
			Expect(place(ctx, client(patience), line, "one")).To(m.sees)
			Expect(m.fault.Executes()).To(Equal(m.placed))
			if m.placed {
				Expect(broker.has()).To(Equal([]string{"one"}))
			} else {
				Expect(broker.has()).To(BeEmpty())
			}
			Eventually(line.Exchanges).WithContext(ctx).Should(HaveExactElements(And(
				HaveField("Method", "POST"), HaveField("Path", "/orders"), HaveField("Body", `{"id":"one"}`),
				HaveField("Fault", m.fault.String()), WithTransform(executed, Equal(m.placed)))))
			Expect(place(ctx, client(patience), line, "two")).To(status(http.StatusCreated), "the line is good again")
		},
		Entry("none", meeting{brokerfaults.Pass(), And(status(201), HaveField("Body", MatchJSON(`{"id":"one","number":1}`))), true}),
		Entry("executed, and the answer never comes", meeting{brokerfaults.DropAnswer(), failing(MatchError(io.EOF)), true}),
		Entry("executed, and told as an error", meeting{brokerfaults.ErrorExecuted(), status(500), true}),
		Entry("an error, and nothing executed", meeting{brokerfaults.ErrorNotExecuted(), status(500), false}),
		Entry("executed, and answered in broken JSON", meeting{brokerfaults.MalformedBody(), And(status(201), HaveField("Body", Not(beJSON()))), true}),
		Entry("executed, and half answered", meeting{brokerfaults.TruncatedBody(), failing(MatchError(io.ErrUnexpectedEOF)), true}),
		Entry("executed, and answered late", meeting{brokerfaults.Late(moment), status(201), true}),
		Entry("executed late", meeting{brokerfaults.ExecuteLate(moment), status(201), true}),
		Entry("executed, and answered byte by byte", meeting{brokerfaults.Slow(moment), And(status(201), HaveField("Body", beJSON())), true}),
		Entry("executed twice, and answered as a duplicate", meeting{brokerfaults.Repeat(), And(status(422), HaveField("Body", ContainSubstring("must be unique"))), true}),
		Entry("reset", meeting{brokerfaults.Reset(), failing(Or(MatchError(syscall.ECONNRESET), MatchError(io.EOF))), false}),
		Entry("redirected", meeting{brokerfaults.Redirect(), And(status(307), HaveField("Header", HaveKey("Location"))), false}),
		Entry("throttled", meeting{brokerfaults.Throttle(3 * time.Second), And(status(429), HaveField("Header", HaveKeyWithValue("Retry-After", []string{"3"}))), false}),
		Entry("refused in the broker's words", meeting{
			brokerfaults.Answer(422, "application/json", `{"message":"client order id must be unique"}`),
			And(status(422), HaveField("Body", ContainSubstring("must be unique"))), false,
		}),
	)

	DescribeTable("outlasts a client that is in a hurry",
		func(ctx SpecContext, fault brokerfaults.Fault, before, after []string) {
			broker := &orders{}
			line := start(broker)
			line.Next(fault)
			a := place(ctx, client(moment), line, "one")
			Expect(a.Err).To(Satisfy(timedOut))
			Expect(broker.has()).To(Equal(before))
			Eventually(broker.has).WithContext(ctx).Should(Equal(after))
		},
		Entry("whose order is there when it gives up", brokerfaults.Late(time.Hour), []string{"one"}, []string{"one"}),
		Entry("whose order surfaces only then", brokerfaults.ExecuteLate(10*moment), []string{}, []string{"one"}),
		Entry("that is fed byte by byte", brokerfaults.Slow(time.Hour), []string{"one"}, []string{"one"}),
	)

	It("of a redirect makes a client that follows it send again", func(ctx SpecContext) {
		broker := &orders{}
		line := start(broker)
		line.Next(brokerfaults.Redirect())
		follower := client(patience)
		follower.CheckRedirect = nil
		Expect(place(ctx, follower, line, "one")).To(status(http.StatusCreated))
		Expect(line.Exchanges()).To(HaveLen(2))
	})
})

var _ = Describe("A line", func() {
	It("refuses connections while it is down, and keeps its address", func(ctx SpecContext) {
		line := start(&orders{})
		line.Down()
		Expect(place(ctx, client(patience), line, "one").Err).To(MatchError(syscall.ECONNREFUSED))
		Expect(line.Up()).To(Succeed())
		Expect(line.Up()).To(Succeed(), "a second time does nothing")
		Expect(place(ctx, client(patience), line, "one")).To(status(http.StatusCreated))
		Expect(line.Exchanges()).To(HaveLen(1))
	})

	It("resets as many connections as it is told to before it reads them", func(ctx SpecContext) {
		line := start(&orders{})
		line.ResetNext(2)
		for range 2 {
			Expect(place(ctx, client(patience), line, "one").Err).To(HaveOccurred())
		}
		Expect(line.Exchanges()).To(BeEmpty(), "nothing was read")
		Expect(place(ctx, client(patience), line, "one")).To(status(http.StatusCreated))
	})

	It("gives each request the first fault that a script for it still has", func(ctx SpecContext) {
		line := start(&orders{})
		line.On(brokerfaults.Path("GET", "/orders/")).Next(brokerfaults.Times(2, brokerfaults.Answer(404, "application/json", "{}"))...)
		line.Next(brokerfaults.Pass(), brokerfaults.ErrorNotExecuted())
		c := client(patience)
		Expect(place(ctx, c, line, "one")).To(status(201))
		Expect(lookUp(ctx, c, line, "one")).To(status(404), "the look-up lags")
		Expect(place(ctx, c, line, "two")).To(status(500))
		Expect(lookUp(ctx, c, line, "one")).To(status(404))
		Expect(lookUp(ctx, c, line, "one")).To(status(200))
	})

	It("lags for a while from the first look-up on", func(ctx SpecContext) {
		line := start(&orders{})
		line.On(brokerfaults.Method("GET")).For(moment, brokerfaults.Answer(404, "application/json", "{}"))
		c := client(patience)
		Expect(place(ctx, c, line, "one")).To(status(201))
		Expect(lookUp(ctx, c, line, "one")).To(status(404))
		Eventually(func() answer { return lookUp(ctx, c, line, "one") }).WithContext(ctx).Should(status(200))
		Consistently(func() answer { return lookUp(ctx, c, line, "one") }).WithContext(ctx).WithTimeout(moment).Should(status(200))
	})

	It("fails at random alike for one seed, and other than for another", func(ctx SpecContext) {
		faults := func(seed uint64) string {
			line := start(&orders{})
			line.Randomly(seed, 60, brokerfaults.ErrorExecuted(), brokerfaults.ErrorNotExecuted(), brokerfaults.Throttle(time.Second))
			c := client(patience)
			for range 40 {
				_ = place(ctx, c, line, "one")
			}
			var all []string
			for _, e := range line.Exchanges() {
				all = append(all, e.Fault)
			}
			return strings.Join(all, ", ")
		}
		one := faults(1)
		Expect(faults(1)).To(Equal(one))
		Expect(faults(2)).NotTo(Equal(one))
		Expect(one).To(And(ContainSubstring("pass"), ContainSubstring("429"), ContainSubstring("500, executed"), ContainSubstring("500, not executed")))
	})

	It("executes nothing late once it is closed", func(ctx SpecContext) {
		broker := &orders{}
		line := start(broker)
		line.Next(brokerfaults.ExecuteLate(time.Hour))
		Expect(place(ctx, client(moment), line, "one").Err).To(Satisfy(timedOut))
		line.Close()
		Expect(broker.has()).To(BeEmpty())
	})

	It("ends what still waits when it is closed, and takes nothing more", func(ctx SpecContext) {
		broker := &orders{}
		line := start(broker)
		line.Next(brokerfaults.Late(time.Hour))
		c := client(patience)
		given := make(chan answer, 1)
		go func() {
			defer GinkgoRecover()
			given <- place(ctx, c, line, "one")
		}()
		Eventually(broker.has).WithContext(ctx).Should(HaveLen(1))
		line.Close()
		Expect(line.Exchanges()).To(HaveExactElements(HaveField("Executed", 1)))
		Eventually(given).WithContext(ctx).Should(Receive())
		Expect(place(ctx, c, line, "two").Err).To(HaveOccurred())
		Expect(line.Up()).To(MatchError(ContainSubstring("closed")))
		line.Close()
	})
})

func timedOut(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}

func beJSON() OmegaMatcher {
	return WithTransform(func(text string) bool { return json.Valid([]byte(text)) }, BeTrue())
}

func executed(e brokerfaults.Exchange) bool { return e.Executed > 0 }
