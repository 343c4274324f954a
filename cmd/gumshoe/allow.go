package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// readLists adds the addresses of dir/*.list to the allowlist: one address or
// prefix a line, the rest of a line after # is a comment.
func (s *Settings) readLists(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.list"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := s.readList(file); err != nil {
			return err
		}
	}
	return nil
}

func (s *Settings) readList(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	s.Files = append(s.Files, file)
	allow := keyByName("ban.allow")
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		entry, _, _ := strings.Cut(lines.Text(), "#")
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		at := fmt.Sprintf("%s:%d", file, n)
		if err := s.set(allow, entry, at); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	return nil
}
