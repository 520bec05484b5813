package brokerfaults

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Line is a simulator behind a bad line, at an address of its own on loopback.
type Line struct {
	simulator http.Handler
	address   string
	done      chan struct{}
	running   sync.WaitGroup

	mu        sync.Mutex
	listener  net.Listener // nil while the line is down
	resets    int
	scripts   []*Script
	chance    *chance
	exchanges []Exchange
	closed    bool
}

// Exchange says what became of one request.
type Exchange struct {
	Method string
	// Path has the query with it.
	Path string
	Body string
	// Fault is the name of what was done.
	Fault string
	// Executed is how often the simulator got the request; it is 0 until then.
	Executed int
}

// Start opens a line to a simulator, without faults.
func Start(simulator http.Handler) (*Line, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Line{simulator: simulator, address: listener.Addr().String(), done: make(chan struct{})}
	l.serve(listener)
	return l, nil
}

// URL is where an adapter finds the simulator. It stays the same while the line
// is down.
func (l *Line) URL() string { return "http://" + l.address }

// Down refuses connections until Up. Requests under way are finished.
func (l *Line) Down() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener != nil {
		_ = l.listener.Close()
		l.listener = nil
	}
}

// Up takes connections again. It does nothing on a line that is up, and is an
// error where another process took the address or the line is closed.
func (l *Line) Up() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return errors.New("the line is closed")
	case l.listener != nil:
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", l.address)
	if err != nil {
		return err
	}
	l.serve(listener)
	return nil
}

// ResetNext resets the next n connections before anything is read of them.
func (l *Line) ResetNext(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resets += n
}

// Exchanges gives every request that was read, in that order.
func (l *Line) Exchanges() []Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Exchange{}, l.exchanges...)
}

// Close ends the line and every wait of a fault, and returns once no request is
// under way any more.
func (l *Line) Close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.done)
	}
	l.mu.Unlock()
	l.Down()
	l.running.Wait()
}

// serve takes the connections of a listener, one request each.
func (l *Line) serve(listener net.Listener) {
	l.listener = listener
	// The server only reads requests: answers are written on the connection.
	server := &http.Server{Handler: http.HandlerFunc(l.take), ReadHeaderTimeout: 10 * time.Second}
	server.SetKeepAlivesEnabled(false)
	l.running.Go(func() { _ = server.Serve(&door{listener, l}) })
	l.running.Go(func() {
		<-l.done
		_ = server.Close()
	})
}

// door resets connections where that was asked for.
type door struct {
	net.Listener
	line *Line
}

func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil || !d.line.resetsThis() {
			return conn, err
		}
		reset(conn)
	}
}

func (l *Line) resetsThis() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.resets == 0 {
		return false
	}
	l.resets--
	return true
}

func (l *Line) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_ = conn.SetDeadline(time.Time{})
	place, fault, ok := l.note(r, body)
	if !ok {
		_ = conn.Close()
		return
	}
	defer l.running.Done()
	e := &exchange{line: l, request: r, body: body, conn: conn}
	// The simulator may panic; the connection is not left hanging then.
	defer e.close()
	defer func() { l.executed(place, e.executed) }()
	fault.act(e)
}

// note chooses the fault of a request, unless the line is closed.
func (l *Line) note(r *http.Request, body []byte) (place int, f Fault, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, f, false
	}
	l.running.Add(1)
	f = l.choose(r)
	l.exchanges = append(l.exchanges, Exchange{Method: r.Method, Path: r.URL.RequestURI(), Body: string(body), Fault: f.name})
	return len(l.exchanges) - 1, f, true
}

func (l *Line) executed(place, times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.exchanges[place].Executed = times
}

// wait reports whether the line is still open after so long.
func (l *Line) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.done:
		return false
	}
}
