package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid uint32
}

// newAccount is who owns a new cluster: whoever starts it or, for root, whom
// PostgreSQL refuses, a user without privileges.
func newAccount() (account, error) {
	if !asRoot() {
		return accountOf(uint32(os.Geteuid()), uint32(os.Getegid())), nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		// Through int64: macOS gives nobody the id -2.
		uid, uidErr := strconv.ParseInt(found.Uid, 10, 64)
		gid, gidErr := strconv.ParseInt(found.Gid, 10, 64)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return account{}, errors.New("PostgreSQL cannot run as root, and there is no user postgres or nobody: " +
		"create the user postgres, or start as an ordinary user")
}

// ownerAccount is who an existing cluster belongs to, and so runs as.
func ownerAccount(data string) (account, error) {
	info, err := os.Lstat(data)
	if err != nil {
		return account{}, fmt.Errorf("cannot look at the cluster in %s: %w", data, err)
	}
	uid, gid := owner(info)
	switch {
	case !info.IsDir():
		return account{}, fmt.Errorf("%s is not a directory: move it away", data)
	case asRoot() && uid == 0:
		return account{}, fmt.Errorf("the cluster in %s belongs to root, and PostgreSQL cannot run as root: "+
			"give it to another user with chown -R", data)
	case !asRoot() && uid != uint32(os.Geteuid()):
		return account{}, fmt.Errorf("the cluster in %s belongs to the user %s: start as that user or as root",
			data, accountOf(uid, gid).name)
	}
	return accountOf(uid, gid), nil
}

func accountOf(uid, gid uint32) account {
	id := strconv.FormatUint(uint64(uid), 10)
	if found, err := user.LookupId(id); err == nil {
		if primary, err := strconv.ParseInt(found.Gid, 10, 64); err == nil {
			return account{name: found.Username, uid: uid, gid: uint32(primary)}
		}
	}
	return account{name: id, uid: uid, gid: gid}
}

// become makes a command run as the account, in a session of its own so that
// no signal meant for this process reaches it.
func (a account) become(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if asRoot() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// canEnter asks the kernel rather than reading modes, which know nothing of
// access lists, name spaces and network file systems.
func (a account) canEnter(ctx context.Context, dir string, bin binaries) (bool, error) {
	try := func(dir string) error {
		cmd := exec.CommandContext(ctx, bin.postgres(), "--version")
		cmd.Dir, cmd.Env = dir, environment()
		a.become(cmd)
		return cmd.Run()
	}
	if err := try("/"); err != nil {
		return false, fmt.Errorf("cannot run %s as the user %s: %w", bin.postgres(), a.name, err)
	}
	err := try(dir)
	if errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	return err == nil, err
}

// own hands a directory that this process made to the account.
func (a account) own(path string) error {
	if !asRoot() {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

func asRoot() bool { return os.Geteuid() == 0 }

func owner(info fs.FileInfo) (uid, gid uint32) {
	stat := info.Sys().(*syscall.Stat_t) //nolint:errcheck,forcetypeassert // what os.Lstat promises on Unix
	return stat.Uid, stat.Gid
}
