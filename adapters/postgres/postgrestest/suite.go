package postgrestest

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

const requireVariable = "HOOKFILL_TEST_REQUIRE_DATABASE"

// Databases are what the specs of a suite ask for databases. Its methods are
// called while specs run, not while their tree is built, and from one spec at
// a time.
type Databases struct {
	template Template
	server   *Server
	url      string
	missing  string // why there is no server
}

// shared is what process 1 tells the others.
type shared struct {
	URL     string
	Missing string
}

// Suite gives a suite its databases, copies of the template. It is called once,
// at the top level of a suite file, and is the suite's SynchronizedBeforeSuite;
// a suite that needs one of its own calls [Open] and [Join] in it.
func Suite(template Template) *Databases {
	d := &Databases{template: template}
	SynchronizedBeforeSuite(d.open, d.join)
	return d
}

// URL is the database of this parallel process, as the server's superuser. All
// specs of the process share it, one after the other.
func (d *Databases) URL() string {
	GinkgoHelper()
	d.require()
	return d.url
}

// Fresh makes a database of the running spec's own, a copy of the template. It
// is dropped with whoever is still connected when the spec ends.
func (d *Databases) Fresh(ctx context.Context) string {
	GinkgoHelper()
	return d.create(ctx, d.template.Name)
}

// Empty is [Databases.Fresh] without the template: for what the template
// itself is made with.
func (d *Databases) Empty(ctx context.Context) string {
	GinkgoHelper()
	return d.create(ctx, "")
}

// Server is the server itself.
func (d *Databases) Server() *Server {
	GinkgoHelper()
	d.require()
	return d.server
}

func (d *Databases) open(ctx SpecContext) []byte {
	server, err := Open(ctx)
	if errors.Is(err, localpg.ErrNotInstalled) && os.Getenv(requireVariable) == "" {
		return encode(shared{Missing: err.Error() + " (" + requireVariable + " makes this a failure)"})
	}
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	Expect(server.Prepare(ctx, d.template)).To(Succeed())
	return encode(shared{URL: server.URL()})
}

func (d *Databases) join(ctx SpecContext, data []byte) {
	var told shared
	Expect(json.Unmarshal(data, &told)).To(Succeed())
	if d.missing = told.Missing; d.missing != "" {
		return
	}
	server, err := Join(told.URL)
	Expect(err).NotTo(HaveOccurred())
	d.server = server
	d.url = d.create(ctx, d.template.Name)
}

func (d *Databases) create(ctx context.Context, template string) string {
	GinkgoHelper()
	d.require()
	url, drop, err := d.server.NewDatabase(ctx, template)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(drop)
	return url
}

func (d *Databases) require() {
	GinkgoHelper()
	if d.missing != "" {
		Skip("no database: " + d.missing)
	}
	if d.server == nil {
		Fail("databases are there while specs run: ask for one in BeforeEach or It")
	}
}

func encode(s shared) []byte {
	GinkgoHelper()
	data, err := json.Marshal(s)
	Expect(err).NotTo(HaveOccurred())
	return data
}
