package appfx_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const module = "github.com/hookfill/hookfill"

// imports is the import graph of this module with everything it reaches, by
// import path.
type imports map[string]listed

// listed is a package as `go list` tells of it.
type listed struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// theImports reads the graph once a process.
func theImports() imports {
	GinkgoHelper()
	graph, err := readImports()
	Expect(err).NotTo(HaveOccurred())
	return graph
}

var readImports = sync.OnceValues(func() (imports, error) { //nolint:gochecknoglobals // read once for all specs
	root, err := output(".", "env", "GOMOD")
	if err != nil {
		return nil, err
	}
	text, err := output(filepath.Dir(strings.TrimSpace(string(root))), "list", "-deps",
		"-json=ImportPath,Standard,Imports,TestImports,XTestImports", "./...")
	if err != nil {
		return nil, err
	}
	graph := imports{}
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return graph, nil
		} else if err != nil {
			return nil, err
		}
		graph[p.ImportPath] = p
	}
})

func output(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, errors.New("go " + args[0] + ": " + string(exit.Stderr))
	}
	return out, err
}

// own lists the packages of this module, by folder.
func (g imports) own() []string {
	var folders []string
	for path := range g {
		if folder, ok := strings.CutPrefix(path, module+"/"); ok {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return folders
}

// isStandard counts the pseudo-package of cgo in.
func (g imports) isStandard(path string) bool { return path == "C" || g[path].Standard }

// matches reports whether a package, by folder or by import path, is meant by a
// pattern of a rule.
func matches(pattern, pkg string) bool {
	pkg = strings.TrimPrefix(pkg, module+"/")
	tree, isTree := strings.CutSuffix(pattern, "/...")
	return pkg == tree || isTree && strings.HasPrefix(pkg, tree+"/")
}

func anyMatches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, pkg) })
}

// violations tells of every import the rule does not allow.
func (r rule) violations(g imports) []string {
	var found []string
	for _, folder := range g.own() {
		if !anyMatches(r.of, folder) {
			continue
		}
		for _, path := range g[module+"/"+folder].Imports {
			allowed := anyMatches(r.may, path)
			if g.isStandard(path) {
				allowed = !slices.Contains(r.never, path)
			}
			if !allowed {
				found = append(found, folder+" must not import "+path+": "+r.because)
			}
		}
	}
	return found
}

// ungoverned tells of packages that have no rule, or more than one.
func ungoverned(law []rule, g imports) []string {
	var found []string
	for _, folder := range g.own() {
		rules := 0
		for _, r := range law {
			if anyMatches(r.of, folder) {
				rules++
			}
		}
		if rules != 1 {
			found = append(found, folder+" must have exactly one rule: what is not listed is refused")
		}
	}
	return found
}

// stale tells of patterns that mean nothing any more.
func stale(law []rule, g imports) []string {
	var found []string
	means := func(pattern string) bool {
		for path := range g {
			if matches(pattern, path) {
				return true
			}
		}
		return false
	}
	for _, r := range law {
		for _, pattern := range slices.Concat(r.of, r.may, r.never) {
			if !means(pattern) {
				found = append(found, "the rule of "+strings.Join(r.of, ", ")+" names "+pattern+", which is not there any more")
			}
		}
	}
	return found
}

// reaching tells the way from a package of ours to any of those that must not
// be part of the program.
func (g imports) reaching(of string, never []string, because string) []string {
	return g.ways(of, func(path string) bool { return anyMatches(never, path) }, because)
}

// bringing tells the way from a package of ours to whatever is neither of the
// standard library, ours nor listed.
func (g imports) bringing(of string, may []string, because string) []string {
	return g.ways(of, func(path string) bool {
		return !g.isStandard(path) && !strings.HasPrefix(path, module+"/") && !anyMatches(may, path) && !isVendored(path)
	}, because)
}

// isVendored reports what the standard library brings along itself.
func isVendored(path string) bool { return strings.HasPrefix(path, "vendor/") }

// ways walks the graph breadth first, so that it tells the shortest way to each.
// What the standard library imports is its own business.
func (g imports) ways(of string, unwanted func(string) bool, because string) []string {
	var found []string
	for _, folder := range g.own() {
		if !matches(of, folder) {
			continue
		}
		from := map[string]string{module + "/" + folder: ""}
		for queue := []string{module + "/" + folder}; len(queue) > 0; queue = queue[1:] {
			if g.isStandard(queue[0]) {
				continue
			}
			for _, path := range g[queue[0]].Imports {
				if _, met := from[path]; met {
					continue
				}
				from[path] = queue[0]
				if unwanted(path) {
					found = append(found, wayTo(path, from)+": "+because)
					continue
				}
				queue = append(queue, path)
			}
		}
	}
	return found
}

func wayTo(path string, from map[string]string) string {
	way := path
	for before := from[path]; before != ""; before = from[before] {
		way = strings.TrimPrefix(before, module+"/") + " -> " + way
	}
	return way
}

// inSpecs tells what the specs of a package import and must not.
func (g imports) inSpecs(folder string, may []string, because string) []string {
	var found []string
	p := g[module+"/"+folder]
	for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
		if !g.isStandard(path) && !isStandardPath(path) && !anyMatches(may, path) {
			found = append(found, "the specs of "+folder+" must not import "+path+": "+because)
		}
	}
	return found
}

// isStandardPath tells a package of the standard library by its first element,
// for what only specs import is not in the graph.
func isStandardPath(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func entriesOf(law []rule) []TableEntry {
	var entries []TableEntry
	for _, r := range law {
		entries = append(entries, Entry(strings.Join(r.of, ", ")+": "+r.because, r))
	}
	return entries
}

// programs are all packages but the two that are made for specs.
func programs(law []rule) []TableEntry {
	var entries []TableEntry
	for _, r := range law {
		for _, of := range r.of {
			if !strings.HasPrefix(of, "ports/portstest") && of != "adapters/postgres/postgrestest" {
				entries = append(entries, Entry(nil, of))
			}
		}
	}
	return entries
}

func expectNone(violations []string) {
	GinkgoHelper()
	Expect(violations).To(BeEmpty(), "%s", strings.Join(violations, "\n"))
}
