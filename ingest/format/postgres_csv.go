package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newPostgresCSV reads PostgreSQL's csvlog, a record of more than twenty columns:
//
//	STAMP,"USER","DATABASE",PID,"ADDR:PORT",SESSION,N,"COMMAND",STAMP,VXID,XID,FATAL,28P01,"MESSAGE",...
//
// A record with line breaks in a query or a name goes on for several lines, and
// a line of it may imitate a whole record. No state is kept to know: PostgreSQL
// quotes every text and doubles the quotes inside, so what a client wrote holds
// runs of an even number of quotes alone, and no such text reads as a quoted
// address between commas.
func newPostgresCSV(s setup) lineParser { return &postgresCSV{clock: newClock(s.Context)} }

type postgresCSV struct {
	clock
	unquoted []byte // scratch: the message with its quotes single
	why      string
}

// The columns of a csvlog record that are read, counted from 0.
const (
	csvPID        = 3
	csvConnection = 4
	csvSeverity   = 11
	csvMessage    = 13
	csvColumns    = 14
)

// Parse implements ingest.Parser.
func (p *postgresCSV) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no record of PostgreSQL's csvlog"
	t, rest, ok := p.isoStamp(line)
	if !ok {
		return ingest.Unparsed
	}
	var columns [csvColumns][]byte
	if _, rest, ok = bytes.Cut(rest, []byte(",")); !ok || !csvRecord(rest, ',', columns[1:]) {
		return ingest.Unparsed
	}
	if level := columns[csvSeverity]; !isSeverity(level) || !digits(columns[csvPID]) {
		return ingest.Unparsed
	}
	ev.Time, ev.Service, ev.PID = t, servicePostgres, columns[csvPID]
	p.unquoted = appendUnquoted(p.unquoted[:0], csvText(columns[csvMessage]))
	if !postgresSays.tell(p.unquoted, ev) {
		ev.Reset()
		p.why = whyMessage
		return ingest.Ignored
	}
	host, _ := splitPort(csvText(columns[csvConnection]), true)
	if a, ok := address(host); ok {
		ev.Src = a
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *postgresCSV) Reason() string { return p.why }

// csvRecord cuts the columns at the head of b. A quoted one must end before a
// separator or with the line.
func csvRecord(b []byte, mark byte, columns [][]byte) bool {
	for i := range columns {
		n := csvEnd(b, mark)
		if n < 0 || n == len(b) && i+1 < len(columns) {
			return false
		}
		if columns[i] = b[:n]; n < len(b) {
			b = b[n+1:]
		}
	}
	return true
}

// csvEnd returns the length of the column at the head of b, or -1 where its
// quotes do not close or text stands beside them.
func csvEnd(b []byte, mark byte) int {
	if len(b) == 0 || b[0] != '"' {
		n := bytes.IndexByte(b, mark)
		if n < 0 {
			n = len(b)
		}
		if bytes.IndexByte(b[:n], '"') >= 0 {
			return -1
		}
		return n
	}
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] != '"':
		case i+1 < len(b) && b[i+1] == '"':
			i++
		case i+1 == len(b) || b[i+1] == mark:
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

// csvText takes the quotes off a column; one without is none of a client.
func csvText(column []byte) []byte {
	if n := len(column); n >= 2 && column[0] == '"' {
		return column[1 : n-1]
	}
	return nil
}

// appendUnquoted writes a quoted column's text with its quotes single.
func appendUnquoted(into, text []byte) []byte {
	for {
		n := bytes.Index(text, []byte(`""`))
		if n < 0 {
			return append(into, text...)
		}
		into = append(into, text[:n+1]...)
		text = text[n+2:]
	}
}

// isSeverity reports whether a word is one of PostgreSQL's levels.
func isSeverity(word []byte) bool {
	for _, level := range postgresLevels {
		if len(word)+len(":  ") == len(level) && string(word) == level[:len(word)] {
			return true
		}
	}
	return len(word) == len("DEBUG1") && bytes.HasPrefix(word, []byte("DEBUG")) || string(word) == "INFO"
}
