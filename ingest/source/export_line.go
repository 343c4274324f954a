package source

import (
	"bytes"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
)

// journalLines turns the entries of a journal into lines of syslog, one an
// entry:
//
//	2026-11-20T13:05:01.123456+00:00 host program[pid]: message
//
// Control characters of the message are written as rsyslog writes them, #012
// for a newline: no entry forges another, and a line is the same whether it
// comes from the journal or from rsyslog's file.
type journalLines struct {
	entries *exportReader
	cut     map[string]bool // streams whose last line journald has cut
	pending []byte          // rendered, not yet read
	buf     []byte
	err     error
}

func newJournalLines(in io.Reader) *journalLines {
	return &journalLines{entries: newExportReader(in), cut: map[string]bool{}}
}

// Read implements io.Reader.
func (j *journalLines) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(j.pending) == 0 {
			if j.err != nil {
				return n, j.err
			}
			j.fill()
		}
		m := copy(p[n:], j.pending)
		j.pending, n = j.pending[m:], n+m
	}
	return n, nil
}

// fill renders the next entry.
func (j *journalLines) fill() {
	var e entry
	if j.err = j.entries.next(&e); j.err != nil || j.torn(&e) {
		return
	}
	j.buf = e.appendLine(j.buf[:0])
	j.pending = j.buf
}

// maxStreams bounds how many cut lines are waited for at once.
const maxStreams = 1024

// torn reports whether the entry is a part of an over-long line of standard
// output. journald cuts those anywhere, so that one who controls what a daemon
// prints decides what the next entry begins with. All parts are left out.
func (j *journalLines) torn(e *entry) bool {
	if len(e.stream) == 0 {
		return false
	}
	rest := j.cut[string(e.stream)]
	more := string(e.lineBreak) == "line-max"
	switch {
	case !more:
		delete(j.cut, string(e.stream))
	case !rest:
		if len(j.cut) == maxStreams {
			clear(j.cut)
		}
		j.cut[string(e.stream)] = true
	}
	return rest || more
}

const journalStamp = "2006-01-02T15:04:05.000000-07:00"

// appendLine renders the entry, with a newline; one without a time or a message
// is no line.
func (e *entry) appendLine(b []byte) []byte {
	micros, err := strconv.ParseInt(string(e.time), 10, 64)
	if err != nil || e.message == nil {
		return b
	}
	b = time.UnixMicro(micros).UTC().AppendFormat(b, journalStamp)
	b = append(b, ' ')
	b = appendWord(b, e.host, "localhost")
	b = append(b, ' ')
	b = appendWord(b, e.program(), "unknown")
	pid := e.pid
	if pid == nil {
		pid = e.ownPID
	}
	if number(pid) {
		b = append(b, '[')
		b = append(b, pid...)
		b = append(b, ']')
	}
	b = append(b, ": "...)
	for _, c := range e.message {
		if c < ' ' || c == 0x7f {
			b = append(b, '#', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		} else {
			b = append(b, c)
		}
	}
	return append(b, '\n')
}

// number reports whether b is a process id as the kernel gives them.
func number(b []byte) bool {
	_, err := strconv.ParseUint(string(b), 10, 32)
	return err == nil
}

// maxWord is longer than any host or program that means anything.
const maxWord = 60

// appendWord writes a host or a program such that nothing in it looks like the
// end of the field.
func appendWord(b, word []byte, missing string) []byte {
	if len(word) == 0 {
		return append(b, missing...)
	}
	for _, c := range word[:min(len(word), maxWord)] {
		if c <= ' ' || c >= 0x7f || c == ':' || c == '[' || c == ']' {
			c = '_'
		}
		b = append(b, c)
	}
	return b
}

// program names who wrote the entry: the name that the writer gave itself, if it
// is a service. A person may log under any name, sshd too; there the kernel's
// word stands, which journald noted: the name of the executable where it is one
// of the system's, else its path, which is nobody's name.
func (e *entry) program() []byte {
	switch {
	case string(e.transport) == "audit":
		return []byte("audit") // the other fields are about whom the record is of
	case !person(e.uid) && e.identifier != nil:
		return e.identifier
	case e.exe == nil:
		return e.comm
	case person(e.uid) && !ofSystem(string(e.exe)):
		return e.exe
	}
	return []byte(path.Base(string(e.exe)))
}

// person reports whether a user id is given to people, by the rules of Debian,
// Red Hat and systemd (systemd, "Users, Groups, UIDs and GIDs").
func person(uid []byte) bool {
	n, err := strconv.ParseUint(string(uid), 10, 32)
	return err == nil && n >= 1000 && n < 60000
}

// ofSystem reports whether only root can have put an executable there.
func ofSystem(exe string) bool {
	for _, dir := range []string{"/usr/", "/bin/", "/sbin/", "/lib/", "/opt/", "/snap/", "/nix/store/"} {
		if strings.HasPrefix(exe, dir) {
			return true
		}
	}
	return false
}

// exported reports whether the file holds what "journalctl -o export" prints, be
// it compressed: entries, which begin with their place in the journal.
func (f *File) exported() bool {
	if f.findCodec() != nil {
		return false
	}
	in, err := f.open()
	if err != nil {
		return false
	}
	defer in.Close()
	head := make([]byte, len(exportMagic))
	_, err = io.ReadFull(in, head)
	return err == nil && string(head) == exportMagic
}

const exportMagic = "__CURSOR=s="

// journalMagic begins a journal file.
var journalMagic = []byte("LPKSHHRH")

func isJournal(head []byte) bool { return bytes.HasPrefix(head, journalMagic) }
