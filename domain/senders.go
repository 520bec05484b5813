package domain

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SenderPreset names a sender that is known by where it posts from.
type SenderPreset string

// SenderTradingView is TradingView's servers.
const SenderTradingView SenderPreset = "tradingview"

// isTradingViews reports whether TradingView says its alerts come from there
// (tradingview.com/support/solutions/43000529348).
func isTradingViews(a netip.Addr) bool {
	switch a.String() {
	case "34.212.75.30", "52.32.178.7", "52.89.214.238", "54.218.53.128":
		return true
	}
	return false
}

// What TradingView's client certificate says of its holder
// (tradingview.com/support/solutions/43000680459).
const (
	tradingViewCommonName = "TradingView Webhooks"
	tradingViewEmail      = "webhook-server@tradingview.com"
)

// Senders says what an alert must show beside its webhook's URL. The zero value
// asks for nothing more.
type Senders struct {
	// AllowCIDRs are the addresses alerts may come from, beside those of Preset;
	// with neither, any address will do.
	AllowCIDRs []netip.Prefix
	// Preset admits a known sender by its addresses, or by its client certificate.
	Preset SenderPreset
	// Signing asks for a signature by the webhook's signing secret, Passphrase for
	// the webhook's passphrase in the alert's body.
	Signing    bool
	Passphrase bool
}

const maxSenderCIDRs = 64

// IsZero reports whether the URL alone is enough.
func (s Senders) IsZero() bool {
	return len(s.AllowCIDRs) == 0 && s.Preset == "" && !s.Signing && !s.Passphrase
}

// NeedsSecrets reports whether an alert is held against something only its sender
// and the webhook know.
func (s Senders) NeedsSecrets() bool { return s.Signing || s.Passphrase }

func (s Senders) check(f *faults) {
	if len(s.AllowCIDRs) > maxSenderCIDRs {
		f.add("too_many_cidrs", "senders.allow_cidrs", "at most "+strconv.Itoa(maxSenderCIDRs))
	}
	for i, p := range s.AllowCIDRs {
		if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() {
			f.add("invalid_cidr", "senders.allow_cidrs."+strconv.Itoa(i), "name a network such as 203.0.113.0/24")
		}
	}
	if s.Preset != "" && s.Preset != SenderTradingView {
		f.add("invalid_preset", "senders.preset", "must be tradingview, or null")
	}
}

func (s Senders) clone() Senders {
	s.AllowCIDRs = slices.Clone(s.AllowCIDRs)
	return s
}

// CheckPassphrase refuses what cannot be a webhook's passphrase: it has 8 to 255
// characters, none of them a control character.
func CheckPassphrase(s string) error {
	if n := utf8.RuneCountInString(s); n < 8 || n > 255 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return Invalid("invalid_passphrase", "senders.passphrase", "must have 8 to 255 characters, none of them a control character")
	}
	return nil
}

// SenderProof is one thing that can show who sent an alert.
type SenderProof string

// The proofs. An alert's token is looked at before any of them.
const (
	ProofAddress     SenderProof = "address"
	ProofCertificate SenderProof = "certificate"
	ProofSignature   SenderProof = "signature"
	ProofPassphrase  SenderProof = "passphrase"
	// ProofURL is told of only where another has taken the place of the one that was
	// posted to.
	ProofURL SenderProof = "url"
)

// ProofResult says what came of looking at a proof.
type ProofResult string

// The results. Absent is what was not shown, or could not be told.
const (
	ProofPassed ProofResult = "passed"
	ProofFailed ProofResult = "failed"
	ProofAbsent ProofResult = "absent"
	ProofFormer ProofResult = "former"
)

// RuleFormerURL is the rule of the decision that an alert came by a URL that another
// has taken the place of.
const RuleFormerURL = "former_url"

// ProofShown is a proof that a webhook asks for and what came of it.
type ProofShown struct {
	Proof  SenderProof
	Result ProofResult
}

// SenderCertificate is what a sender's client certificate says of it.
type SenderCertificate struct {
	CommonName string
	Emails     []string
	// Trusted says that a certificate authority this system trusts vouches for it.
	Trusted bool
}

func (c *SenderCertificate) of(p SenderPreset) ProofResult {
	switch {
	case c == nil:
		return ProofAbsent
	case p == SenderTradingView && c.Trusted && c.CommonName == tradingViewCommonName && slices.Contains(c.Emails, tradingViewEmail):
		return ProofPassed
	}
	return ProofFailed
}

// SenderEvidence is what is known of an alert's sender. The zero value is nothing.
type SenderEvidence struct {
	// Address is where the alert was posted from; zero where that cannot be told.
	Address     netip.Addr
	Certificate *SenderCertificate
	// Signature and Passphrase are what came of them; empty is absent.
	Signature  ProofResult
	Passphrase ProofResult
}

// Look gives the result of every proof s asks for, in a fixed order; nothing where it
// asks for none.
func (s Senders) Look(e SenderEvidence) []ProofShown {
	var shown []ProofShown
	if len(s.AllowCIDRs) > 0 || s.Preset != "" {
		shown = append(shown, ProofShown{ProofAddress, s.address(e.Address)})
	}
	if s.Preset != "" {
		shown = append(shown, ProofShown{ProofCertificate, e.Certificate.of(s.Preset)})
	}
	if s.Signing {
		shown = append(shown, ProofShown{ProofSignature, cmp.Or(e.Signature, ProofAbsent)})
	}
	if s.Passphrase {
		shown = append(shown, ProofShown{ProofPassphrase, cmp.Or(e.Passphrase, ProofAbsent)})
	}
	return shown
}

// Asked gives, of what was looked at before, what s asks for, and what s asks for
// beside as absent: nobody can look at it any more.
func (s Senders) Asked(shown []ProofShown) []ProofShown {
	asked := s.Look(SenderEvidence{})
	for i, a := range asked {
		if at := slices.IndexFunc(shown, func(p ProofShown) bool { return p.Proof == a.Proof }); at >= 0 {
			asked[i] = shown[at]
		} else {
			asked[i].Result = ProofAbsent
		}
	}
	return asked
}

// Lacking gives why an alert that showed all this is refused; nothing where it is
// not. Address and certificate show the same thing, so that one of them is enough:
// who moves is still known by the certificate, which is shown over HTTPS alone.
// Signature and passphrase are needed as asked for.
func (s Senders) Lacking(shown []ProofShown) []Reason {
	result := map[SenderProof]ProofResult{}
	for _, p := range shown {
		result[p.Proof] = p.Result
	}
	var lacking []Reason
	lacks := func(code, message string) {
		lacking = append(lacking, Reason{Code: code, Field: "senders", Message: message})
	}
	placed := result[ProofAddress] == ProofPassed || s.Preset != "" && result[ProofCertificate] == ProofPassed
	if (len(s.AllowCIDRs) > 0 || s.Preset != "") && !placed {
		lacks("sender_not_allowed", "the webhook takes no alerts from where this one was sent")
	}
	if s.Signing && result[ProofSignature] != ProofPassed {
		lacks("not_signed", "the webhook takes signed alerts alone: sign them with its signing secret, and send them within five minutes")
	}
	if s.Passphrase && result[ProofPassphrase] != ProofPassed {
		lacks("no_passphrase", "the webhook takes no alert without its passphrase")
	}
	return lacking
}

func (s Senders) address(a netip.Addr) ProofResult {
	a = a.Unmap()
	switch {
	case !a.IsValid():
		return ProofAbsent
	case s.Preset == SenderTradingView && isTradingViews(a):
		return ProofPassed
	case slices.ContainsFunc(s.AllowCIDRs, func(p netip.Prefix) bool { return p.Contains(a) }):
		return ProofPassed
	}
	return ProofFailed
}
