package app

import (
	"crypto/x509"
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

// look gives the result of every proof the config asks for. Nothing is looked at that
// it does not ask for.
func (c senderCheck) look(config knownConfig, a ports.Alert, now time.Time) []domain.ProofShown {
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
	return shown
}

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

// senderDecision is what a signal keeps of how its sender was known.
func senderDecision(shown []domain.ProofShown) domain.Decision {
	words := make([]string, len(shown))
	for i, p := range shown {
		words[i] = string(p.Proof) + " " + string(p.Result)
	}
	return domain.Decision{Rule: "senders", Verdict: domain.VerdictPass, Detail: strings.Join(words, ", ")}
}
