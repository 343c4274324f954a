package filter

import (
	"fmt"
	"strings"
)

// maxFile bounds what is read of one file.
const maxFile = 1 << 20

// Place is where something is written.
type Place struct {
	File   string // its name in the directory of filters
	Line   int    // from 1
	Option string
}

func (p Place) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Option) }

// options are the options of one section; names are in lower case.
type options map[string]string

// file is one configuration file as Python's configparser reads it.
type file struct {
	defaults options
	sections map[string]options
}

// marks give every line of a value a number, so that a pattern can be located
// after all interpolation. A mark is "\x01number\x02" before the line.
type marks struct{ places []Place }

func (m *marks) add(p Place) string {
	m.places = append(m.places, p)
	return fmt.Sprintf("\x01%d\x02", len(m.places)-1)
}

// unmark removes the marks. It returns where the text begins to say something:
// the last mark before its first character.
func (m *marks) unmark(text string) (plain string, at Place) {
	var b strings.Builder
	found := false
	for text != "" {
		before, rest, marked := strings.Cut(text, "\x01")
		if b.WriteString(before); !marked {
			break
		}
		var n int
		number, after, _ := strings.Cut(rest, "\x02")
		_, err := fmt.Sscan(number, &n)
		if err == nil && n < len(m.places) && (!found || b.Len() == 0) {
			at, found = m.places[n], true
		}
		text = after
	}
	return b.String(), at
}

// plain removes the marks.
func (m *marks) plain(text string) string {
	if !strings.Contains(text, "\x01") {
		return text
	}
	text, _ = m.unmark(text)
	return text
}

// iniReader reads the dialect: comments begin a line with # or ;, or follow a
// blank and a semicolon; a deeper indented line continues a value; "=" and ":"
// separate.
type iniReader struct {
	marks   *marks
	name    string
	out     file
	section options
	option  string
	indent  int
}

// readINI reads the content of a file.
func (m *marks) readINI(name, content string) (*file, error) {
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxFile)
	}
	r := iniReader{marks: m, name: name, out: file{options{}, map[string]options{}}}
	number := 0
	for line := range strings.Lines(strings.ToValidUTF8(content, "\ufffd")) {
		number++
		if err := r.line(number, line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	return &r.out, nil
}

func (r *iniReader) line(number int, line string) error {
	line = strings.Map(func(c rune) rune { // no mark but ours
		if c == '\x01' || c == '\x02' {
			return -1
		}
		return c
	}, line)
	text := strings.TrimSpace(uncomment(line))
	if text == "" {
		return nil
	}
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	if r.section != nil && r.option != "" && indent > r.indent {
		r.section[r.option] += "\n" + r.marks.add(Place{r.name, number, r.option}) + text
		return nil
	}
	r.indent = indent
	if text[0] == '[' && strings.HasSuffix(text, "]") {
		r.open(text[1 : len(text)-1])
		return nil
	}
	if r.section == nil {
		return fmt.Errorf("%q stands before any [section]", text)
	}
	i := strings.IndexAny(text, "=:")
	if i < 1 {
		return fmt.Errorf("%q is no option", text)
	}
	r.option = strings.ToLower(strings.TrimSpace(text[:i]))
	value := strings.TrimSpace(text[i+1:])
	if value != "" {
		value = r.marks.add(Place{r.name, number, r.option}) + value
	}
	r.section[r.option] = value
	return nil
}

func (r *iniReader) open(name string) {
	r.option = ""
	if name == "DEFAULT" {
		r.section = r.out.defaults
		return
	}
	if r.out.sections[name] == nil {
		r.out.sections[name] = options{}
	}
	r.section = r.out.sections[name]
}

// uncomment cuts a comment off a line.
func uncomment(line string) string {
	if start := strings.TrimLeft(line, " \t"); start != "" && (start[0] == '#' || start[0] == ';') {
		return ""
	}
	for i := 1; i < len(line); i++ {
		if line[i] == ';' && (line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}
