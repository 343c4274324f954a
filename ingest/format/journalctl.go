package format

import (
	"bytes"

	"gumshoe/ingest"
)

// What journalctl prints besides the classic form, which is syslog's: its option
// --output knows stamps of its own, and names units in place of programs.

// openFull reads "Fri 2026-11-20 10:00:00 CET host program[pid]: message", of
// short-full, and of with-unit, which names the unit for the program. A zone whose
// name says nothing is that of the machine that printed it.
func (c *clock) openFull(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	if len(b) < 24 || b[3] != ' ' || b[4] == ' ' {
		return nil, false
	}
	if letter(b[4]) {
		return c.openLogread(b, ev)
	}
	t, rest, ok := c.isoStamp(b[4:])
	if !ok {
		return nil, false
	}
	if name, after, found := bytes.Cut(bytes.TrimPrefix(rest, []byte(" ")), []byte(" ")); found && isZoneName(name) {
		rest = after
	}
	ev.Time = t
	if msg, ok = openTag(rest, ev); ok {
		ev.Program = cutUnit(ev.Program)
	}
	return msg, ok
}

// openLogread reads what OpenWrt's logread prints, "Fri Nov 20 10:00:00 2026
// authpriv.warn dropbear[123]: message".
func (c *clock) openLogread(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	t, rest, ok := c.ctimeStamp(b)
	if !ok {
		return nil, false
	}
	facility, rest, ok := bytes.Cut(bytes.TrimPrefix(rest, []byte(" ")), []byte(" "))
	_, level, isLevelled := bytes.Cut(facility, []byte("."))
	if !ok || !isLevelled || !isLevel(level) && !anyFold(level, "emerg") {
		return nil, false
	}
	ev.Time = t
	return tag(rest, ev)
}

// isZoneName recognizes "CET". A host in small letters follows where there is no
// zone.
func isZoneName(word []byte) bool {
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(word) >= 3 && len(word) <= 5
}

// cutUnit is the service of a unit, "postfix" of "postfix@-.service". What stands
// behind a slash is a unit of a person's own, and may have any name.
func cutUnit(unit []byte) []byte {
	name, isService := bytes.CutSuffix(unit, []byte(".service"))
	if !isService {
		return unit
	}
	if i := bytes.IndexAny(name, "@/"); i > 0 {
		return name[:i]
	}
	return name
}

// unixStamp reads the stamp of short-unix, "1795168817.123456".
func unixStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 12 || b[10] != '.' || !digit(b[11]) {
		return 0, nil, false
	}
	return epochStamp(b)
}

// octets reads an array of numbers, as which journalctl's JSON writes a message
// that is not printable UTF-8, and files it as the text that it is. It leaves any
// other array alone.
func (j *jsonReader) octets(parent, name []byte, foreign bool) bool {
	from := len(j.scratch)
	for i := j.at + 1; i < len(j.b); i++ {
		n := 0
		for i+n < len(j.b) && n < 3 && digit(j.b[i+n]) {
			n++
		}
		value, ok := number(j.b[i : i+n])
		if i += n; !ok || value > 255 || i == len(j.b) {
			break
		}
		j.scratch = append(j.scratch, byte(value))
		if j.b[i] == ']' {
			j.at = i + 1
			j.rec.set(parent, name, j.scratch[from:], foreign)
			return true
		}
		if i+1 < len(j.b) && j.b[i+1] == ' ' {
			i++
		}
	}
	j.scratch = j.scratch[:from]
	return false
}
