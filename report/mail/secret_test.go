package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCredential: what systemd hands over comes first, then a file that nobody
// else can read.
func TestCredential(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("smtp_password", "from systemd\n", 0o440)
	good := file("good", " correct horse \r\n", 0o600)
	for _, tt := range []struct {
		dir, name, file string
		want, says      string
	}{
		{dir, "smtp_password", good, "from systemd", ""},
		{dir, "other", good, " correct horse ", ""},
		{"", "smtp_password", good, " correct horse ", ""},
		{"", "smtp_password", "", "", "neither"},
		{"", "x", filepath.Join(dir, "missing"), "", "no such file"},
		{"", "x", file("open", "correct horse", 0o644), "", "chmod 600"},
		{"", "x", file("group", "correct horse", 0o640), "", "chmod 600"},
		{"", "x", file("empty", "\n", 0o600), "", "empty"},
		{"", "x", file("two", "correct\nhorse\n", 0o600), "", "more than one line"},
		{"", "x", file("long", strings.Repeat("correct horse ", 1000), 0o600), "", "longer than"},
	} {
		got, err := Credential(tt.dir, tt.name, tt.file)()
		if got != tt.want || (err == nil) != (tt.says == "") {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "horse")) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestLoadRoots(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	if _, err := LoadRoots(path); err == nil {
		t.Error("a missing file")
	}
	if err := os.WriteFile(path, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadRoots(path); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("%v", err)
	}
}
