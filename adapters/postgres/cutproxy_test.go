package postgres_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// cutProxy stands between a pool and its server and can cut their connections.
type cutProxy struct {
	listener net.Listener
	network  string
	server   string

	mu    sync.Mutex
	cut   cutPoint
	conns []net.Conn
}

// cutPoint says where a commit is cut off.
type cutPoint int

const (
	cutNothing cutPoint = iota
	// cutBeforeCommit loses the commit on its way to the server.
	cutBeforeCommit
	// cutBeforeAnswer lets the server commit and loses its answer.
	cutBeforeAnswer
)

// newCutProxy starts a proxy for the spec and gives the URL that leads through it.
func newCutProxy(ctx context.Context, serverURL string) (*cutProxy, string) {
	GinkgoHelper()
	config, err := pgx.ParseConfig(serverURL)
	Expect(err).NotTo(HaveOccurred())
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	p := &cutProxy{listener: listener}
	p.network, p.server = pgconn.NetworkAddress(config.Host, config.Port)
	DeferCleanup(p.close)
	go p.serve()
	through := url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: listener.Addr().String(),
		Path: "/" + config.Database, RawQuery: "sslmode=disable",
	}
	return p, through.String()
}

func (p *cutProxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		go p.forward(client, server)
	}
}

// cutNext cuts the next commit off, on whatever connection, and everything after
// it until cutNext(cutNothing).
func (p *cutProxy) cutNext(at cutPoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = at
}

func (p *cutProxy) cutsAt() cutPoint {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cut
}

// close cuts every connection and takes no more.
func (p *cutProxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
}

// forward passes messages on until one is a commit that is to be cut off.
func (p *cutProxy) forward(client, server net.Conn) {
	defer func() { _ = client.Close(); _ = server.Close() }()
	from := pgproto3.NewBackend(client, client)
	start, err := from.ReceiveStartupMessage()
	if err != nil || !send(server, start) {
		return
	}
	answers := &muffler{to: client}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(answers, server)
		_ = client.Close()
	}()
	statements := map[string]string{}
	for committing := false; ; {
		m, err := from.Receive()
		if err != nil {
			return
		}
		if parse, ok := m.(*pgproto3.Parse); ok {
			statements[parse.Name] = parse.Query
		}
		if isCommit(m, statements) {
			switch p.cutsAt() {
			case cutBeforeCommit:
				return
			case cutBeforeAnswer:
				committing = true
				answers.muffle()
			case cutNothing:
			}
		}
		if !send(server, m) {
			return
		}
		if committing && endsBundle(m) {
			// The server gets to this only after the commit, and hangs up.
			send(server, &pgproto3.Terminate{})
			<-answered
			return
		}
	}
}

// muffler passes on what is written to it until it is muffled.
type muffler struct {
	mu      sync.Mutex
	to      io.Writer
	muffled bool
}

func (m *muffler) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.muffled {
		return len(p), nil
	}
	return m.to.Write(p)
}

func (m *muffler) muffle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.muffled = true
}

func endsBundle(m pgproto3.FrontendMessage) bool {
	switch m.(type) {
	case *pgproto3.Sync, *pgproto3.Query:
		return true
	}
	return false
}

func isCommit(m pgproto3.FrontendMessage, statements map[string]string) bool {
	switch m := m.(type) {
	case *pgproto3.Query:
		return m.String == "commit"
	case *pgproto3.Bind:
		statement := statements[m.PreparedStatement]
		return statement == "commit" || strings.Contains(statement, "insert into private.signal_keys") // a transaction of its own
	}
	return false
}

func send(to net.Conn, m pgproto3.FrontendMessage) bool {
	text, err := m.Encode(nil)
	if err != nil {
		return false
	}
	_, err = to.Write(text)
	return err == nil
}
