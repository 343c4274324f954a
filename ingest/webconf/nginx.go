package webconf

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// nginx is the reading of one configuration of nginx.
type nginx struct {
	*loader
	dir     string            // of nginx.conf: includes are relative to it
	formats map[string]string // log_format by name
	logs    []namedLog
}

// namedLog is a log whose format may be defined further down.
type namedLog struct {
	Log
	format string
}

// nginx reads nginx.conf.
func (l *loader) nginx(name string) {
	n := &nginx{loader: l, dir: "/" + path.Dir(name), formats: map[string]string{"combined": ""}}
	n.file(name, false, 0)
	l.resolve(n.logs, n.formats)
}

// resolve gives logs the formats that they name.
func (l *loader) resolve(logs []namedLog, formats map[string]string) {
	for _, log := range logs {
		spec, ok := formats[log.format]
		if !ok {
			l.note("%s: no format is called %q", log.From, log.format)
		}
		log.Spec = described(spec)
		l.out.Logs = append(l.out.Logs, log.Log)
	}
}

// file reads a file. foreign: what it is included into is not about HTTP.
func (n *nginx) file(name string, foreign bool, depth int) {
	s := &nginxLexer{text: n.read(name, depth), line: 1}
	var blocks []bool // whether what is around is foreign
	for {
		words, end := s.statement()
		if end == 0 {
			return
		}
		from := fmt.Sprintf("/%s:%d", name, s.began)
		if end == '}' {
			if len(blocks) > 0 {
				foreign, blocks = blocks[len(blocks)-1], blocks[:len(blocks)-1]
			}
			continue
		}
		if end == '{' {
			blocks = append(blocks, foreign)
			if len(words) > 0 {
				foreign = foreign || words[0] == "stream" || words[0] == "mail"
				if strings.HasSuffix(words[0], "_by_lua_block") {
					s.skipBlock()
					foreign, blocks = blocks[len(blocks)-1], blocks[:len(blocks)-1]
				}
			}
			continue
		}
		if len(words) < 2 {
			continue
		}
		if words[0] == "include" {
			for _, file := range n.match(words[1], n.dir) {
				n.file(file, foreign, depth+1)
			}
		} else if !foreign {
			n.directive(words, from)
		}
	}
}

func (n *nginx) directive(words []string, from string) {
	switch words[0] {
	case "log_format":
		parts := words[2:]
		if len(parts) > 0 && strings.HasPrefix(parts[0], "escape=") {
			parts = parts[1:]
		}
		n.formats[words[1]] = strings.Join(parts, "")
	case "access_log", "error_log":
		log := namedLog{Log: Log{Error: words[0] == "error_log", From: from}, format: "combined"}
		p := words[1]
		if p == "off" || p == "stderr" || device(p) || strings.HasPrefix(p, "syslog:") || strings.HasPrefix(p, "memory:") {
			return
		}
		log.Path = pattern(n.place(p))
		if !log.Error && len(words) > 2 && !strings.Contains(words[2], "=") {
			log.format = words[2]
		}
		n.logs = append(n.logs, log)
	case "set_real_ip_from":
		n.trust(words[1], from)
	}
}

// place finds what a relative path of a log is relative to: the prefix that
// nginx was built with, which distributions choose differently.
func (n *nginx) place(p string) string {
	prefixes := []string{"/usr/share/nginx", n.dir, path.Dir(n.dir)}
	i := slices.IndexFunc(prefixes, func(prefix string) bool {
		_, err := fs.Stat(n.root, inside(absolute(path.Dir(p), prefix)))
		return err == nil
	})
	return absolute(p, prefixes[max(i, 0)])
}

// nginxLexer cuts a file into statements.
type nginxLexer struct {
	text  string
	line  int
	began int // line of the first word of the last statement
}

// statement returns the words of a statement and what ends it: ';', '{', '}', or
// 0 at the end of the file.
func (s *nginxLexer) statement() (words []string, end byte) {
	for len(s.text) > 0 {
		c := s.text[0]
		switch c {
		case ' ', '\t', '\r', '\n':
			s.drop(1)
			continue
		case '#':
			i := strings.IndexByte(s.text, '\n')
			if i < 0 {
				i = len(s.text)
			}
			s.drop(i)
			continue
		}
		if len(words) == 0 {
			s.began = s.line
		}
		switch c {
		case ';', '{', '}':
			s.drop(1)
			return words, c
		case '"', '\'':
			words = append(words, s.quoted(c))
		default:
			words = append(words, s.word())
		}
	}
	return nil, 0
}

func (s *nginxLexer) drop(n int) {
	s.line += strings.Count(s.text[:n], "\n")
	s.text = s.text[n:]
}

// word reads up to a blank or the end of a statement; the braces of ${name}
// belong to it.
func (s *nginxLexer) word() string {
	i := 0
	for i < len(s.text) && !strings.ContainsRune(" \t\r\n;{}", rune(s.text[i])) {
		if strings.HasPrefix(s.text[i:], "${") {
			if end := strings.IndexByte(s.text[i:], '}'); end > 0 {
				i += end
			}
		}
		i++
	}
	w := s.text[:i]
	s.drop(i)
	return w
}

// quoted reads a string in quotes; a backslash takes the meaning off a quote or
// a backslash.
func (s *nginxLexer) quoted(quote byte) string {
	var b strings.Builder
	i := 1
	for ; i < len(s.text) && s.text[i] != quote; i++ {
		if s.text[i] == '\\' && i+1 < len(s.text) && strings.IndexByte(`\"'`, s.text[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s.text[i])
	}
	s.drop(min(i+1, len(s.text)))
	return b.String()
}

// skipBlock passes over a block in another language. Its braces are taken to
// match.
func (s *nginxLexer) skipBlock() {
	depth := 1
	for i := range len(s.text) {
		switch s.text[i] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			s.drop(i + 1)
			return
		}
	}
	s.drop(len(s.text))
}
