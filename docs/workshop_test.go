//go:build !race

package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// workshop is where the project's own command lines are typed: in a copy of the tree, or,
// of which a proof tells that they change it, in a copy of their own, and with inputs so
// small that it takes seconds.
type workshop struct {
	dir   string // holds the copy, as tree
	env   []string
	words *strings.Replacer // gives the placeholders of the pages names
}

// newWorkshop copies the tree as it is now, commits it and makes the program, as
// README begins.
func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	dir := t.TempDir()
	w := &workshop{dir, environment(t, dir), strings.NewReplacer("/usr/local/bin/", `"$TMPDIR/"`,
		"ACCESS=FILE", "ACCESS=testdata/site/nginx/access.log", "AUTH=FILE", "AUTH=testdata/site/auth.log", "EVAL=DIR", "EVAL=docs/testdata/labelled")}
	if _, err := w.bash("..", `
		mkdir "$SHOP/tree"
		git ls-files -coz --exclude-standard | tar --create --null --files-from - | tar --extract --directory "$SHOP/tree"
		cd "$SHOP/tree"
		git init --quiet && git add --all
		git -c user.name=gumshoe -c user.email=gumshoe@localhost -c commit.gpgsign=false commit --quiet --message 'the tree as it is'
		make build`); err != nil {
		t.Fatal(err)
	}
	return w
}

// environment has the sizes that scripts and Makefile take from there, the programs of
// testdata/bin before all others, and nothing of a make that runs this test. What is
// built is built as by the other tests, so that nothing is compiled twice.
func environment(t *testing.T, dir string) []string {
	t.Helper()
	bin, err := filepath.Abs("testdata/bin")
	if err != nil {
		t.Fatal(err)
	}
	built, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	lendDuckDB(t, dir)
	outer := slices.DeleteFunc(os.Environ(), func(v string) bool { return ofMake.MatchString(v) })
	return append(outer, "SHOP="+dir, "PATH="+bin+":"+os.Getenv("PATH"),
		"GOFLAGS=-pgo=off -trimpath -ldflags=-w -vet=off -buildvcs=false", "CGO_ENABLED=0", "GOCACHE="+strings.TrimSpace(string(built)), "XDG_CACHE_HOME="+dir,
		"DIR="+filepath.Join(dir, "bench"), "SIZE=2000", "ROUNDS=1", "KILLS=3", "FORMATS=deb", "ARCHS="+runtime.GOARCH)
}

var ofMake = regexp.MustCompile(`^(MAKE|MFLAGS|GIT_)`)

// lendDuckDB shows the lines what `make tools` has installed for the user, if anything
// that it would not install anew: they write into a cache of their own.
func lendDuckDB(t *testing.T, cache string) {
	t.Helper()
	users, err := os.UserCacheDir()
	if err != nil {
		return // no home, and so nothing is installed there
	}
	const duckDB = "gumshoe-tools/duckdb"
	modules := filepath.Join(users, duckDB, "node_modules")
	installed, err := os.Stat(modules)
	if err != nil {
		return
	}
	if asked, err := os.Stat("../ingest/archive/testdata/duckdb/package-lock.json"); err != nil || asked.ModTime().After(installed.ModTime()) {
		return
	}
	own := filepath.Join(cache, duckDB)
	if err := errors.Join(os.MkdirAll(own, 0o755), os.Symlink(modules, filepath.Join(own, "node_modules"))); err != nil {
		t.Fatal(err)
	}
}

// typed runs a line as it stands, between what its proofs want before and after it, and
// returns what is seen of it.
func (w *workshop) typed(line string) (out string, err error) {
	own, err := os.MkdirTemp(w.dir, "line")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(own)
	script := []string{"export TMPDIR=" + own, `cd "$SHOP/tree"`}
	needed := proofsOf(line)
	if slices.ContainsFunc(needed, proof.changes) {
		script = append(script, `cp -a . "$TMPDIR/tree"`, `cd "$TMPDIR/tree"`)
	}
	for _, p := range needed {
		script = append(script, p.before)
	}
	script = append(script, w.words.Replace(line))
	for _, p := range needed {
		script = append(script, p.after)
	}
	if out, err = w.bash(own, strings.Join(script, "\n")); err != nil {
		return out, err
	}
	return out, missing(line, out)
}

func (w *workshop) bash(dir, script string) (string, error) {
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, w.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return string(out), err
}
