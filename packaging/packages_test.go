package packaging

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// build makes the packages for this machine, as somebody else would elsewhere.
func build(t *testing.T, environment ...string) (packages []string) {
	t.Helper()
	out := t.TempDir()
	cmd := exec.Command("./build", append(append([]string{out}, formats...), "--", runtime.GOARCH)...)
	cmd.Env = append(os.Environ(), environment...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, text)
	}
	for _, format := range formats {
		found, _ := filepath.Glob(filepath.Join(out, "*."+format)) // the pattern is well formed
		if len(found) != 1 {
			t.Fatalf("packages %q", found)
		}
		packages = append(packages, found[0])
	}
	return packages
}

var formats = []string{"deb", "rpm", "apk"}

// The packages are the same bytes whoever builds them and whenever the files were
// checked out, and an administrator can install one, use it, upgrade it and be rid of it.
func TestPackage(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, for namespaces")
	}
	for tool, from := range map[string]string{"dpkg-deb": "dpkg", "rpm": "rpm", "man": "man-db", "unshare": "util-linux", "ip": "iproute2", "iptables": "iptables", "ipset": "ipset"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s: apt-get install %s", tool, from)
		}
	}
	packages := build(t, "TZ=Asia/Tokyo", "LC_ALL=C")
	scripts, _ := filepath.Glob("scripts/*") // the pattern is well formed
	for _, script := range scripts {
		if err := os.Chtimes(script, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	again := build(t, "TZ=America/New_York", "LC_ALL=C.UTF-8", "USER=somebody", "TMPDIR="+t.TempDir())
	for i, name := range packages {
		one, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		two, err := os.ReadFile(again[i])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("two builds of one commit differ: %s", formats[i])
		}
	}

	unpacked := t.TempDir()
	if text, err := exec.Command("dpkg-deb", "-x", packages[0], unpacked).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	program, err := elf.Open(filepath.Join(unpacked, "usr/bin/gumshoe"))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if libraries, err := program.ImportedLibraries(); err == nil && len(libraries) > 0 {
		t.Errorf("the program needs %q of the machine", libraries)
	}

	for _, name := range packages {
		t.Run(filepath.Ext(name), func(t *testing.T) {
			t.Parallel()
			install := exec.Command("unshare", "--mount", "--net", "--pid", "--fork", "bash", "testdata/install.sh", name)
			install.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
			if text, err := install.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, text)
			}
		})
	}
}
