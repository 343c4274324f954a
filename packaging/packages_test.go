package packaging

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var formats = []string{"deb", "rpm", "apk"}

// build makes the packages for this machine in a directory, as somebody else would
// elsewhere.
func build(out string, environment ...string) (packages []string, err error) {
	cmd := exec.Command("./build", append(append([]string{out}, formats...), "--", runtime.GOARCH)...)
	cmd.Env = append(os.Environ(), environment...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %v: %s", err, text)
	}
	for _, format := range formats {
		found, _ := filepath.Glob(filepath.Join(out, "*."+format)) // the pattern is well formed
		if len(found) != 1 {
			return nil, fmt.Errorf("packages %q", found)
		}
		packages = append(packages, found[0])
	}
	return packages, nil
}

// built are the packages that several tests use: deb, rpm and apk.
var built = sync.OnceValues(func() ([]string, error) { return build(shared, "TZ=Asia/Tokyo", "LC_ALL=C") })

// shared is a directory as long as the tests run.
var shared string

func TestMain(m *testing.M) {
	var err error
	if shared, err = os.MkdirTemp("", "gumshoe-packages"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(shared)
	os.Exit(code)
}

// The packages are the same bytes whoever builds them and whenever the files were
// checked out, and an administrator can install one, use it, upgrade it and be rid of it.
func TestPackage(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, for namespaces")
	}
	for tool, from := range map[string]string{"dpkg-deb": "dpkg", "rpm": "rpm", "man": "man-db", "unshare": "util-linux", "ip": "iproute2", "iptables": "iptables", "ipset": "ipset", "busybox": "busybox-static"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s: apt-get install %s", tool, from)
		}
	}
	t.Parallel()
	packages, err := built()
	if err != nil {
		t.Fatal(err)
	}
	scripts, _ := filepath.Glob("scripts/*") // the pattern is well formed
	for _, script := range scripts {
		if err := os.Chtimes(script, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := build(t.TempDir(), "TZ=America/New_York", "LC_ALL=C.UTF-8", "USER=somebody", "TMPDIR="+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
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

	// apt installs what is recommended, and starts it: no daemon but one that carries mail.
	if recommended, err := exec.Command("dpkg-deb", "-f", packages[0], "Recommends").Output(); err != nil || strings.TrimSpace(string(recommended)) != "default-mta | mail-transport-agent" {
		t.Errorf("apt would bring %q: %v", recommended, err)
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
