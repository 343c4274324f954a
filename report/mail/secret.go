package mail

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Secret gives a password or a signing key at the moment it is needed, so that
// it is in no configuration that could be printed.
type Secret func() (string, error)

// maxSecret is beyond any password or key; who gives a longer file has given
// the wrong one.
const maxSecret = 4096

// Credential reads the secret called name from dir, where systemd puts what
// LoadCredential= names ($CREDENTIALS_DIRECTORY; "" when there is none), else
// from file ("" when none is configured), which nobody but its owner may
// read.
func Credential(dir, name, file string) Secret {
	return func() (string, error) {
		if dir != "" {
			s, err := readSecret(filepath.Join(dir, name), 0o777) // systemd guards this directory itself
			if !errors.Is(err, fs.ErrNotExist) {
				return s, err
			}
		}
		if file == "" {
			return "", fmt.Errorf("no secret %q: neither a systemd credential nor a file is configured", name)
		}
		return readSecret(file, 0o700)
	}
}

// readSecret reads one line from a file with no more than the given permissions.
// Errors hold the name of the file, nothing of what is in it.
func readSecret(path string, most fs.FileMode) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if extra := info.Mode().Perm() &^ most; extra != 0 {
		return "", fmt.Errorf("the secret in %q is open to others: chmod 600 %[1]q", path)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	s := strings.TrimRight(string(raw), "\r\n")
	switch {
	case len(raw) > maxSecret:
		return "", fmt.Errorf("the secret in %q is longer than %d bytes", path, maxSecret)
	case s == "":
		return "", fmt.Errorf("the secret in %q is empty", path)
	case strings.ContainsAny(s, "\x00\r\n"):
		return "", fmt.Errorf("the secret in %q is more than one line", path)
	}
	return s, nil
}
