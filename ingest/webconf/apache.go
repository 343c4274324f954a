package webconf

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// apache is the reading of one configuration of Apache.
type apache struct {
	*loader
	root    string            // ServerRoot: relative paths begin there
	defined map[string]string // Define, and the environment that it is started with
	formats map[string]string // LogFormat by nickname
	own     string            // LogFormat without a nickname
	logs    []namedLog
}

// apache reads apache2.conf or httpd.conf.
func (l *loader) apache(name string) {
	dir := "/" + path.Dir(name)
	a := &apache{loader: l, root: strings.TrimSuffix(dir, "/conf"), defined: map[string]string{}, formats: map[string]string{"": ""}}
	a.environment(path.Join(path.Dir(name), "envvars"))
	a.file(name, 0)
	l.resolve(a.logs, a.formats)
}

// assignment is a line of Debian's envvars.
var assignment = lazyregexp.New(`(?m)^\s*export\s+(\w+)=["']?([^\s"']*)`)

// environment reads what the start script sets, without running it.
func (a *apache) environment(name string) {
	if _, err := fs.Stat(a.loader.root, name); err != nil {
		return
	}
	for _, m := range assignment().FindAllStringSubmatch(a.read(name, 0), -1) {
		a.defined[m[1]] = variable().ReplaceAllStringFunc(m[2], func(v string) string { return a.defined[bareName(v)] })
	}
}

// bareName is the name in $name or ${name}.
func bareName(v string) string { return strings.Trim(v, "${}") }

// expand puts in the variables that are defined. Only ${name} is one.
func (a *apache) expand(s string) string {
	return variable().ReplaceAllStringFunc(s, func(v string) string {
		if value, ok := a.defined[bareName(v)]; ok && v[1] == '{' {
			return value
		}
		return v
	})
}

// file reads a file. A backslash at the end of a line continues it.
func (a *apache) file(name string, depth int) {
	begun, whole := 0, ""
	n := 0
	for line := range strings.Lines(a.read(name, depth)) {
		n++
		if whole == "" {
			begun = n
		}
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutSuffix(line, `\`); ok {
			whole += rest + " "
			continue
		}
		a.directive(apacheWords(whole+line), fmt.Sprintf("/%s:%d", name, begun), depth)
		whole = ""
	}
}

func (a *apache) directive(words []string, from string, depth int) {
	if len(words) < 2 {
		return
	}
	for i := range words[1:] {
		words[i+1] = a.expand(words[i+1])
	}
	switch name, value := strings.ToLower(words[0]), words[1]; name {
	case "serverroot":
		a.root = path.Clean(value)
	case "define":
		a.defined[value] = strings.Join(words[2:], " ")
	case "include", "includeoptional":
		for _, file := range a.match(value, a.root) {
			a.include(file, depth+1)
		}
	case "logformat":
		if len(words) > 2 {
			a.formats[words[2]] = value
		} else {
			a.own = value
		}
	case "customlog", "globallog":
		if len(words) > 2 {
			a.log(value, words[2], false, from)
		}
	case "transferlog":
		a.log(value, a.own, false, from)
	case "errorlog":
		a.log(value, "", true, from)
	case "remoteipinternalproxy", "remoteiptrustedproxy":
		for _, w := range words[1:] {
			a.trust(w, from)
		}
	case "remoteipinternalproxylist", "remoteiptrustedproxylist":
		a.trustList(inside(absolute(value, a.root)), depth)
	}
}

// trustList reads a file of proxies, one on a line.
func (a *apache) trustList(name string, depth int) {
	n := 0
	for line := range strings.Lines(a.read(name, depth)) {
		n++
		line, _, _ = strings.Cut(line, "#")
		for _, w := range strings.Fields(line) {
			a.trust(w, fmt.Sprintf("/%s:%d", name, n))
		}
	}
}

// include reads a file, or all files in and below a directory.
func (a *apache) include(name string, depth int) {
	entries, err := fs.ReadDir(a.loader.root, name)
	if err != nil {
		a.file(name, depth)
		return
	}
	if depth > maxDepth {
		return
	}
	for _, e := range entries {
		a.include(path.Join(name, e.Name()), depth+1)
	}
}

// log notes a log. Its format is a nickname, or stands right there.
func (a *apache) log(target, format string, isError bool, from string) {
	p := target
	if strings.HasPrefix(target, "|") {
		p = piped(target)
	}
	if p == "" || device(p) || strings.HasPrefix(p, "syslog") {
		return
	}
	p = strings.ReplaceAll(pattern(absolute(p, a.root)), anyText, "*")
	l := namedLog{Log: Log{Path: p, Error: isError, From: from}, format: format}
	if strings.Contains(format, "%") {
		a.formats[format] = format
	}
	a.logs = append(a.logs, l)
}

// anyText stands, until the path is a pattern, for what only the moment tells.
const anyText = "\x00"

// conversion is one of strftime.
var conversion = lazyregexp.New(`%-?[A-Za-z]`)

// piped finds the file that rotatelogs or cronolog writes; any other program's
// is its own business.
func piped(command string) string {
	words := apacheWords(strings.TrimLeft(command, "|$ "))
	if len(words) == 0 {
		return ""
	}
	program := path.Base(words[0])
	if program != "rotatelogs" && program != "cronolog" {
		return ""
	}
	i := slices.IndexFunc(words[1:], path.IsAbs)
	if i < 0 {
		return ""
	}
	file := words[1+i]
	dated := conversion().ReplaceAllLiteralString(file, anyText)
	if dated == file && program == "rotatelogs" {
		return file + anyText // .1763611200
	}
	return dated
}

// apacheWords splits a line into words; quotes hold blanks, and a backslash takes
// the meaning off a quote. Comments and sections have none.
func apacheWords(line string) (words []string) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "<") {
		return nil
	}
	for line != "" {
		var b strings.Builder
		quote := byte(0)
		if line[0] == '"' || line[0] == '\'' {
			quote, line = line[0], line[1:]
		}
		i := 0
		for ; i < len(line); i++ {
			c := line[i]
			if c == quote || quote == 0 && (c == ' ' || c == '\t') {
				break
			}
			if c == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\'') {
				i++
				c = line[i]
			}
			b.WriteByte(c)
		}
		words = append(words, b.String())
		line = strings.TrimLeft(line[min(i+1, len(line)):], " \t")
	}
	return words
}
