package payload

import (
	"bytes"

	"gumshoe/ingest"
)

// document says which of ingest.Documents kinds a target's document is of, so that
// a count of kinds tells how many different documents somebody read: the template
// alone does not, of "/item?id=1" and "/item?id=2" or "/item/1" and "/item/2". It is
// the path and the query without what only says when, from where or for whom
// something was asked. What a page is made of, and what proves nothing, is none.
func (in *inspector) document(path, query []byte, flags ingest.PathFlags, h ingest.Hash) uint8 {
	if flags&(ingest.PathStatic|ingest.PathNeutral|ingest.PathFeed) != 0 || segmented(path) {
		return 0
	}
	in.line = append(in.line[:0], path...)
	for len(query) > 0 {
		var param []byte
		param, query, _ = bytes.Cut(query, []byte{'&'})
		if !passing(param) {
			in.line = append(append(in.line, '&'), param...)
		}
	}
	return uint8(h.Bytes(in.line)>>32%ingest.Documents) + 1
}

// segmented reports a part of a film or a map: what a player or a map fetches for
// as long as it is open.
func segmented(path []byte) bool {
	name := path[bytes.LastIndexByte(path, '/')+1:]
	switch ext := name[bytes.LastIndexByte(name, '.')+1:]; string(ext) {
	case "m4s", "m4f", "m4v", "cmfv", "cmfa", "mpd", "aac", "opus", "pbf", "mvt", "terrain", "b3dm":
		return len(ext) < len(name)
	}
	// "/tiles/12/2200/1343": zoom, column, row.
	row, _, _ := bytes.Cut(name, []byte{'.'})
	row, _, _ = bytes.Cut(row, []byte{'@'})
	rest, column := cutLast(path[:len(path)-len(name)])
	before, zoom := cutLast(rest)
	_, fourth := cutLast(before)
	return digits(row) && digits(column) && len(zoom) <= 2 && digits(zoom) && !digits(fourth)
}

// cutLast cuts the last segment off a path, which may end with a slash.
func cutLast(path []byte) (before, last []byte) {
	path = bytes.TrimSuffix(path, []byte{'/'})
	i := bytes.LastIndexByte(path, '/')
	return path[:i+1], path[i+1:]
}

func digits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0
}

// passing reports a parameter that changes from request to request and not what is
// asked for: the moment, the campaign that brought a visitor, a place in a stream,
// a session.
func passing(param []byte) bool {
	name, value, given := bytes.Cut(param, []byte{'='})
	if !given {
		value = name
	}
	if moment(value) {
		return true
	}
	if !given {
		return false
	}
	var buf [24]byte
	if len(name) > len(buf) {
		return false
	}
	n := buf[:copy(buf[:], name)]
	for i := range n {
		n[i] = lower(n[i])
	}
	if bytes.HasPrefix(n, []byte("utm_")) || bytes.HasPrefix(n, []byte("mc_")) || bytes.HasPrefix(n, []byte("pk_")) || bytes.HasPrefix(n, []byte("mtm_")) {
		return true
	}
	switch string(n) {
	case "_", "__", "t", "ts", "time", "timestamp", "now", "date_now", "nocache", "cache", "cachebust", "cachebuster", "cb", "bust", "rnd", "rand", "random", "nonce",
		"fbclid", "gclid", "dclid", "msclkid", "yclid", "twclid", "igshid", "ref", "referrer",
		"since", "since_id", "after", "last", "last_id", "lastid", "last_event_id", "lasteventid", "cursor", "marker", "seq", "ack", "revision", "next_batch", "sync_token",
		"sid", "session", "sessionid", "session_id", "phpsessid", "jsessionid", "token", "access_token", "csrf", "sig", "signature", "expires":
		return true
	}
	return false
}

// moment reports a time in seconds or milliseconds since 1970, with or without a
// fraction.
func moment(value []byte) bool {
	whole, _, _ := bytes.Cut(value, []byte{'.'})
	return (len(whole) == 10 || len(whole) == 13 || len(whole) == 16) && whole[0] == '1' && digits(whole)
}
