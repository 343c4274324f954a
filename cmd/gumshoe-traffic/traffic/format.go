package traffic

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// Log is one of the server's logs.
type Log uint8

// The logs.
const (
	Access Log = iota // of the web server
	Auth              // sshd, PAM, sudo, cron
	Mail              // Postfix, Dovecot
	logs
)

// AccessFormat is the format of the access log.
type AccessFormat uint8

// The access log formats.
const (
	Combined      AccessFormat = iota // nginx "combined"
	VHostCombined                     // Apache "vhost_combined"
)

// SyslogFormat is the format of a syslog line's head.
type SyslogFormat uint8

// The syslog formats.
const (
	ISO     SyslogFormat = iota // 2026-11-15T03:00:00.123456+00:00, as rsyslog of Debian 12 writes
	RFC3164                     // Nov 15 03:00:00
)

// Style says how lines are written.
type Style struct {
	Access AccessFormat
	Syslog SyslogFormat
	Zone   *time.Location // of the stamps and of people's day; nil: UTC
}

// Hit is one web request as it is logged.
type Hit struct {
	Src     netip.Addr
	User    string // authenticated user, "" for none
	Method  string // "" means GET
	Target  string
	Status  int
	Bytes   int
	Referer string
	Agent   string
}

const (
	hostName  = "web1"
	vhostName = "www.example.org:443"
)

// formatter builds lines in a buffer that the next line overwrites. The part of
// the stamp that changes once a second is kept.
type formatter struct {
	style  Style
	line   []byte
	second int64
	clock  []byte // access stamp of that second, with brackets
	head   []byte // syslog stamp of that second, up to the fraction
	zone   []byte // "+00:00"
}

func newFormatter(s Style) formatter {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	return formatter{style: s, second: -1}
}

func (f *formatter) tick(now Instant) {
	second := int64(now) / int64(time.Second)
	if second == f.second {
		return
	}
	f.second = second
	t := time.Unix(second, 0).In(f.style.Zone)
	f.clock = t.AppendFormat(f.clock[:0], " [02/Jan/2006:15:04:05 -0700] \"")
	if f.style.Syslog == RFC3164 {
		f.head, f.zone = t.AppendFormat(f.head[:0], time.Stamp), nil
		return
	}
	f.head = t.AppendFormat(f.head[:0], "2006-01-02T15:04:05.")
	f.zone = t.AppendFormat(f.zone[:0], "-07:00")
}

func (f *formatter) access(now Instant, h *Hit) []byte {
	f.tick(now)
	b := f.line[:0]
	if f.style.Access == VHostCombined {
		b = append(append(b, vhostName...), ' ')
	}
	b = append(h.Src.AppendTo(b), " - "...)
	b = append(appendOr(b, h.User), f.clock...)
	if h.Method == "" {
		b = append(b, "GET"...)
	} else {
		b = append(b, h.Method...)
	}
	b = f.appendEscaped(append(b, ' '), h.Target)
	b = append(b, " HTTP/1.1\" "...)
	b = append(strconv.AppendInt(b, int64(h.Status), 10), ' ')
	b = append(strconv.AppendInt(b, int64(h.Bytes), 10), " \""...)
	b = append(appendOr(b, h.Referer), "\" \""...)
	b = append(appendOr(b, h.Agent), '"')
	f.line = b
	return b
}

// appendOr appends s, or the dash that stands for nothing.
func appendOr(b []byte, s string) []byte {
	if s == "" {
		return append(b, '-')
	}
	return append(b, s...)
}

// appendEscaped writes a request target as the server does: nginx logs a quote
// as \x22, Apache as \".
func (f *formatter) appendEscaped(b []byte, target string) []byte {
	for i := range len(target) {
		switch c := target[i]; {
		case c != '"':
			b = append(b, c)
		case f.style.Access == VHostCombined:
			b = append(b, `\"`...)
		default:
			b = append(b, `\x22`...)
		}
	}
	return b
}

func (f *formatter) syslog(now Instant, program string, pid int, format string, args ...any) []byte {
	f.tick(now)
	b := append(f.line[:0], f.head...)
	if f.style.Syslog == ISO {
		micros := int64(now) % int64(time.Second) / int64(time.Microsecond)
		for digit := int64(100_000); digit > 0; digit /= 10 {
			b = append(b, byte('0'+micros/digit%10))
		}
		b = append(b, f.zone...)
	}
	b = append(append(b, ' '), hostName...)
	b = append(append(b, ' '), program...)
	if pid > 0 {
		b = append(strconv.AppendInt(append(b, '['), int64(pid), 10), ']')
	}
	b = append(b, ": "...)
	b = fmt.Appendf(b, format, args...)
	f.line = b
	return b
}
