package main_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// wire is the way to a PostgreSQL socket, which can fall silent as a network
// does: connections stay, and nothing comes through.
type wire struct {
	// dir is what a client names as its host.
	dir string

	gate sync.RWMutex
}

const socketName = ".s.PGSQL.5432"

// newWire leads to the server whose socket is in a directory.
func newWire(to string) *wire {
	GinkgoHelper()
	// Not a long name below TMPDIR: sockets have short paths.
	dir, err := os.MkdirTemp("/tmp", "hookfill-wire-*")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	w := &wire{dir: dir}
	socket, err := net.Listen("unix", filepath.Join(dir, socketName))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(socket.Close)
	go func() {
		for {
			near, err := socket.Accept()
			if err != nil {
				return
			}
			go w.join(near, filepath.Join(to, socketName))
		}
	}()
	return w
}

// hang keeps everything back until resume is called.
func (w *wire) hang() (resume func()) {
	w.gate.Lock()
	return w.gate.Unlock
}

func (w *wire) join(near net.Conn, to string) {
	defer near.Close()
	w.wait()
	far, err := net.Dial("unix", to)
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		defer near.Close()
		w.carry(near, far)
	}()
	w.carry(far, near)
}

func (w *wire) wait() {
	w.gate.RLock()
	defer w.gate.RUnlock()
}

func (w *wire) carry(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.wait()
		if _, werr := to.Write(buffer[:n]); werr != nil || err != nil {
			return
		}
	}
}
