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
	for form, says := range map[string]string{"text": prober, "html": "<!DOCTYPE html>", "markdown": "# ", "ndjson": `"sources":["` + prober + `"]`, "ecs": `"rule"`, "mail": "Subject: [gumshoe] web1"} {
		if o := d.run("report", "show", run, "--format", form); o.code != 0 || !strings.Contains(o.out, says) {
			t.Errorf("show --format %s: code %d, no %q in %.300s", form, o.code, says, o.out)
		}
	}
	if o := d.run("report", "send", run); o.code != 0 || len(office.mails()) != 1 {
		t.Errorf("sent again: code %d, %s", o.code, o.err)
	}
	if o := d.run("report", "send", "--test"); o.code != 0 || len(office.mails()) != 1 {
		t.Errorf("send --test: code %d, %s", o.code, o.err)
	}
	if o := d.run("archive", "forget", prober); o.code != 0 {
		t.Fatalf("forget: %s", o.err)
	}
	if o := d.run("report", "show", run); o.code != exitFailed {
		t.Errorf("a report that names a forgotten address is still there: code %d", o.code)
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
