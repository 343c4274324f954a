package payload

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gumshoe/ingest"
)

// pathShell marks the name of a known web shell. It never leaves the package.
const pathShell ingest.PathFlags = 1 << 15

//go:embed vocabulary.txt
var vocabularyText string

// vocabulary is what scanners ask for. Its text says what each kind of line means.
var vocabulary = sync.OnceValue(func() *wordlist { return readVocabulary(vocabularyText) })

type wordlist struct {
	segment   map[string]ingest.PathFlags // one segment of a path
	whole     map[string]ingest.PathFlags // the path without its trailing slash, or its end from a "/"
	last      map[string]bool             // last segments of whole: where it is worth a look
	prefix    map[string]ingest.PathFlags // first one or two segments
	extension map[string]ingest.PathFlags // without the dot
}

func readVocabulary(text string) *wordlist {
	v := &wordlist{segment: map[string]ingest.PathFlags{}, whole: map[string]ingest.PathFlags{}, last: map[string]bool{}, prefix: map[string]ingest.PathFlags{}, extension: map[string]ingest.PathFlags{}}
	flags := ingest.PathFlags(0)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[':
			flags = section(line)
			continue
		}
		for _, entry := range strings.Fields(line) {
			switch {
			case strings.HasPrefix(entry, "*."):
				v.extension[entry[2:]] |= flags
			case strings.HasSuffix(entry, "/*"):
				v.prefix[strings.TrimSuffix(entry, "/*")] |= flags
			case strings.HasPrefix(entry, "/"):
				v.whole[entry] |= flags
				v.last[entry[strings.LastIndexByte(entry, '/')+1:]] = true
			default:
				v.segment[entry] |= flags
			}
		}
	}
	return v
}

func section(line string) ingest.PathFlags {
	switch line {
	case "[asked by scanners]":
		return ingest.PathVocabulary
	case "[never served]":
		return ingest.PathVocabulary | ingest.PathSensitive
	case "[web shells]":
		return ingest.PathVocabulary | pathShell
	case "[login]":
		return ingest.PathLogin
	case "[scanned login]":
		return ingest.PathLogin | ingest.PathVocabulary
	case "[static]":
		return ingest.PathStatic
	case "[neutral]":
		return ingest.PathNeutral
	case "[feed]":
		return ingest.PathFeed
	}
	panic(fmt.Sprintf("payload: vocabulary: unknown section %q", line))
}

// pathFlags judges a path. scratch holds the decoded path during the call.
func pathFlags(raw []byte, scratch *[]byte) ingest.PathFlags {
	path := (*scratch)[:0]
	for i := 0; i < len(raw); {
		c, size := raw[i], 1
		if c == '%' {
			c, size = pathByte(raw[i:])
		}
		i += size
		if c == '/' && len(path) > 0 && path[len(path)-1] == '/' {
			continue
		}
		path = append(path, lower(c))
	}
	*scratch = path
	if i := bytes.IndexByte(path, ';'); i >= 0 {
		path = path[:i] // matrix parameters, ";jsessionid="
	}
	if len(path) == 0 || string(path) == "/" || path[0] != '/' {
		return ingest.PathNeutral
	}
	path = bytes.TrimSuffix(path, []byte{'/'})

	words := vocabulary()
	flags := words.prefixFlags(path)
	last := path[bytes.LastIndexByte(path, '/')+1:]
	whole := words.last[string(last)]
	for rest := path; len(rest) > 0; {
		if whole {
			flags |= words.whole[string(rest)] // rest begins with a slash: it is a tail of the path
		}
		segment := rest[1:]
		rest = nil
		if i := bytes.IndexByte(segment, '/'); i >= 0 {
			segment, rest = segment[:i], segment[i:]
		}
		flags |= words.segmentFlags(segment)
	}
	if script(last) && misplaced(path) {
		flags |= ingest.PathVocabulary | pathShell
	}
	if flags&ingest.PathSensitive == 0 && flags&ingest.PathVocabulary != 0 && keptHidden(path, last) {
		flags |= ingest.PathSensitive
	}
	return flags | words.nameFlags(last)
}

// keptHidden reports whether a path asks for the settings or the keys of a tool: a file
// named so in a hidden directory, whatever the tool is called.
func keptHidden(path, last []byte) bool {
	i := bytes.Index(path, []byte("/."))
	if i < 0 || i+2 >= len(path)-len(last) || path[i+2] == '.' || path[i+2] == '/' || bytes.HasPrefix(path[i:], []byte("/.well-known/")) {
		return false
	}
	name, ext, _ := bytes.Cut(last, []byte{'.'})
	switch string(ext) {
	case "": // tools answer under such names, too: "/.netlify/functions/auth"
		switch string(name) {
		case "config", "credentials", "credential", "secrets", "secret", "api_key", "apikey", "id_rsa":
			return true
		}
		return false
	case "js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "css", "html":
		return false // a part of a page
	}
	switch string(name) {
	case "config", "configuration", "settings", "credentials", "credential", "auth", "token", "tokens", "secret", "secrets", "hosts", "accounts", "keys", "api_key", "apikey", "mcp", "mcp_config", "environment", "env", "database", "dump", "id_rsa", "oauth_creds", "accesstokens", "application_default_credentials":
		return true
	}
	return false
}

// script reports whether a name is of a script in PHP.
func script(name []byte) bool {
	switch string(name[bytes.LastIndexByte(name, '.')+1:]) {
	case "php", "php3", "php4", "php5", "php7", "php8", "phtml", "phar":
		return true
	}
	return false
}

// scriptless are directories in which no script belongs: what is asked for there was
// uploaded by somebody else.
var scriptless = [][]byte{[]byte("/wp-content/uploads/"), []byte("/wp-admin/css/"), []byte("/wp-admin/images/"), []byte("/wp-admin/js/"),
	[]byte("/wp-includes/css/"), []byte("/wp-includes/images/"), []byte("/wp-includes/fonts/"), []byte("/wp-includes/certificates/"), []byte("/wp-content/upgrade/"), []byte("/.well-known/"),
	[]byte("/sites/default/files/"), []byte("/images/stories/"), []byte("/pub/media/"), []byte("/media/catalog/"), []byte("/media/wysiwyg/"), []byte("/storage/app/public/")}

func misplaced(path []byte) bool {
	return slices.ContainsFunc(scriptless, func(dir []byte) bool { return bytes.Contains(path, dir) })
}

// prefixFlags looks up the first one and two segments.
func (v *wordlist) prefixFlags(path []byte) (flags ingest.PathFlags) {
	for n, i := 0, 1; n < 2 && i <= len(path); i++ {
		if i == len(path) || path[i] == '/' {
			flags |= v.prefix[string(path[:i])]
			n++
		}
	}
	return flags
}

// segmentFlags judges one segment of a path wherever it stands.
func (v *wordlist) segmentFlags(segment []byte) ingest.PathFlags {
	if len(segment) > 48 {
		return 0
	}
	flags := v.segment[string(segment)]
	if loginWord(segment) {
		flags |= ingest.PathLogin
	}
	if n := len(segment) - 1; n > 0 && segment[n] == '~' && bytes.IndexByte(segment, '.') > 0 {
		flags |= ingest.PathVocabulary | ingest.PathSensitive // an editor's copy
	}
	if len(segment) < 2 || segment[0] != '.' {
		return flags
	}
	const sensitive = ingest.PathVocabulary | ingest.PathSensitive
	switch {
	case string(segment) == ".well-known":
		return flags
	case bytes.HasPrefix(segment, []byte(".env")), bytes.HasPrefix(segment, []byte(".git")), bytes.HasPrefix(segment, []byte(".ht")),
		bytes.HasPrefix(segment, []byte(".docker")), bytes.HasSuffix(segment, []byte("_history")), bytes.HasSuffix(segment, []byte("rc")) && len(segment) > 4,
		bytes.HasSuffix(segment, []byte("ignore")), bytes.HasSuffix(segment, []byte("_profile")):
		return flags | sensitive
	case segment[1] != '.':
		return flags | ingest.PathVocabulary
	}
	return flags
}

// loginWords are what the names of most login forms hold, whoever wrote them:
// "doLogin", "member_login.php", "sign-in-post", "authenticate.action".
var loginWords = [][]byte{[]byte("login"), []byte("logon"), []byte("signin"), []byte("sign-in"), []byte("sign_in"), []byte("authenticate")}

func loginWord(segment []byte) bool {
	for _, w := range loginWords {
		if i := bytes.Index(segment, w); i >= 0 && !bytes.HasPrefix(segment[i+len(w):], []byte("g")) { // "designing-a-garden"
			return true
		}
	}
	return false
}

// nameFlags judges the last segment by its extension and by the habit of naming
// copies.
func (v *wordlist) nameFlags(name []byte) (flags ingest.PathFlags) {
	const sensitive = ingest.PathVocabulary | ingest.PathSensitive
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 || len(name)-dot-1 > maxExtension {
		return 0
	}
	flags = v.extension[string(name[dot+1:])]
	base := name[:dot]
	if i := bytes.IndexByte(base, '.'); i >= 0 {
		// "backup.sql.zip", "site.tar.gz": the inner extension counts where it is
		// never served either.
		flags |= v.extension[string(base[bytes.LastIndexByte(base, '.')+1:])] & sensitive
		base = base[:i]
	}
	if archive(name[dot+1:]) && copyName(base) {
		flags |= sensitive
	}
	return flags
}

func archive(ext []byte) bool {
	switch string(ext) {
	case "zip", "rar", "7z", "tar", "tgz", "gz", "bz2", "xz", "tbz2", "lz4", "zst":
		return true
	}
	return false
}

// copyName reports whether an archive is named as copies of a whole site are:
// "backup-2024", "www", "db_dump", "site1".
func copyName(base []byte) bool {
	end := 0
	for end < len(base) && 'a' <= base[end] && base[end] <= 'z' {
		end++
	}
	switch string(base[:end]) {
	case "backup", "backups", "bak", "bck", "back", "db", "dump", "www", "wwwroot", "site", "sitebackup", "website", "web", "webroot", "htdocs", "httpdocs", "html", "database", "databases", "sql", "mysql", "mysqldump", "old", "full", "fullbackup", "wp", "wordpress", "joomla", "drupal", "magento", "home", "root", "public", "latest":
		return true
	}
	return false
}
