package appfx

import (
	"context"
	"errors"
	"net"

	"go.uber.org/fx"

	"github.com/hookfill/hookfill/domain"
)

// sockets are the ports a server listens on, nil where it does not. They open
// with the graph: one in use fails the start, and one that the system chose is
// known to whatever prints it.
type sockets struct{ public, admin net.Listener }

func openSockets(lc fx.Lifecycle, c Config) (*sockets, *Addresses, error) {
	open, at := &sockets{}, &Addresses{PublicURL: c.PublicURL}
	var err error
	if c.Role.takesIn() {
		if open.public, err = listen(c.Listen); err != nil {
			return nil, nil, err
		}
		at.Public = open.public.Addr().String()
		at.URL = c.scheme() + reachable(at.Public)
		if c.TLSCert != "" && c.PublicURL != "" {
			at.URL = c.PublicURL // the name the certificate is for
		}
	}
	if c.AdminListen != "" {
		if open.admin, err = listen(c.AdminListen); err != nil {
			return nil, nil, errors.Join(err, open.close())
		}
		at.Admin = open.admin.Addr().String()
	}
	switch {
	case at.PublicURL != "":
	case at.URL != "":
		at.PublicURL = at.URL
	default:
		at.PublicURL = c.scheme() + reachable(c.Listen)
	}
	lc.Append(fx.StopHook(open.close))
	return open, at, nil
}

func (c Config) scheme() string {
	if c.TLSCert != "" {
		return "https://"
	}
	return "http://"
}

func listen(address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, &domain.Error{Kind: domain.KindUnavailable, Code: "cannot_listen", Msg: "cannot listen on " + address, Err: err}
	}
	return l, nil
}

// close matters where nobody came to serve; a server closes its own.
func (s *sockets) close() error {
	var errs []error
	for _, l := range []net.Listener{s.public, s.admin} {
		if l == nil {
			continue
		}
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// reachable turns an address that listens everywhere into one to connect to.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
