package judge

import (
	_ "embed"
	"strings"
	"sync"
)

// What may leave the machine in clear: the words in which detectors tell their
// facts, the names of things that every scanner asks for, and the endings of files.
// All else is somebody's.
//
//go:embed words.txt
var wordsFile string

var words = sync.OnceValue(func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	var section map[string]bool
	for line := range strings.Lines(wordsFile) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "# "); ok {
			section = map[string]bool{}
			out[title] = section
			continue
		}
		for _, w := range strings.Fields(line) {
			section[w] = true
		}
	}
	return out
})

func inFacts(word string) bool      { return words()["facts"][word] }
func inVocabulary(word string) bool { return words()["vocabulary"][word] }

// endings of files, which end no host's name.
var endings = strings.Fields(`php php3 php4 php5 php7 phtml phar inc asp aspx ashx asmx jsp jspx jspa do action cgi pl py rb sh bash exe dll bin so war jar class
html htm shtml xhtml xml xsl json yml yaml toml ini conf config cfg cnf env properties txt md log csv tsv sql sqlite db mdb dump rdb
zip tar gz tgz bz2 xz 7z rar bak bkp backup old orig save swp tmp temp copy dist sample example local dev prod production staging development test
js mjs css scss map ts tsx vue svg png jpg jpeg gif webp ico bmp woff woff2 ttf eot otf mp3 mp4 pdf doc docx xls xlsx ppt pptx
key pem crt cer pub ovpn rsp htaccess htpasswd lock git svn rss atom`)
