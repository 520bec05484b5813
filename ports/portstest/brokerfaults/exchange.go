package brokerfaults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// exchange is one request on its way through a fault. It owns the connection.
type exchange struct {
	line     *Line
	request  *http.Request
	body     []byte
	conn     net.Conn
	executed int
}

// answer is what is sent back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func plain(status int, body string) answer {
	return answer{status, http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, []byte(body)}
}

// execute lets the simulator have the request, to the end also when the client
// has gone.
func (e *exchange) execute() answer {
	r := e.request.Clone(context.WithoutCancel(e.request.Context()))
	r.Body = io.NopCloser(bytes.NewReader(e.body))
	r.ContentLength = int64(len(e.body))
	w := httptest.NewRecorder()
	e.line.simulator.ServeHTTP(w, r)
	e.executed++
	result := w.Result()
	return answer{result.StatusCode, result.Header, w.Body.Bytes()}
}

// answer sends a whole answer. A client that went away is no fault of ours.
func (e *exchange) answer(a answer) {
	_, _ = e.conn.Write(append(a.head(len(a.body)), a.body...))
	e.close()
}

func (e *exchange) truncate(a answer) {
	// An answer that has no half to lose loses what it announces.
	announced := max(len(a.body), 2)
	_, _ = e.conn.Write(append(a.head(announced), a.body[:len(a.body)/2]...))
	e.close()
}

func (e *exchange) trickle(a answer, over time.Duration) {
	defer e.close()
	if _, err := e.conn.Write(a.head(len(a.body))); err != nil {
		return
	}
	for i := range a.body {
		if !e.line.wait(over / time.Duration(len(a.body))) {
			return
		}
		if _, err := e.conn.Write(a.body[i : i+1]); err != nil {
			return
		}
	}
}

// close ends the connection after what was written.
func (e *exchange) close() { _ = e.conn.Close() }

// reset ends the connection at once; nothing is left to be read.
func (e *exchange) reset() { reset(e.conn) }

func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// head is the answer up to its body. One exchange is one connection.
func (a answer) head(length int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	header := a.header.Clone()
	header.Set("Content-Length", strconv.Itoa(length))
	header.Set("Connection", "close")
	_ = header.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}
