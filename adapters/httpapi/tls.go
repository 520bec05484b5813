package httpapi

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/hookfill/hookfill/domain"
)

// TLSFromFiles makes a configuration for a server whose certificate, with those that
// vouch for it, and key are in two PEM files. What replaces them is used from the
// next connection on; while that cannot be read, what was read before is, and log
// says so. Clients are asked for a certificate and need not have one; nobody has
// looked at whether it is genuine. Files that cannot be used are KindInvalid.
func TLSFromFiles(certificate, key string, log *slog.Logger) (*tls.Config, error) {
	f := &certificateFiles{certificate: certificate, key: key, log: log}
	if err := f.load(); err != nil {
		return nil, &domain.Error{
			Kind: domain.KindInvalid, Code: "tls_unusable", Field: "tls_cert", Err: err,
			Msg: "the certificate and its key cannot be used; both are PEM files, and belong together",
		}
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.present(), nil },
	}, nil
}

// certificateFiles are two files and what was read from them last.
type certificateFiles struct {
	certificate, key string
	log              *slog.Logger

	mu     sync.Mutex
	read   *tls.Certificate
	looked string
}

// present gives the certificate of now.
func (f *certificateFiles) present() *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if looks := f.looks(); looks != f.looked {
		if err := f.load(); err != nil {
			f.looked = looks // tried once
			f.log.Error("the new certificate cannot be used; the one before is", "error", err)
		}
	}
	return f.read
}

func (f *certificateFiles) load() error {
	looks := f.looks()
	c, err := tls.LoadX509KeyPair(f.certificate, f.key)
	if err != nil {
		return err
	}
	f.read, f.looked = &c, looks
	return nil
}

// looks tells one state of the files from another, without reading them.
func (f *certificateFiles) looks() string {
	var looks strings.Builder
	for _, name := range []string{f.certificate, f.key} {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprint(&looks, info.ModTime().UnixNano(), " ", info.Size(), " ")
		}
	}
	return looks.String()
}
