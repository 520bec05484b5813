package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"
)

// handshake is how long a server may take over a first answer.
const handshake = 2 * time.Second

// openSockets makes the directory of the cluster's socket, which is all that
// stands between the cluster and other users.
func (s site) openSockets() error {
	dir := s.sockets()
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cannot make a directory for PostgreSQL's socket: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("cannot look at the directory of PostgreSQL's socket: %w", err)
	}
	// Made by root a moment ago, or by a root that died before the next line.
	if uid, _ := owner(info); asRoot() && uid == 0 && info.IsDir() {
		if err := s.account.own(dir); err != nil {
			return fmt.Errorf("cannot give %s to the user %s: %w", dir, s.account.name, err)
		}
	}
	return s.checkSockets(dir)
}

// checkSockets refuses a directory that somebody else put there or can enter:
// who answers in it would get to hear everything.
func (s site) checkSockets(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("cannot look at the directory of PostgreSQL's socket: %w", err)
	}
	uid, _ := owner(info)
	if !info.IsDir() || uid != s.account.uid || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s should be a directory of the user %s with mode 0700 and is not: "+
			"somebody may be trying to listen in; remove it and start again", dir, s.account.name)
	}
	return nil
}

// answers tells whether a PostgreSQL serves the socket in dir. It asks whether
// encryption is to be had, which a living server answers before anything else
// and does not log; a connection alone may be to a server that is dying.
func answers(ctx context.Context, dir string) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", filepath.Join(dir, ".s.PGSQL."+port))
	if err != nil {
		return false
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(handshake)); err != nil { //nolint:forbidigo // a deadline is the machine's time
		return false
	}
	sslRequest := []byte{0, 0, 0, 8, 4, 210, 22, 47} // its length, and 1234.5679
	if _, err := conn.Write(sslRequest); err != nil {
		return false
	}
	_, err = io.ReadFull(conn, make([]byte, 1))
	return err == nil
}
