package supabaseauth_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// FuzzVerify: whatever the text, it names nobody but whom a key signed for.
func FuzzVerify(f *testing.F) {
	RegisterTestingT(f)
	one, user := ecSigner("one"), uuid.New()
	p := newProject(one.published(nil))
	f.Cleanup(p.Close)
	tokens := p.verifier()
	good := one.sign(p.claims(user, nil), nil)
	head, rest, _ := strings.Cut(good, ".")
	f.Add(good)
	f.Add("Bearer " + good)
	f.Add(head + "." + rest + "." + rest)
	f.Add("eyJhbGciOiJub25lIn0." + rest)
	f.Add(head + ".e30.")
	f.Fuzz(func(t *testing.T, text string) {
		caller, err := tokens.Verify(t.Context(), text)
		if err == nil && (caller != principal(user) || !strings.HasPrefix(strings.TrimSpace(text), head+".")) {
			t.Fatalf("%q is %v", text, caller)
		}
		if kind := domain.KindOf(err); err != nil && kind != domain.KindUnauthenticated {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
