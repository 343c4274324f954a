// Package webconf reads where and how a web server logs, from its own
// configuration.
//
//	nginx.conf, apache2.conf, includes ──Read──▶ Logs (path, format) and trusted proxies
//
// Nothing is executed and nothing is asked of a running server: variables that
// are known are put in, all others become a * of the path. All virtual hosts are
// read, whatever condition they stand under: a log that is not there does no
// harm.
package webconf

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// Log is one log of a web server.
type Log struct {
	Path  string // absolute; a pattern where the configuration has variables
	Spec  string // nginx's log_format or Apache's LogFormat; "": common or combined, which need no description
	Error bool   // an error log
	From  string // where it is configured, "/etc/nginx/nginx.conf:12"
}

// Proxy is a network from which the server itself takes the client's address
// out of a header: its log then has the client.
type Proxy struct {
	Prefix netip.Prefix
	From   string
}

// Config is what the configurations of all web servers of a machine say.
type Config struct {
	Logs    []Log // in order of path
	Proxies []Proxy
	Notes   []string // what could not be read or understood
}

// Where the servers' configurations begin. The first of each server that is
// there counts.
var (
	nginxRoots = []string{
		"etc/nginx/nginx.conf", "usr/local/nginx/conf/nginx.conf", "usr/local/etc/nginx/nginx.conf",
		"usr/local/openresty/nginx/conf/nginx.conf", "opt/nginx/conf/nginx.conf",
	}
	apacheRoots = []string{
		"etc/apache2/apache2.conf", "etc/httpd/conf/httpd.conf", "etc/apache2/httpd.conf",
		"usr/local/apache2/conf/httpd.conf", "usr/local/etc/apache24/httpd.conf",
	}
)

// Read reads the configurations below a root, os.DirFS("/") for this machine's.
func Read(root fs.FS) Config {
	l := &loader{root: root, left: maxFiles}
	if name, ok := l.first(nginxRoots); ok {
		l.nginx(name)
	}
	if name, ok := l.first(apacheRoots); ok {
		l.apache(name)
	}
	c := &l.out
	slices.SortStableFunc(c.Logs, func(a, b Log) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Spec, b.Spec)) })
	c.Logs = slices.CompactFunc(c.Logs, func(a, b Log) bool { return a.Path == b.Path && a.Spec == b.Spec })
	return *c
}

// Bounds of one reading.
const (
	maxFiles = 2000
	maxSize  = 4 << 20 // of one file
	maxDepth = 16      // of includes
)

// loader opens files and collects what they say. Names have no slash at their
// beginning, as package fs wants them.
type loader struct {
	root fs.FS
	left int // files that may yet be read
	out  Config
}

func (l *loader) note(format string, args ...any) {
	l.out.Notes = append(l.out.Notes, fmt.Sprintf(format, args...))
}

// first returns the first file that is there.
func (l *loader) first(names []string) (string, bool) {
	i := slices.IndexFunc(names, func(n string) bool {
		info, err := fs.Stat(l.root, n)
		return err == nil && info.Mode().IsRegular()
	})
	if i < 0 {
		return "", false
	}
	return names[i], true
}

// read returns a file's text, "" and a note where it cannot.
func (l *loader) read(name string, depth int) string {
	switch {
	case depth > maxDepth:
		l.note("/%s: included more than %d deep", name, maxDepth)
		return ""
	case l.left <= 0:
		return ""
	}
	if l.left--; l.left == 0 {
		l.note("/%s: more than %d files of configuration; the others were left out", name, maxFiles)
	}
	f, err := l.root.Open(name)
	if err != nil {
		l.note("reading /%s: %v", name, err)
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil {
		l.note("reading /%s: %v", name, err)
		return ""
	}
	return string(text)
}

// match finds the files of a pattern, absolute or below dir.
func (l *loader) match(pattern, dir string) []string {
	names, _ := fs.Glob(l.root, inside(absolute(pattern, dir))) // fails for a malformed pattern alone
	return names
}

// absolute joins a path with the directory that it is relative to.
func absolute(p, dir string) string {
	if !path.IsAbs(p) {
		p = path.Join(dir, p)
	}
	return path.Clean(p)
}

// inside turns an absolute path into a name below the root.
func inside(p string) string { return cmp.Or(strings.TrimPrefix(p, "/"), ".") }

// variable is one of nginx, or of Apache's that nobody defined.
var variable = lazyregexp.New(`\$(\w+|\{\w+\})`)

// pattern makes a path that matches whatever its variables become.
func pattern(p string) string {
	p = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(p)
	return variable().ReplaceAllString(p, "*")
}

// device reports whether a path is none that can be read again.
func device(p string) bool { return strings.HasPrefix(p, "/dev/") }

// trust notes a proxy that is given as an address or a network.
func (l *loader) trust(word, from string) {
	p, err := netip.ParsePrefix(word)
	if a, bad := netip.ParseAddr(word); bad == nil {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err == nil { // else the name of a machine, or a socket
		l.out.Proxies = append(l.out.Proxies, Proxy{p.Masked(), from})
	}
}
