package payload

import (
	"bytes"

	"gumshoe/ingest"
)

// wordpress returns the page that a target means where WordPress reads it from the query:
// what asks for an author by number is no visit of the front page, and "?rest_route=" is
// another way to write "/wp-json". Of any other target it is the path itself.
//
// An author's page has a name. His number is what tells that name, by where the answer
// leads, to who counts from one.
func (in *inspector) wordpress(path, query []byte) (page []byte, listed ingest.PathFlags) {
	if len(query) < len("author=1") || query[0] != 'a' && query[0] != 'r' {
		return path, 0
	}
	name, value, _ := bytes.Cut(query, []byte{'='})
	value, _, _ = bytes.Cut(value, []byte{'&'})
	dir := path[:bytes.LastIndexByte(path, '/')+1]
	if file := path[len(dir):]; len(dir) == 0 || len(file) != 0 && string(file) != "index.php" {
		return path, 0
	}
	switch {
	case string(name) == "author" && digits(value):
		in.page = append(append(in.page[:0], dir...), "?author=1"...)
		return in.page, ingest.PathVocabulary
	case string(name) == "rest_route":
		in.page = append(append(in.page[:0], dir...), "wp-json/"...)
		for i := 0; i < len(value); {
			c, size := pathByte(value[i:])
			in.page = append(in.page, c)
			i += size
		}
		return in.page, 0
	}
	return path, 0
}
