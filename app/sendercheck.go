package app

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// senderCheck holds what an alert's sender shows against what its webhook asks.
type senderCheck struct {
	// roots vouch for client certificates; nil are the system's.
	roots  *x509.CertPool
	parser ports.AlertParser
}

// look gives the result of every proof the config asks for, and tells of a URL that
// is a former one. Nothing is looked at that the config does not ask for.
func (c senderCheck) look(config knownConfig, a ports.Alert, now time.Time) []domain.ProofShown {
	shown := c.lookAt(config, a, now)
	if config.former {
		shown = append(shown, domain.ProofShown{Proof: domain.ProofURL, Result: domain.ProofFormer})
	}
	return shown
}

func (c senderCheck) lookAt(config knownConfig, a ports.Alert, now time.Time) []domain.ProofShown {
	asked := config.snapshot.Rules.Senders
	if asked.IsZero() {
		return nil
	}
	evidence := domain.SenderEvidence{Address: a.Sender.Address}
	if asked.Preset != "" {
		evidence.Certificate = c.certificate(a.Sender.Certificates, now)
	}
	if asked.Signing {
		evidence.Signature = verifySignature(a.Sender.Signature, a.Body, config.shared[domain.ProofSignature], now)
	}
	if asked.Passphrase {
		evidence.Passphrase = c.passphrase(config, a.Body)
	}
	return asked.Look(evidence)
}

// lookAgain gives the results for a delivery that waited, of what was looked at when
// it came and of what it still carries.
func (c senderCheck) lookAgain(config knownConfig, d domain.Delivery) []domain.ProofShown {
	shown := config.snapshot.Rules.Senders.Asked(d.Proofs)
	for i, p := range shown {
		if p.Proof == domain.ProofPassphrase && p.Result == domain.ProofAbsent {
			shown[i].Result = c.passphrase(config, d.Body)
		}
	}
	if i := slices.IndexFunc(d.Proofs, isURL); i >= 0 {
		shown = append(shown, d.Proofs[i])
	}
	return shown
}

func isURL(p domain.ProofShown) bool { return p.Proof == domain.ProofURL }

func (c senderCheck) passphrase(config knownConfig, body []byte) domain.ProofResult {
	return verifyPassphrase(c.parser.Secrets(body), config.shared[domain.ProofPassphrase])
}

// certificate reads what was shown; nil where nothing was. What cannot be read says
// nothing of its holder, and is not trusted.
func (c senderCheck) certificate(chain [][]byte, now time.Time) *domain.SenderCertificate {
	if len(chain) == 0 {
		return nil
	}
	own, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return &domain.SenderCertificate{}
	}
	between := x509.NewCertPool()
	for _, der := range chain[1:] {
		if issuer, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(issuer)
		}
	}
	_, err = own.Verify(x509.VerifyOptions{
		Roots: c.roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return &domain.SenderCertificate{CommonName: own.Subject.CommonName, Emails: own.EmailAddresses, Trusted: err == nil}
}

// senderRefusal is why an alert is not taken that shows too little, nil where it is
// enough.
func senderRefusal(rules domain.Senders, shown []domain.ProofShown) error {
	lacking := rules.Lacking(shown)
	if len(lacking) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.KindForbidden, Code: lacking[0].Code, Field: lacking[0].Field, Reasons: lacking, Msg: lacking[0].Message}
}

// senderDecisions are what a signal keeps of how its sender was known, and of a URL
// that was a former one.
func senderDecisions(shown []domain.ProofShown) (told []domain.Decision) {
	var words []string
	for _, p := range shown {
		if isURL(p) {
			told = append(told, domain.Decision{
				Rule: domain.RuleFormerURL, Verdict: domain.VerdictNote, Detail: "posted to a URL that another has taken the place of: change it where the alert is made",
			})
			continue
		}
		words = append(words, string(p.Proof)+" "+string(p.Result))
	}
	if len(words) > 0 {
		told = append(told, domain.Decision{Rule: "senders", Verdict: domain.VerdictPass, Detail: strings.Join(words, ", ")})
	}
	return told
}
