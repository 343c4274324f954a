package packaging

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pkgver is the grammar of Alpine's versions, as far as ours use it.
var pkgver = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*(_(alpha|beta|pre|rc|git|p)[0-9]*)*(-r[0-9]+)?$`)

// No machine of ours has apk, so its archive is read here as apk reads it: two gzip
// members, control and data; the hash of the second in the first; of each file the
// checksum that apk keeps to audit it; and scripts under the names that apk runs.
func TestAPK(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, as the other packages do")
	}
	t.Parallel()
	packages, err := built()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(packages[slices.Index(formats, "apk")])
	if err != nil {
		t.Fatal(err)
	}
	members, sizes := gunzipped(t, archive)
	if len(members) != 2 {
		t.Fatalf("%d gzip members, want control and data", len(members))
	}
	if end := make([]byte, 1024); bytes.HasSuffix(members[0], end) {
		t.Error("the control archive says that it ends, and apk would read no data")
	}
	control, data := untarred(t, append(members[0], make([]byte, 1024)...)), untarred(t, members[1])

	hash := sha256.Sum256(archive[sizes[0]:])
	info := map[string]string{}
	var depends []string
	for line := range strings.Lines(control[".PKGINFO"]) {
		key, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		switch {
		case !found || strings.HasPrefix(key, "#"):
		case key == "depend":
			depends = append(depends, value)
		default:
			info[key] = value
		}
	}
	installed := 0
	for _, content := range data {
		installed += len(content)
	}
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "arm": "armv7"}[runtime.GOARCH]
	for key, want := range map[string]string{"pkgname": "gumshoe", "arch": arch, "license": "MIT", "datahash": hex.EncodeToString(hash[:]), "size": strconv.Itoa(installed)} {
		if info[key] != want {
			t.Errorf("%s = %q, want %q", key, info[key], want)
		}
	}
	if !pkgver.MatchString(info["pkgver"]) {
		t.Errorf("apk refuses the version %q", info["pkgver"])
	}
	if want := []string{"iptables", "ipset"}; !slices.Equal(depends, want) {
		t.Errorf("depends on %q, want %q", depends, want)
	}
	for name, script := range map[string]string{".post-install": "postinst", ".pre-deinstall": "prerm", ".post-deinstall": "postrm"} {
		want, err := os.ReadFile("scripts/" + script)
		if err != nil || control[name] != string(want) {
			t.Errorf("%s is not scripts/%s (%v)", name, script, err)
		}
	}
	if len(control) != 4 {
		t.Errorf("%d files in the control archive, want .PKGINFO and three scripts", len(control))
	}
	for _, name := range []string{"usr/bin/gumshoe", "usr/share/man/man8/gumshoe.8.gz", "usr/share/doc/gumshoe/README.md", "usr/share/zsh/site-functions/_gumshoe"} {
		if data[name] == "" {
			t.Errorf("no %s", name)
		}
	}
}

// gunzipped returns the members of a gzip file, and how long each is in it.
func gunzipped(t *testing.T, archive []byte) (members [][]byte, sizes []int) {
	t.Helper()
	rest := bytes.NewReader(archive)
	in := bufio.NewReader(rest) // a reader of bytes, so that gzip reads none of the next member
	z, err := gzip.NewReader(in)
	for ; err == nil; err = z.Reset(in) {
		z.Multistream(false)
		member, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		size := len(archive) - rest.Len() - in.Buffered()
		for _, before := range sizes {
			size -= before
		}
		members, sizes = append(members, member), append(sizes, size)
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return members, sizes
}

// untarred returns the files of an archive, and checks that each is root's and has
// the checksum that apk wants of it.
func untarred(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	files := map[string]string{}
	in := tar.NewReader(bytes.NewReader(archive))
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		files[head.Name] = string(content)
		sum := sha1.Sum(content)
		if got := head.PAXRecords["APK-TOOLS.checksum.SHA1"]; head.Name != ".PKGINFO" && got != hex.EncodeToString(sum[:]) || head.Uid != 0 || head.Gid != 0 {
			t.Errorf("%s: checksum %q, owner %d:%d", head.Name, got, head.Uid, head.Gid)
		}
	}
}
