package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newSnareLog reads the Windows events that Snare and NXLog send, in columns parted by
// tabs behind syslog's stamp and the host, or behind the host alone:
//
//	Nov 20 10:00:00 dc1 MSWinEventLog<TAB>1<TAB>Security<TAB>4711<TAB>Fri Nov 20 10:00:00 2026<TAB>4625<TAB>...<TAB>An account failed to log on. ...
//
// The text of an event names the account, which the client chose, before the address,
// which Windows writes: the last one counts. A line that was cut short on its way, whose
// text is not closed by a tab, names none.
var newSnareLog = newOwnLog(openSnare, func(h *shared) messenger {
	c := newClock(h.Context)
	return &snare{&c}
})

var snareMark = []byte("MSWinEventLog\t")

// openSnare is an opener. The mark has to be where the sender writes it: behind a stamp
// and one word.
func openSnare(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	b := line
	if len(b) > 0 && b[0] == '<' {
		if rest, ok := priority(b); ok {
			if msg, ok := c.open5424(rest, ev); ok {
				msg, ok = cut(msg, string(snareMark))
				return msg, true, ok
			}
			b = bytes.TrimPrefix(rest, []byte(" "))
		}
	}
	if t, rest, ok := c.bsdStamp(b); ok {
		ev.Time, b = t, bytes.TrimLeft(rest, " ")
	} else if t, rest, ok := c.isoStamp(b); ok {
		ev.Time, b = t, bytes.TrimLeft(rest, " ")
	}
	if i := bytes.IndexAny(b, " \t"); i > 0 && !bytes.HasPrefix(b, snareMark) {
		if ev.Host, b = b[:i], b[i+1:]; ev.Host[i-1] == ':' {
			return nil, false, false // a program
		}
	}
	msg, ok = cut(b, string(snareMark))
	return msg, true, ok
}

type snare struct{ *clock }

// message implements messenger. The columns: criticality, log, counter, time, event,
// source, user, kind of user, kind of event, computer, category, data, text.
func (p *snare) message(msg []byte, ev *ingest.Event) string {
	var column [13][]byte
	for i := range column {
		var ok bool
		if column[i], msg, ok = bytes.Cut(msg, []byte("\t")); !ok {
			return "cut short"
		}
	}
	if t, _, ok := p.ctimeStamp(column[3]); ok {
		ev.Time = t
	}
	if len(ev.Host) == 0 {
		ev.Host = column[9]
	}
	ev.Service = ingest.ServiceLogin
	text := column[12]
	t := logonTone(column[4])
	switch {
	case t.failed():
		ev.Kind = ingest.KindAuthFailure
	case t.succeeded():
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	default:
		return whyQuiet
	}
	ev.User = accountOf(bytes.TrimRight(snareAccount(text), "- "))
	at := max(bytes.LastIndex(text, []byte("Source Network Address:")), bytes.LastIndex(text, []byte("Client Address:")))
	if at < 0 {
		return whyNoClient
	}
	_, value, _ := bytes.Cut(text[at:], []byte(":"))
	value, _, _ = bytes.Cut(bytes.TrimLeft(value, " "), []byte(" "))
	var ok bool
	if ev.Src, ok = address(value); !ok {
		return whyNoClient // "-": on the machine itself
	}
	return ""
}

// snareAccount finds the account that somebody logged in to: the subject that stands
// before it is the machine.
func snareAccount(text []byte) []byte {
	for _, heading := range [...]string{"Account For Which Logon Failed:", "New Logon:", "Account Information:"} {
		if _, section, ok := bytes.Cut(text, []byte(heading)); ok {
			return snareValue(section, "Account Name:")
		}
	}
	return snareValue(text, "User Name:") // before Windows Vista
}

// snareValue reads the value behind a label: it ends where the blanks of the line break
// that was there begin.
func snareValue(text []byte, label string) []byte {
	_, value, _ := bytes.Cut(text, []byte(label))
	value, _, _ = bytes.Cut(bytes.TrimLeft(value, " "), []byte("  "))
	return value
}
