package packaging

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// build makes the package for this machine, as somebody else would elsewhere.
func build(t *testing.T, environment ...string) string {
	t.Helper()
	out := t.TempDir()
	cmd := exec.Command("./build", out, "deb", "--", runtime.GOARCH)
	cmd.Env = append(os.Environ(), environment...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, text)
	}
	debs, _ := filepath.Glob(filepath.Join(out, "*.deb")) // the pattern is well formed
	if len(debs) != 1 {
		t.Fatalf("packages %q", debs)
	}
	return debs[0]
}

// The package is the same bytes whoever builds it, and an administrator can install
// it, use it, upgrade it and be rid of it.
func TestPackage(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, for namespaces")
	}
	for tool, from := range map[string]string{"dpkg-deb": "dpkg", "unshare": "util-linux", "ip": "iproute2", "iptables": "iptables", "ipset": "ipset"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s: apt-get install %s", tool, from)
		}
	}
	deb := build(t, "TZ=Asia/Tokyo", "LC_ALL=C")
	again := build(t, "TZ=America/New_York", "LC_ALL=C.UTF-8", "USER=somebody", "TMPDIR="+t.TempDir())
	one, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two builds of one commit differ")
	}

	unpacked := t.TempDir()
	if text, err := exec.Command("dpkg-deb", "-x", deb, unpacked).CombinedOutput(); err != nil {
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

	install := exec.Command("unshare", "--mount", "--net", "--pid", "--fork", "bash", "testdata/install.sh", deb)
	install.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	if text, err := install.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, text)
	}
}
