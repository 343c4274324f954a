package firewall

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// readFile returns a file's content; a file that is not there is empty.
func readFile(file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// replaceFile gives a file new content in one step: who reads it sees the old
// or the new one. Mode and owner stay; a link keeps pointing where it did.
func replaceFile(file string, content []byte) (err error) {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".gumshoe-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	if err := likeOld(tmp, file); err != nil {
		return err
	}
	if _, err := tmp.Write(content); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return err
	}
	return tmp.Close()
}

// likeOld gives tmp the mode and owner of the file that it will replace.
func likeOld(tmp *os.File, file string) error {
	old, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return tmp.Chmod(0o644)
	} else if err != nil {
		return err
	}
	if !old.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file: %w", file, ErrForeign)
	}
	if err := keepOwner(tmp, old); err != nil {
		return err
	}
	return tmp.Chmod(old.Mode().Perm())
}

// keepOwner gives tmp the owner of the old file.
func keepOwner(tmp *os.File, old fs.FileInfo) error {
	s, ok := old.Sys().(*syscall.Stat_t)
	if !ok || int(s.Uid) == os.Getuid() && int(s.Gid) == os.Getgid() {
		return nil
	}
	return tmp.Chown(int(s.Uid), int(s.Gid))
}

// The lines between which hosts.deny is ours.
const (
	blockBegin = "# BEGIN gumshoe: written anew by every run"
	blockEnd   = "# END gumshoe"
)

// withBlock returns the content with our block in the place of the old one, or
// at its end; without lines, which end in newlines, there is no block. Other lines stay as they are.
func withBlock(content []byte, lines []string) ([]byte, error) {
	before, rest, found := cutLine(content, blockBegin)
	after := []byte(nil)
	if found {
		if _, after, found = cutLine(rest, blockEnd); !found {
			return nil, fmt.Errorf("the line %q has no %q after it: %w; delete it, and what is ours after it", blockBegin, blockEnd, ErrForeign)
		}
	}
	var out bytes.Buffer
	out.Write(before)
	if len(lines) > 0 {
		if n := len(before); n > 0 && before[n-1] != '\n' {
			out.WriteByte('\n')
		}
		out.WriteString(blockBegin + "\n")
		for _, l := range lines {
			out.WriteString(l)
		}
		out.WriteString(blockEnd + "\n")
	}
	out.Write(after)
	return out.Bytes(), nil
}

// cutLine cuts content around the first line that is exactly the one given.
func cutLine(content []byte, line string) (before, after []byte, found bool) {
	at := 0
	for l := range bytes.Lines(content) {
		if string(bytes.TrimRight(l, "\r\n")) == line {
			return content[:at], content[at+len(l):], true
		}
		at += len(l)
	}
	return content, nil, false
}
