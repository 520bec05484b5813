package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// The benchmark compares two ways to make things durable on one PostgreSQL, in
// turns: alerts over HTTP, and pgbench's single-row inserts. Each has as many
// clients; what counts is the ratio, since machines differ.
const (
	benchClients = 64
	benchSymbols = 20
	benchRounds  = 12
	benchSeconds = 2
)

// BenchmarkDurableAlerts posts distinct alerts over kept-open connections to a
// server in the role intake, and reports alerts a second, pgbench's
// transactions a second, the median ratio, and what an alert costs the processors:
// that says more than the rates where others use the machine meanwhile.
func BenchmarkDurableAlerts(b *testing.B) {
	compareWithPgbench(b, "intake")
}

// BenchmarkDurableAlertsWhileExecuting is the same with the orders executed in
// the same process meanwhile.
func BenchmarkDurableAlertsWhileExecuting(b *testing.B) {
	compareWithPgbench(b, "all")
}

func compareWithPgbench(b *testing.B, role string) {
	s := startBenchServer(b, role)
	for range b.N {
		var alerts, inserts, ratios []float64
		var used benchCPU
		for range benchRounds {
			before, first := s.cpu(b), s.next
			posted := s.postAlerts(b, benchSeconds*time.Second)
			used.add(before, s.cpu(b), s.next-first)
			inserted := s.pgbench(b, benchSeconds)
			alerts, inserts, ratios = append(alerts, posted), append(inserts, inserted), append(ratios, posted/inserted)
		}
		b.ReportMetric(median(alerts), "alerts/s")
		b.ReportMetric(median(inserts), "pgbench-tps")
		b.ReportMetric(median(ratios), "ratio")
		used.report(b)
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

type benchServer struct {
	address string
	path    string
	process int
	cluster *localpg.Cluster
	next    int
}

func startBenchServer(b *testing.B, role string) *benchServer {
	b.Helper()
	dir := b.TempDir()
	binary := filepath.Join(dir, "hookfill")
	build := exec.CommandContext(b.Context(), "go", "build", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("cannot build: %s", out)
	}
	address := freeAddress(b)
	data := filepath.Join(dir, "data")
	server := exec.Command(binary, "serve", "--role", role, "--data-dir", data, "--listen", address, "--admin-listen", "off", "--log-level", "warn")
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	var home string // started by root, the cluster is not in the data directory
	b.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		_ = server.Wait()
		if home != "" {
			_ = os.RemoveAll(home)
		}
	})
	waitFor(b, "http://"+address+"/")
	ask := func(args ...string) map[string]any {
		cmd := exec.CommandContext(b.Context(), binary, append(args, "--json")...)
		cmd.Env = append(os.Environ(), "HOOKFILL_DATA_DIR="+data)
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %s", args, out)
		}
		var record map[string]any
		if err := json.Unmarshal(out, &record); err != nil {
			b.Fatal(err)
		}
		return record
	}
	account := ask("broker", "add")
	webhook := ask("webhook", "create", "--name", "bench", "--account", account["id"].(string)) //nolint:forcetypeassert // the contract's own field
	hook, err := url.Parse(webhook["url"].(string))                                             //nolint:forcetypeassert // the contract's own field
	if err != nil {
		b.Fatal(err)
	}
	cluster, err := localpg.Attach(b.Context(), localpg.Config{DataDir: data})
	if err != nil {
		b.Fatal(err)
	}
	home = filepath.Dir(cluster.Dir())
	return &benchServer{address: address, path: hook.Path, process: server.Process.Pid, cluster: cluster}
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func waitFor(b *testing.B, address string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			b.Fatal(err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			return
		}
		select {
		case <-ctx.Done():
			b.Fatal("the server did not start")
		case <-retry.C:
		}
	}
}

// postAlerts keeps every connection busy for a while and gives alerts accepted
// a second. Anything but an acceptance fails the benchmark.
//
// One thread serves all connections through epoll, as pgbench does: the load
// must not cost more than what it measures.
func (s *benchServer) postAlerts(b *testing.B, length time.Duration) float64 {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poll, err := syscall.EpollCreate1(0)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = syscall.Close(poll) }()
	clients := make(map[int32]*benchClient, benchClients)
	for range benchClients {
		c, err := s.connect()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = syscall.Close(c.socket) })
		clients[int32(c.socket)] = c                                                  //nolint:gosec // sockets are small numbers
		readable := &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.socket)} //nolint:gosec // as above
		if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, c.socket, readable); err != nil {
			b.Fatal(err)
		}
		if err := c.post(s); err != nil {
			b.Fatal(err)
		}
	}
	start := time.Now()
	accepted, waiting := 0, benchClients
	for events := make([]syscall.EpollEvent, benchClients); waiting > 0; {
		ready, err := syscall.EpollWait(poll, events, -1)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			b.Fatal(err)
		}
		for _, event := range events[:max(ready, 0)] {
			client := clients[event.Fd]
			answered, err := client.read()
			switch {
			case err != nil:
				b.Fatal(err)
			case !answered:
				continue
			case time.Since(start) >= length:
				accepted, waiting = accepted+1, waiting-1
				continue
			}
			accepted++
			if err := client.post(s); err != nil {
				b.Fatal(err)
			}
		}
	}
	return float64(accepted) / time.Since(start).Seconds()
}

// benchClient is one kept-open connection.
type benchClient struct {
	socket  int
	request []byte
	answer  []byte
}

func (s *benchServer) connect() (*benchClient, error) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	at := netip.MustParseAddrPort(s.address)
	_ = syscall.SetsockoptInt(socket, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	return &benchClient{socket: socket}, syscall.Connect(socket, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()})
}

// post sends the next alert.
func (c *benchClient) post(s *benchServer) error {
	s.next++
	body := fmt.Sprintf(`{"id":"%d","ticker":"NASDAQ:SYM%d","action":"buy","sentiment":"long","quantity":"1","price":"187.32",`+
		`"time":"2026-11-20T14:30:00Z","interval":"5"}`, s.next, s.next%benchSymbols)
	c.request = fmt.Appendf(c.request[:0], "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		s.path, s.address, len(body), body)
	c.answer = c.answer[:0]
	_, err := syscall.Write(c.socket, c.request)
	return err
}

// read takes what has come, and tells whether that is the whole acceptance. All
// that is refused fails.
func (c *benchClient) read() (answered bool, err error) {
	var part [1024]byte
	n, err := syscall.Read(c.socket, part[:])
	if err != nil {
		return false, err
	}
	c.answer = append(c.answer, part[:n]...)
	head, body, whole := bytes.Cut(c.answer, []byte("\r\n\r\n"))
	switch {
	case n == 0 || whole && !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")):
		return false, fmt.Errorf("not accepted: %s", c.answer)
	case !whole || !bytes.HasSuffix(bytes.TrimSpace(body), []byte("}")):
		return false, nil
	case !bytes.Contains(body, []byte(`"accepted"`)):
		return false, fmt.Errorf("not accepted: %s", body)
	}
	return true, nil
}

var pgbenchTPS = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// pgbench inserts single rows of about an alert's size into a table of its own
// database on the same server.
func (s *benchServer) pgbench(b *testing.B, seconds int) float64 {
	b.Helper()
	database := s.cluster.URL("postgres")
	run := func(stdin, name string, args ...string) string {
		cmd := exec.CommandContext(b.Context(), postgresProgram(b, name), args...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%s: %s", name, out)
		}
		return string(out)
	}
	run(`create table if not exists bench_rows (id uuid primary key default gen_random_uuid(), payload text, at timestamptz default now())`,
		"psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database)
	script := filepath.Join(b.TempDir(), "insert.sql")
	insert := `insert into bench_rows (payload) values ('` + strings.Repeat("x", 150) + "');\n"
	if err := os.WriteFile(script, []byte(insert), 0o600); err != nil {
		b.Fatal(err)
	}
	out := run("", "pgbench", "-n", "-c", strconv.Itoa(benchClients), "-j", "2",
		"-T", strconv.Itoa(seconds), "-f", script, database)
	found := pgbenchTPS.FindStringSubmatch(out)
	if found == nil {
		b.Fatalf("pgbench said: %s", out)
	}
	tps, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return tps
}

func postgresProgram(b *testing.B, name string) string {
	b.Helper()
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(installed) > 0 {
		return installed[len(installed)-1]
	}
	path, err := exec.LookPath(name)
	if err != nil {
		b.Skipf("%s is not installed: %s", name, err)
	}
	return path
}
