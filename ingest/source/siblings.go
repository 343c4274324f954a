package source

import (
	"os"
	"path/filepath"
	"slices"
)

// Siblings lists the files of the log that path belongs to, oldest first, path
// itself included.
func Siblings(path string) []string {
	dir := filepath.Dir(path)
	log := parseName(path).log
	out := []string{path}
	entries, _ := os.ReadDir(dir) // unreadable: opening path itself will tell why
	for _, e := range entries {
		s := filepath.Join(dir, e.Name())
		if !e.IsDir() && s != path && parseName(s).log == log {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, compareNames)
	return out
}
