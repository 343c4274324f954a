package format

import (
	"bytes"

	"gumshoe/ingest"
)

// csvLog reads the tables of daemons that nobody wrote a parser for:
//
//	time,ip,user,result
//	2026-11-20T10:00:00Z,192.0.2.1,"alice",failed
//
// The columns are told by the names in the header, which only the first line of a
// file can be: one further down may be a client's. A record has as many columns as
// the header, and a quoted one ends before a separator or with the line. Nothing
// but the client's own column tells an address.
//
// A quoted text may go on for several lines, of which one may look like a record:
// they are passed over up to the closing quote.
type csvLog struct {
	structured
	setup   setup
	header  []byte   // of the first line; nil: none
	columns [][]byte // their names
	values  [][]byte // scratch
	mark    byte     // the separator
	login   bool     // the table is of logins alone
	within  int      // lines read inside a quoted text; 0: none
	begun   bool     // a line was read
	text    []byte   // scratch: quoted texts with their quotes single
}

// maxTextLines bounds a quoted text: behind a quote that never closes the log is
// read again.
const maxTextLines = 1000

const whyCSV = "no record of a table with a header"

func newCSVLog(s setup) lineParser {
	p := &csvLog{structured: structured{clock: newClock(s.Context)}, setup: s}
	if s.known.columns != "" {
		p.readHeader([]byte(s.known.columns))
	}
	return p
}

// Parse implements ingest.Parser.
func (p *csvLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = whyCSV
	first := !p.begun
	p.begun = true
	if first && p.setup.sampling && p.readHeader(line) {
		p.setup.seen.columns = string(p.header)
	}
	switch {
	case p.header == nil:
		return ingest.Unparsed
	case bytes.Equal(line, p.header):
		p.why = "the header"
		return ingest.Ignored
	case p.inside(line):
		p.why = "inside a quoted text"
		return ingest.Ignored
	case !p.fileColumns(line):
		return ingest.Unparsed
	}
	r := &p.record
	if r.time(&p.clock) == 0 {
		return ingest.Unparsed
	}
	if p.login {
		r.heard |= toneSubject
	}
	r.torn = r.torn || !r.has(meansAddr) // the texts are not searched for one
	return p.finish(ev)
}

// inside reports whether the line belongs to a quoted text that an earlier line
// began, or begins one that it does not end.
func (p *csvLog) inside(line []byte) bool {
	open := bytes.Count(line, []byte(`"`))%2 == 1
	switch {
	case p.within == 0 && open:
		p.within = 1
		return true
	case p.within == 0:
		return false
	case open, p.within == maxTextLines:
		p.within = 0
	default:
		p.within++
	}
	return true
}

// fileColumns files the columns of a line.
func (p *csvLog) fileColumns(line []byte) bool {
	if !csvRecord(line, p.mark, p.values) {
		return false
	}
	length := len(p.values) - 1 // separators
	for _, value := range p.values {
		length += len(value)
	}
	if length != len(line) {
		return false
	}
	p.record.reset()
	p.text = p.text[:0]
	for i, value := range p.values {
		if text := csvText(value); text != nil {
			from := len(p.text)
			p.text = appendUnquoted(p.text, text)
			value = p.text[from:]
		}
		p.record.set(nil, p.columns[i], value, false)
	}
	return true
}

// readHeader takes a line for the header where its words name a time and a
// client, and more.
func (p *csvLog) readHeader(line []byte) bool {
	mark := byte(',')
	for _, c := range []byte(";\t") {
		if bytes.IndexByte(line, mark) < 0 {
			mark = c
		}
	}
	var has [meaningsCount]bool
	login := true
	names := bytes.Split(bytes.ReplaceAll(line, []byte(`"`), nil), []byte{mark})
	for i, name := range names {
		name = bytes.TrimSpace(name)
		var space [maxName]byte
		m := meaningOf[string(fold(space[:0], name))].meaning
		if len(name) == 0 || !letter(name[0]) || len(name) > maxName {
			return false
		}
		has[m] = true
		login = login && ofLogins[m]
		names[i] = name
	}
	if len(names) < fewestPairs || !has[meansTime] && !has[meansDate] || !has[meansAddr] {
		return false
	}
	p.header, p.columns, p.values, p.mark = bytes.Clone(line), names, make([][]byte, len(names)), mark
	p.login = login && has[meansUser] && has[meansOutcome]
	return true
}

// ofLogins are the columns of a table that tells of logins and nothing else, so
// that its outcome is a login's.
var ofLogins = map[meaning]bool{meansTime: true, meansDate: true, meansAddr: true, meansUser: true, meansOutcome: true,
	meansError: true, meansAgent: true, meansMachine: true, meansProgram: true, meansPID: true}
