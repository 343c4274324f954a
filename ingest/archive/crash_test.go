package archive

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// quickDisk does not wait for the disk: tests do not survive a power cut.
type quickDisk struct{ osDisk }

func (quickDisk) Sync([]string) error { return nil }

// faultyDisk stops at a step, as a killed process does, or fails from it on, as
// a full disk does. A write stops half-way.
type faultyDisk struct {
	quickDisk
	steps int  // until the fault
	full  bool // fail instead of stopping
}

type killed struct{}

// step counts one step and reports whether it is the fault.
func (d *faultyDisk) step() bool {
	d.steps--
	return d.steps < 0
}

func (d *faultyDisk) fault() error {
	if !d.full {
		panic(killed{})
	}
	return syscall.ENOSPC
}

func (d *faultyDisk) MkdirAll(dir string) error {
	if d.step() {
		return d.fault()
	}
	return d.quickDisk.MkdirAll(dir)
}

func (d *faultyDisk) Write(path string, data []byte) error {
	if d.step() {
		_ = os.WriteFile(path, data[:len(data)/2], 0o640)
		return d.fault()
	}
	return d.quickDisk.Write(path, data)
}

func (d *faultyDisk) Rename(from, to string) error {
	if d.step() && !d.full { // a full disk renames
		return d.fault()
	}
	return d.quickDisk.Rename(from, to)
}

func (d *faultyDisk) Remove(path string) error {
	if d.step() && !d.full {
		return d.fault()
	}
	return d.quickDisk.Remove(path)
}

func (d *faultyDisk) Sync(paths []string) error {
	if d.step() {
		return d.fault()
	}
	return d.quickDisk.Sync(paths)
}

// content returns all files of an archive.
func content(t testing.TB, a *Archive) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(a.dir, path)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// state is all rows of an archive.
type state struct {
	Addresses []Address
	Accounts  []Account
	Services  []Service
	Touches   []Touch
}

func stateOf(t testing.TB, a *Archive) state {
	t.Helper()
	return state{all[Address](t, a, Query{}), all[Account](t, a, Query{}), all[Service](t, a, Query{}), all[Touch](t, a, Query{})}
}

// change is something that is done to an archive.
type change func(a *Archive) error

// killAtEveryStep does a change to copies of an archive and stops it at every
// step. The archive is then in the old state or in the new one, and after a rerun
// it equals, byte for byte, the one in which the change went through at once.
func killAtEveryStep(t *testing.T, prepare, do change) {
	t.Helper()
	t.Parallel()
	before, after := openTest(t), openTest(t)
	mustAll(t, before, prepare)
	mustAll(t, after, prepare, do)
	old, new, want := stateOf(t, before), stateOf(t, after), content(t, after)
	steps := 0
	for ; ; steps += stride {
		a := copyOf(t, before)
		a.disk = &faultyDisk{steps: steps}
		done := runUntilKilled(t, a, do)
		again := reopen(t, a)
		if got := stateOf(t, again); !reflect.DeepEqual(got, old) && !reflect.DeepEqual(got, new) {
			t.Fatalf("killed at step %d: neither the old state nor the new one", steps)
		}
		mustAll(t, again, do)
		if diff := cmp.Diff(names(want), names(content(t, again))); diff != "" {
			t.Fatalf("killed at step %d and run again (-clean +rerun):\n%s", steps, diff)
		}
		if !maps.Equal(want, content(t, again)) {
			t.Fatalf("killed at step %d and run again: other bytes", steps)
		}
		if done {
			break
		}
	}
	t.Logf("killed at each of %d steps", steps)
	if steps < 10 {
		t.Errorf("only %d steps: the change does not go through the disk", steps)
	}
}

// copyOf returns a copy of an archive.
func copyOf(t *testing.T, a *Archive) *Archive {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS(a.dir)); err != nil {
		t.Fatal(err)
	}
	return reopen(t, &Archive{dir: dir, opt: a.opt})
}

func names(content map[string]string) map[string]int {
	out := map[string]int{}
	for n, c := range content {
		out[n] = len(c)
	}
	return out
}

func mustAll(t testing.TB, a *Archive, changes ...change) {
	t.Helper()
	for _, c := range changes {
		if err := c(a); err != nil {
			t.Fatal(err)
		}
	}
}

// runUntilKilled reports whether the change went through.
func runUntilKilled(t *testing.T, a *Archive, do change) (done bool) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			done = false
		}
	}()
	if err := do(a); err != nil {
		t.Fatal(err)
	}
	return true
}

// putting returns the change of one Put, whose rows depend on the seed.
func putting(seed uint64, log string, to int64) change {
	return func(a *Archive) error {
		start := aDay.Add(18 * hour)
		_, err := a.Put(start, log, aBatch(rand.New(rand.NewPCG(seed, 1)), start, 6), seen("begin of "+log, 0, to))
		return err
	}
}

func TestPutIsAtomic(t *testing.T) {
	killAtEveryStep(t, putting(1, "/var/log/auth.log", 100), putting(2, "/var/log/auth.log", 200))
}

func TestFirstPutIsAtomic(t *testing.T) {
	killAtEveryStep(t, func(*Archive) error { return nil }, putting(1, "/var/log/auth.log", 100))
}

// TestFullDisk runs out of space at every step of a Put: the error is returned and
// the archive is as it was, or already new.
func TestFullDisk(t *testing.T) { fullAtEveryStep(t, putting(1, "/l", 100), putting(2, "/l", 200)) }

func fullAtEveryStep(t *testing.T, prepare, do change) {
	t.Helper()
	t.Parallel()
	before, after := openTest(t), openTest(t)
	mustAll(t, before, prepare)
	mustAll(t, after, prepare, do)
	old, new := stateOf(t, before), stateOf(t, after)
	for steps := 0; ; steps += stride {
		a := copyOf(t, before)
		a.disk = &faultyDisk{steps: steps, full: true}
		err := do(a)
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		got := stateOf(t, a)
		switch {
		case err == nil && !reflect.DeepEqual(got, new):
			t.Fatalf("full at step %d: no error, and yet not the new state", steps)
		case err != nil && !reflect.DeepEqual(got, old) && !reflect.DeepEqual(got, new):
			t.Fatalf("full at step %d: neither the old state nor the new one", steps)
		case err == nil:
			return
		}
	}
}
