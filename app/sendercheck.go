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
	roots *x509.CertPool
}

// look gives the result of every proof the rules ask for. Nothing is looked at that
// none of them asks for.
func (c senderCheck) look(rules domain.Senders, a ports.AlertSender, now time.Time) []domain.ProofShown {
	if rules.IsZero() {
		return nil
	}
	evidence := domain.SenderEvidence{Address: a.Address}
	if rules.Preset != "" {
		evidence.Certificate = c.certificate(a.Certificates, now)
	}
	return rules.Look(evidence)
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
