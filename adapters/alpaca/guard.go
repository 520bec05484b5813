package alpaca

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"syscall"

	"github.com/hookfill/hookfill/domain"
)

// guard keeps connections to addresses that are public, or allowed. It judges
// the address that is dialed, after every look-up of a name, so that a name
// cannot be one address when it is judged and another when it is used.
type guard struct{ allowed []netip.Prefix }

var errNotPublic = errors.New("the address is not public; HOOKFILL_EGRESS_ALLOW would have to name it")

// control is called with the address of each connection before it is made.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return errNotPublic
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return errNotPublic
	}
	if at = at.WithZone("").Unmap(); g.allows(at) || isPublic(at) {
		return nil
	}
	return errNotPublic
}

func (g guard) allows(at netip.Addr) bool {
	return slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(at) })
}

// checkURL refuses plain http, with which the keys could be read on the way, but
// to an address that is allowed by name.
func (g guard) checkURL(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return domain.Invalid("invalid_base_url", "base_url", "is not an address")
	}
	if u.Scheme == "https" {
		return nil
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && u.Scheme == "http" && g.allows(at.Unmap()) {
		return nil
	}
	return domain.Invalid("insecure_base_url", "base_url", "must begin with https; plain http is for addresses that HOOKFILL_EGRESS_ALLOW names")
}

// reserved are addresses that look public and are not, by the IANA registries of
// special purposes.
func reserved() []string {
	return []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	}
}

// isPublic reports an address of the internet at large.
func isPublic(at netip.Addr) bool {
	if !at.IsGlobalUnicast() || at.IsPrivate() {
		return false
	}
	if at.Is6() && !netip.MustParsePrefix("2000::/3").Contains(at) {
		return false
	}
	return !slices.ContainsFunc(reserved(), func(p string) bool { return netip.MustParsePrefix(p).Contains(at) })
}
