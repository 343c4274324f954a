package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gumshoe/report"
)

// night is the mail of an ordinary run.
func night() Draft {
	return Draft{
		From: "gumshoe on web1 <gumshoe@web1.example.org>",
		To:   []string{"anna@example.org", `"Doe, Bob" <bob@example.org>`, "Jürgen Süß <js@example.net>"},
		Message: report.Message{
			Subject: "[gumshoe] web1: possible break-in; 4 critical, 3 high; 26 banned",
			Text:    "Someone may be inside web1.\n\n.\n203.0.113[.]7 guessed 2,847 passwords — naïve.\n",
			HTML:    "<p>Someone may be inside web1.</p>\n<img src=\"cid:night\" alt=\"the night\">" + strings.Repeat("long line ", 300),
			Images:  []report.Image{{Name: "night", PNG: append(slices.Clone(pngSignature), make([]byte, 500)...)}},
		},
		Run:  "web1/2026-11-21T06:00:00Z",
		Host: "web1.example.org",
		Date: time.Date(2026, 11, 21, 6, 10, 0, 0, time.UTC),
	}
}

// leaf is a part of a mail that holds no others.
type leaf struct {
	path   string // "multipart/alternative > text/plain"
	header textproto.MIMEHeader
	body   []byte
}

// open reads a mail as a mail program does: its header and its leaves.
func open(raw []byte) (netmail.Header, []leaf, error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, nil, err
	}
	leaves, err := leavesOf("", textproto.MIMEHeader(m.Header), m.Body)
	return m.Header, leaves, err
}

func leavesOf(path string, h textproto.MIMEHeader, body io.Reader) ([]leaf, error) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return nil, fmt.Errorf("%q: %w", h.Get("Content-Type"), err)
	}
	path += kind
	if strings.HasPrefix(kind, "multipart/") {
		var all []leaf
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return all, nil
			}
			if err != nil {
				return nil, err
			}
			below, err := leavesOf(path+" > ", part.Header, part)
			if err != nil {
				return nil, err
			}
			all = append(all, below...)
		}
	}
	switch coding := h.Get("Content-Transfer-Encoding"); coding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		return nil, fmt.Errorf("%s comes as %q", path, coding)
	}
	raw, err := io.ReadAll(body)
	return []leaf{{path, h, raw}}, err
}

// lines is text with the line ends that a mail has.
func lines[T string | []byte](text T) string {
	return strings.ReplaceAll(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text)), "\n", "\r\n")
}

// TestCompose reads back what was written.
func TestCompose(t *testing.T) {
	m := night()
	l, err := m.Compose()
	if err != nil {
		t.Fatal(err)
	}
	if l.Key != m.Run || l.From != "gumshoe@web1.example.org" || !slices.Equal(l.To, []string{"anna@example.org", "bob@example.org", "js@example.net"}) {
		t.Errorf("envelope: %q from %q to %q", l.Key, l.From, l.To)
	}
	head, leaves, err := open(l.Data)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Subject":        m.Subject,
		"From":           `"gumshoe on web1" <gumshoe@web1.example.org>`,
		"Date":           "Sat, 21 Nov 2026 06:10:00 +0000",
		"List-Id":        "gumshoe <gumshoe.web1.example.org>",
		"Auto-Submitted": "auto-generated",
		"Precedence":     "bulk",
		"Mime-Version":   "1.0",
	} {
		if got := head[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	to, err := head.AddressList("To")
	if err != nil || len(to) != 3 || to[1].Name != "Doe, Bob" || to[1].Address != "bob@example.org" || to[2].Name != "Jürgen Süß" {
		t.Errorf("To: %v, %v", to, err)
	}
	want := []struct {
		path string
		body string
	}{
		{"multipart/alternative > text/plain", lines(m.Text)},
		{"multipart/alternative > multipart/related > text/html", lines(m.HTML)},
		{"multipart/alternative > multipart/related > image/png", string(m.Images[0].PNG)},
	}
	if len(leaves) != len(want) {
		t.Fatalf("%d parts, want %d", len(leaves), len(want))
	}
	for i, w := range want {
		if leaves[i].path != w.path || string(leaves[i].body) != w.body {
			t.Errorf("part %d is %s, %q", i, leaves[i].path, leaves[i].body)
		}
	}
	if id, place := leaves[2].header.Get("Content-Id"), leaves[2].header.Get("Content-Disposition"); id != "<night>" || place != `inline; filename="chart-1.png"` {
		t.Errorf("the image is %s, %s", id, place)
	}
}

// TestComposeText is a mail without HTML.
func TestComposeText(t *testing.T) {
	m := night()
	m.HTML, m.Images = "", nil
	l, err := m.Compose()
	if err != nil {
		t.Fatal(err)
	}
	_, leaves, err := open(l.Data)
	if err != nil || len(leaves) != 1 || leaves[0].path != "text/plain" || string(leaves[0].body) != lines(m.Text) {
		t.Errorf("%v, %v", leaves, err)
	}
}

// TestMessageID: a mail made again for the same run is the same mail to the mail
// program, one for another run is not.
func TestMessageID(t *testing.T) {
	id := func(m Draft) string {
		l, err := m.Compose()
		if err != nil {
			t.Fatal(err)
		}
		head, _, err := open(l.Data)
		if err != nil {
			t.Fatal(err)
		}
		return head.Get("Message-Id")
	}
	first, again, other := night(), night(), night()
	again.Subject, again.Date = "[gumshoe] again", again.Date.Add(time.Hour)
	other.Run += "+"
	if id(first) != id(again) || id(first) == id(other) {
		t.Errorf("%s, %s, %s", id(first), id(again), id(other))
	}
	if !strings.HasSuffix(id(first), "@web1.example.org>") {
		t.Errorf("%s names another domain than the sender's", id(first))
	}
}

// TestHeaderFolds: twenty recipients and a long subject stay below the lengths
// that servers take.
func TestHeaderFolds(t *testing.T) {
	m := night()
	m.To = nil
	for i := range 40 {
		m.To = append(m.To, fmt.Sprintf("Empfänger Nummer %d <recipient-%02d@mail.example.org>", i, i))
	}
	m.Subject = strings.Repeat("ünïcödé ", 100)
	l, err := m.Compose()
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, l.Data)
	header, _, _ := bytes.Cut(l.Data, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(line) > 100 {
			t.Errorf("a header line of %d bytes: %s", len(line), line)
		}
	}
	head, _, err := open(l.Data)
	if err != nil {
		t.Fatal(err)
	}
	if to, err := head.AddressList("To"); err != nil || len(to) != 40 || to[39].Name != "Empfänger Nummer 39" {
		t.Errorf("%v, %v", to, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
	if err != nil || utf8.RuneCountInString(subject) != maxSubject || !strings.HasSuffix(subject, "…") {
		t.Errorf("%q, %v", subject, err)
	}
}

// TestComposeRefuses what only a wrong configuration or a wrong program brings.
func TestComposeRefuses(t *testing.T) {
	for says, change := range map[string]func(*Draft){
		"delivery key":          func(m *Draft) { m.Run = "" },
		"without recipients":    func(m *Draft) { m.To = nil },
		"without text":          func(m *Draft) { m.Text = "" },
		"no mail address":       func(m *Draft) { m.From = "gumshoe" },
		`sender "a@example.org`: func(m *Draft) { m.From = "a@example.org\r\nBcc: b@example.net" },
		"recipient":             func(m *Draft) { m.To = []string{"a@example.org, b@example.org"} },
		"cannot be shown":       func(m *Draft) { m.From = "=?utf-8?q?a=0Ab?= <a@example.org>" },
		"longer than 256":       func(m *Draft) { m.From = strings.Repeat("x", 257) + " <a@example.org>" },
		"not ASCII":             func(m *Draft) { m.To = []string{"anna@exämple.org"} },
		"form name@host":        func(m *Draft) { m.To = []string{`"a,b"@example.org`} },
		"too long":              func(m *Draft) { m.To = []string{strings.Repeat("a", 70) + "@example.org"} },
		"a name is":             func(m *Draft) { m.Images[0].Name = "a>\r\nX: y" },
		"twice":                 func(m *Draft) { m.Images = append(m.Images, m.Images[0]) },
		"no PNG":                func(m *Draft) { m.Images[0].PNG = []byte("GIF89a") },
		"no HTML body":          func(m *Draft) { m.HTML = "" },
	} {
		m := night()
		change(&m)
		if _, err := m.Compose(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// TestSubject: hostile text in a subject is shown, and does nothing.
func TestSubject(t *testing.T) {
	for in, want := range map[string]string{
		"[gumshoe] web1: quiet":    "[gumshoe] web1: quiet",
		"a\r\nBcc: b@example.net":  "a Bcc: b@example.net",
		"a\x00\x1b[31mb\tc":        "a [31mb c",
		"gpj\u202etxt.exe\u200b":   "gpj\uFFFDtxt.exe\uFFFD",
		"=?utf-8?q?=0ABcc:_x?= ok": "= ?utf-8?q?=0ABcc:_x?= ok",
		"\xff\xfe":                 "\uFFFD\uFFFD",
		strings.Repeat("x", 151):   strings.Repeat("x", 149) + "…",
	} {
		if got := subject(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestListID(t *testing.T) {
	for host, want := range map[string]string{
		"web1.example.org":       "gumshoe.web1.example.org",
		"WEB1":                   "gumshoe.web1.localhost",
		"":                       "gumshoe.localhost",
		"a>\r\nX: y":             "gumshoe.a-x-y.localhost",
		strings.Repeat("a", 300): "gumshoe." + strings.Repeat("a", 128) + ".localhost",
	} {
		if got := listID(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

// checkLines holds a message to what every mail server takes (RFC 5321, 4.5.3.1.6):
// seven bits, CR and LF in pairs only, no line of 998 bytes.
func checkLines(t *testing.T, raw []byte) {
	t.Helper()
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) >= 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
		if i := bytes.IndexFunc(line, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 || r >= 0x80 }); i >= 0 {
			t.Errorf("%q in a line", line[i])
		}
	}
}

// FuzzCompose: whatever a report quotes and whatever somebody has configured,
// what comes out is one mail with our header fields, each once, and with the
// same text; or an error.
func FuzzCompose(f *testing.F) {
	f.Add("gumshoe <gumshoe@web1.example.org>", `"Doe, Bob" <bob@example.org>`, "[gumshoe] web1", "text", "<p>html", "run", "web1")
	f.Add("a@example.org\r\nBcc: b@example.net", "a@b", "x\r\n\r\nbody", ".\r\n.\r\nQUIT", "\r\n--boundary--", "k\r\nX: y", "h\r\nX: y")
	f.Add("a@e", "a@b", "", ".\r\xd4\nQUIT", "\r\u00e9\n", "k", "h")
	f.Add("a@e", "=?utf-8?b?wVw=?= <a@b>", "", "text", "html", "k", "h")
	f.Add("=?utf-8?q?a=2C_b?= <a@b>", "=?utf-8?b?w7w=?= <a@b>", "=?utf-8?q?=0A?=", "\xff\x00", "<img src=cid:night>", "\x00", "ü")
	f.Fuzz(func(t *testing.T, from, to, subj, text, html, run, host string) {
		m := night()
		m.From, m.To, m.Subject, m.Run, m.Host = from, []string{to}, subj, run, host
		m.Text, m.HTML = text, html
		l, err := m.Compose()
		if err != nil {
			return
		}
		checkLines(t, l.Data)
		if err := l.check(); err != nil {
			t.Error(err)
		}
		head, leaves, err := open(l.Data)
		if err != nil {
			t.Fatalf("%v\n%s", err, l.Data)
		}
		for name, values := range head {
			if !slices.Contains(headerOrder, name) || len(values) != 1 {
				t.Errorf("header %s: %q", name, values)
			}
		}
		for field, config := range map[string]string{"From": from, "To": to} {
			want, err := netmail.ParseAddress(config)
			if err != nil {
				t.Fatal(err)
			}
			got, err := head.AddressList(field)
			if err != nil || len(got) != 1 || *got[0] != *want {
				t.Errorf("%s: %v, %v; want %v", field, got, err, want)
			}
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject")); err != nil || got != subject(subj) {
			t.Errorf("subject %q, %v; want %q", got, err, subject(subj))
		}
		if len(leaves) != 3 || string(leaves[0].body) != lines(valid(text)) || string(leaves[1].body) != lines(valid(html)) {
			t.Errorf("parts: %q", leaves)
		}
	})
}
