package portstest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Alerts are bodies and what a parser has to make of them.
type Alerts struct {
	// Understood are alerts of each format the parser has, by format.
	Understood map[domain.AlertFormat][]string
	// Senseless can be read and make no sense.
	Senseless []string
	// Fields are those of alerts that are understood, by body.
	Fields map[string]map[string]string
	// Secrets are alerts that are understood and in which the word canary is all
	// that is secret.
	Secrets []string
	// Unbuilt ask, in the field named by the key, for what is not built.
	Unbuilt map[string]string
}

// AlertParserHarness makes parsers.
type AlertParserHarness struct {
	New    func(ctx context.Context) ports.AlertParser
	Alerts Alerts
}

// maxBody is the largest body a sender may post.
const maxBody = 64 << 10

// DescribeAlertParser proves ports.AlertParser.
func DescribeAlertParser(name string, h AlertParserHarness) bool {
	return Describe(name+" as an AlertParser", Label(LabelContract), func() {
		var parser ports.AlertParser
		BeforeEach(func(ctx SpecContext) { parser = h.New(ctx) })
		// each visits every alert that is understood.
		each := func(visit func(format domain.AlertFormat, body string)) {
			for format, bodies := range h.Alerts.Understood {
				for _, body := range bodies {
					visit(format, body)
				}
			}
		}

		It("lists the names a config may ask for, auto first", func() {
			formats := parser.Formats()
			Expect(formats[0]).To(Equal(domain.AlertFormatAuto))
			Expect(len(formats)).To(BeNumerically(">", 1))
			for _, f := range formats[1:] {
				Expect(f).NotTo(BeElementOf(domain.AlertFormatAuto, domain.AlertFormat("")))
				Expect(h.Alerts.Understood).To(HaveKey(f), "the harness has an alert of each format")
			}
			formats[0] = "spoiled"
			Expect(parser.Formats()[0]).To(Equal(domain.AlertFormatAuto), "the list is a copy")
		})

		It("gives the intents of an alert, at least one, each as domain.NewIntent makes it", func() {
			each(func(format domain.AlertFormat, body string) {
				parsed, err := parser.Parse(format, []byte(body))
				Expect(err).NotTo(HaveOccurred(), body)
				Expect(parsed.Intents).NotTo(BeEmpty())
				for _, i := range parsed.Intents {
					whole, err := domain.NewIntent(i)
					Expect(err).NotTo(HaveOccurred(), body)
					Expect(whole).To(Equal(i))
				}
			})
		})

		It("recognises the format auto by the content alone, and says which it was, never auto", func() {
			each(func(format domain.AlertFormat, body string) {
				named, err := parser.Parse(format, []byte(body))
				Expect(err).NotTo(HaveOccurred(), body)
				Expect(named.Format).To(Equal(format))
				auto, err := parser.Parse(domain.AlertFormatAuto, []byte(body))
				Expect(err).NotTo(HaveOccurred(), body)
				Expect(auto).To(Equal(named))
			})
		})

		It("gives the alert's top-level scalar fields as text", func() {
			Expect(h.Alerts.Fields).NotTo(BeEmpty(), "the harness has such an alert")
			for body, fields := range h.Alerts.Fields {
				parsed, err := parser.Parse(domain.AlertFormatAuto, []byte(body))
				Expect(err).NotTo(HaveOccurred(), body)
				Expect(parsed.Fields).To(sameAs(fields), body)
			}
		})

		It("neither keeps nor changes the body", func() {
			each(func(format domain.AlertFormat, body string) {
				given := []byte(body)
				parsed, err := parser.Parse(format, given)
				Expect(err).NotTo(HaveOccurred())
				Expect(string(given)).To(Equal(body))
				before := writtenOut(parsed)
				copy(given, bytes.Repeat([]byte("!"), len(given)))
				Expect(writtenOut(parsed)).To(Equal(before))
			})
		})

		DescribeTable("is KindInvalid with code not_understood, and reasons, for what cannot be read", func(body string) {
			_, err := parser.Parse(domain.AlertFormatAuto, []byte(body))
			Expect(err).To(failWith(domain.KindInvalid, "not_understood"))
			Expect(reasonsOf(err)).To(HaveEach(HaveField("Message", Not(BeEmpty()))))
		},
			Entry("nothing", ""), Entry("blanks", " \t\r\n"), Entry("half a JSON object", `{"ticker":"AAPL",`),
			Entry("text behind the end", `{"ticker":"AAPL","action":"buy","quantity":1} {}`),
			Entry("bytes that are not UTF-8", "\xff\xfe"), Entry("a NUL character", "BUY 10 AAPL\x00"),
			Entry("prose", "please be so kind as to buy some shares"),
			Entry("a deep JSON value", strings.Repeat("[", 10_000)),
		)

		It("is KindInvalid with the codes of domain.NewIntent for what is read and makes no sense", func() {
			Expect(h.Alerts.Senseless).NotTo(BeEmpty(), "the harness has such an alert")
			for _, body := range h.Alerts.Senseless {
				_, err := parser.Parse(domain.AlertFormatAuto, []byte(body))
				Expect(err).To(failAs(domain.KindInvalid), body)
				Expect(codeOf(err)).NotTo(BeElementOf("", "not_understood"), body)
			}
		})

		It("refuses a field that asks for what is not built by name, with code unsupported_field", func() {
			Expect(h.Alerts.Unbuilt).NotTo(BeEmpty(), "the harness has such an alert")
			for field, body := range h.Alerts.Unbuilt {
				_, err := parser.Parse(domain.AlertFormatAuto, []byte(body))
				Expect(err).To(failWith(domain.KindInvalid, "unsupported_field"), body)
				Expect(reasonsOf(err)).To(ContainElement(HaveField("Field", field)), body)
			}
		})

		It("reads an alert by a config's own mapping: one JSON object makes one intent", func() {
			mapping := domain.Mapping{"symbol": "body.s", "action": "body.a", "quantity": "body.q"}
			Expect(parser.CheckMapping(mapping)).To(Succeed())
			parsed, err := parser.ParseMapped(mapping, []byte(`{"s":"AAPL","a":"sell","q":0.10,"id":"x"}`))
			Expect(err).NotTo(HaveOccurred())
			want, err := domain.NewIntent(domain.Intent{Symbol: "AAPL", Action: domain.ActionSell, Quantity: new(domain.MustQuantity("0.1"))})
			Expect(err).NotTo(HaveOccurred())
			Expect(parsed.Intents).To(Equal([]domain.Intent{want}))
			Expect(parsed.Format).To(Equal(domain.AlertFormatCustom))
			Expect(parsed.Fields).To(HaveKeyWithValue("id", "x"))

			for _, body := range []string{"BUY 10 AAPL", `[{"s":"AAPL"}]`, ""} {
				_, err = parser.ParseMapped(mapping, []byte(body))
				Expect(err).To(failWith(domain.KindInvalid, "not_understood"), body)
			}
			mapping["quantity"] = "body.q + body.none"
			_, err = parser.ParseMapped(mapping, []byte(`{"s":"AAPL","a":"sell","q":1}`))
			Expect(err).To(failWith(domain.KindInvalid, "not_understood"))
			Expect(reasonsOf(err)).To(ContainElement(HaveField("Field", "quantity")), "an expression that fails names its field")
		})

		It("refuses a mapping whose expressions cannot be read", func() {
			err := parser.CheckMapping(domain.Mapping{"symbol": "body.s", "action": "body.("})
			Expect(err).To(failWith(domain.KindInvalid, "invalid_expression"))
			Expect(reasonsOf(err)).To(HaveExactElements(HaveField("Field", "mapping.action")))
		})

		It("gives a body as it may be stored and shown, from which the same is read; without secrets it is the same", func() {
			Expect(h.Alerts.Secrets).NotTo(BeEmpty(), "the harness has such an alert")
			for _, body := range h.Alerts.Secrets {
				given := []byte(body)
				kept := parser.Redact(given)
				Expect(string(given)).To(Equal(body), "nothing is written into it")
				Expect(string(kept)).NotTo(ContainSubstring("canary"))
				parsed, err := parser.Parse(domain.AlertFormatAuto, given)
				Expect(err).NotTo(HaveOccurred(), body)
				for name, text := range parsed.Fields {
					Expect(text).NotTo(ContainSubstring("canary"), name+" is a secret among the fields")
				}
				again, err := parser.Parse(domain.AlertFormatAuto, kept)
				Expect(err).NotTo(HaveOccurred(), string(kept))
				Expect(again).To(Equal(parsed))
				Expect(string(parser.Redact([]byte(body[:len(body)-1])))).NotTo(ContainSubstring("canary"), "understood or not")
			}
			for body := range h.Alerts.Fields {
				Expect(string(parser.Redact([]byte(body)))).To(Equal(body))
			}
		})

		It("never panics: every alert cut short, and with every byte replaced", func() {
			hostile := []byte{0, '"', '\\', '{', '[', '9', '-', 0x80, 0xff}
			each(func(_ domain.AlertFormat, body string) {
				for i := range len(body) {
					_ = parser.Redact([]byte(body[:i]))
					for _, format := range parser.Formats() {
						_, _ = parser.Parse(format, []byte(body[:i]))
						for _, c := range hostile {
							changed := []byte(body)
							changed[i] = c
							if parsed, err := parser.Parse(format, changed); err == nil {
								Expect(parsed.Intents).NotTo(BeEmpty())
							} else {
								Expect(err).To(failAs(domain.KindInvalid))
							}
						}
					}
				}
			})
		})

		It("takes no more than linear time", func() {
			// A body of 64 KiB takes milliseconds; a parser that is not linear takes
			// minutes for one of these.
			for _, pattern := range []string{
				"[", `{"a":`, `{"a":1,`, "9", "-", `"`, `\`, `"\u0041`, " ", "BUY ", "1e", "0.", `{"ticker":"A`, "\xc3\xa9", "[1,", `"secret":`, `{"token":[`, "key=", "secret=a;", "a,buy,",
			} {
				body := slices.Repeat([]byte(pattern), maxBody/len(pattern))
				redacting := time.Now()
				_ = parser.Redact(body)
				Expect(time.Since(redacting)).To(BeNumerically("<", 2*time.Second), pattern)
				for _, format := range parser.Formats() {
					start := time.Now()
					_, _ = parser.Parse(format, body)
					Expect(time.Since(start)).To(BeNumerically("<", 2*time.Second), pattern)
				}
			}
		})

		It("is safe for concurrent use", func() {
			atOnce(4, func(int) {
				each(func(format domain.AlertFormat, body string) {
					Expect(parser.Parse(format, []byte(body))).Error().NotTo(HaveOccurred())
				})
			})
		})
	})
}
