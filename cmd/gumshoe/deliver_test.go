package main

import (
	"bufio"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/report"
)

// postOffice is an SMTP server on this machine that takes what it is given, or,
// closed, refuses everybody with 451.
type postOffice struct {
	port   string
	mu     sync.Mutex
	closed bool
	got    []string
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p := &postOffice{port: port}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	return p
}

func (p *postOffice) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewScanner(conn)
	say := func(s string) { conn.Write([]byte(s + "\r\n")) }
	say("220 post office")
	for in.Scan() {
		p.mu.Lock()
		closed := p.closed
		p.mu.Unlock()
		switch verb := strings.ToUpper(strings.SplitN(in.Text(), " ", 2)[0]); {
		case verb == "RCPT" && closed:
			say("451 later")
		case verb == "DATA":
			say("354 go on")
			var text strings.Builder
			for in.Scan() && in.Text() != "." {
				text.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
			}
			p.mu.Lock()
			p.got = append(p.got, text.String())
			p.mu.Unlock()
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *postOffice) shut(closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = closed
}

// mails takes what was delivered.
func (p *postOffice) mails() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	got := p.got
	p.got = nil
	return got
}

// A job mails what it found once, whether the server takes it at once or an hour
// later; every run's report can be shown in each form and sent again.
func TestReportIsMailed(t *testing.T) {
	t.Parallel()
	office := openPostOffice(t)
	d := newDoor(t, prober, "mail:\n  to: [admin@example.org]\n  from: gumshoe@web1.example.org\n  smtp: {host: 127.0.0.1, port: "+office.port+", tls: none}\n")

	office.shut(true)
	if o := d.run("analyze", "--last", "8h", "--auto-ban-critical"); o.code != exitDegraded || !strings.Contains(o.err, "waits for the next run") {
		t.Fatalf("while the server is closed: code %d, %s", o.code, o.err)
	}
	office.shut(false)
	if o := d.run("analyze", "--last", "8h", "--dry-run"); o.code != 0 || len(office.mails()) > 0 {
		t.Errorf("a dry run mails: code %d, %s", o.code, o.err)
	}
	if o := d.run("analyze", "--last", "1h"); o.code != 0 {
		t.Fatalf("next run: code %d, %s", o.code, o.err)
	}
	got := office.mails()
	if len(got) == 0 {
		t.Fatal("what waited did not go with the next run")
	}
	m, err := mail.ReadMessage(strings.NewReader(got[0]))
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Header.Get("Subject"); !strings.Contains(s, "[gumshoe] web1") || m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("To") != "<admin@example.org>" {
		t.Errorf("subject %q, headers %v", s, m.Header)
	}

	list := strings.Split(strings.TrimSpace(d.run("report", "list").out), "\n")
	if len(list) != 3 {
		t.Fatalf("report list: %q", list)
	}
	run := strings.Fields(list[1])[0]
	for form, says := range map[string]string{"text": prober, "html": "<!DOCTYPE html>", "markdown": "# ", "ndjson": `"sources":["` + prober + `"]`, "ecs": `"rule"`, "mail": "Subject: [gumshoe] web1", "mail-html": "data:image/png;base64,"} {
		if o := d.run("report", "show", run, "--format", form); o.code != 0 || !strings.Contains(o.out, says) {
			t.Errorf("show --format %s: code %d, no %q in %.300s", form, o.code, says, o.out)
		}
	}
	if o := d.run("report", "send", run); o.code != 0 || len(office.mails()) != 1 {
		t.Errorf("sent again: code %d, %s", o.code, o.err)
	}
	old := strings.Split(strings.TrimSpace(d.run("report", "list").out), "\n")[1]
	sent := strings.Fields(old)[0]
	if r, err := (keptRuns{filepath.Join(d.state, runsDir)}).get(sent); err != nil {
		t.Error(err)
	} else {
		r.Now = r.Now.AddDate(0, 0, -20)
		if err := (keptRuns{filepath.Join(d.state, runsDir)}).put(r); err != nil {
			t.Error(err)
		}
	}
	d.run("report", "send", sent)
	again := office.mails()
	if len(again) != 1 {
		t.Fatalf("%d mails", len(again))
	}
	if m, err := mail.ReadMessage(strings.NewReader(again[0])); err != nil {
		t.Error(err)
	} else if at, err := m.Header.Date(); err != nil || time.Since(at) > time.Hour {
		t.Errorf("a report of twenty days ago is sent with the date %v, %v", at, err)
	}
	o := d.run("report", "send", "--test")
	if test := office.mails(); o.code != 0 || len(test) != 1 || !strings.Contains(test[0], ": a test; mail reaches you") || strings.Contains(test[0], "could be read") {
		t.Errorf("send --test: code %d, %s: %q", o.code, o.err, test)
	}
	if o := d.run("archive", "forget", prober); o.code != 0 {
		t.Fatalf("forget: %s", o.err)
	}
	if o := d.run("report", "show", run); o.code != exitFailed {
		t.Errorf("a report that names a forgotten address is still there: code %d", o.code)
	}
}

// A report that cannot be kept is mailed all the same: whoever was banned by the run, and
// why, must be known before the disk is mended.
func TestReportIsMailedThatCannotBeKept(t *testing.T) {
	t.Parallel()
	office := openPostOffice(t)
	d := newDoor(t, prober, "mail:\n  to: [admin@example.org]\n  from: gumshoe@web1.example.org\n  smtp: {host: 127.0.0.1, port: "+office.port+", tls: none}\n")
	put(t, d.state, runsDir, "no directory")
	o := d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if got := office.mails(); o.code != exitFailed || !strings.Contains(o.err, "keeping the report") || len(d.bans()) != 1 || len(got) != 1 {
		t.Errorf("code %d, %d bans, %d mails, %s", o.code, len(d.bans()), len(got), o.err)
	}
}

// Each run appends its cases to the file of a collector.
func TestSIEMFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ecs.json")
	d := newDoor(t, prober, "siem: "+file+"\n")
	d.run("analyze", "--last", "8h")
	d.run("analyze", "--last", "8h")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), prober); n < 2 {
		t.Errorf("%d mentions of the prober after two runs:\n%s", n, text)
	}
}

// The syslog daemon gets each case as one message; one that hangs holds up nobody for
// long, and one that is not there is told.
func TestSyslogDaemon(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "log")
	r := report.Report{Host: "web1", Now: time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC), Cases: []analyze.Case{{ID: "aaaaa", Kind: "slow_scan", Level: analyze.High, Headline: "first\nline"}, {ID: "bbbbb", Level: analyze.Low}}}
	if err := tellSyslog(socket, r); err == nil {
		t.Error("nobody listens, and nothing is said")
	}
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	if err := tellSyslog(socket, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<83>Nov 21 06:00:00 gumshoe: {"@timestamp":`, `<85>Nov 21 06:00:00 gumshoe: {`} {
		got := make([]byte, 9000)
		n, err := daemon.Read(got)
		if err != nil || !strings.HasPrefix(string(got[:n]), want) || strings.Contains(string(got[:n]), "\n") {
			t.Errorf("%v: %.100q, want %q", err, got[:n], want)
		}
	}
}
