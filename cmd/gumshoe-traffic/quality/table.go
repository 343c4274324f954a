package quality

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// tables writes Markdown tables and keeps the first error.
type tables struct {
	w   io.Writer
	err error
}

// head begins a table.
func (t *tables) head(title string, columns ...string) {
	t.printf("\n### %s\n\n", title)
	t.line(columns...)
	t.line(slices.Repeat([]string{"---"}, len(columns))...)
}

// line is one row. What a cell quotes of a log cannot end it.
func (t *tables) line(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", "\\|")
	}
	t.printf("| %s |\n", strings.Join(cells, " | "))
}

func (t *tables) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return "**no**"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
