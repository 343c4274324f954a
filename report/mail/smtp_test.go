package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

// letter goes to three people and has lines that a careless client breaks.
func letter() Letter {
	return Letter{
		Key:  "run-1",
		From: "gumshoe@web1.example.org",
		To:   []string{"anna@example.org", "bob@example.org", "carl@example.net"},
		Data: []byte("Subject: x\r\n\r\n.\r\n..two dots\r\n.hidden\r\nlast\r\n"),
	}
}

func password() (string, error) { return "correct horse", nil }

// TestDelivery is the dialogue with a server that does everything right.
func TestDelivery(t *testing.T) {
	ca := newAuthority(t)
	for _, implicit := range []bool{true, false} {
		for method, said := range map[string]string{
			"":         "",
			"PLAIN":    "\x00tim\x00tanstaaftanstaaf",
			"LOGIN":    "tanstaaftanstaaf",
			"CRAM-MD5": "tim b913a602c7eda7a495b4e6e7334d3890", // the example of RFC 2195
		} {
			s := &server{Implicit: implicit, TLS: ca.good(t), Auth: method}
			to := s.start(t)
			to.Roots = ca.pool()
			if method != "" {
				to.User, to.Password = "tim", func() (string, error) { return "tanstaaftanstaaf", nil }
			}
			if failures := to.Send(t.Context(), letter()); failures != nil {
				t.Fatalf("implicit %v, login %q: %v", implicit, method, failures)
			}
			got := s.got()
			if len(got) != 1 {
				t.Fatalf("implicit %v, login %q: the server has %d letters", implicit, method, len(got))
			}
			want := letter()
			if got[0].from != want.From || strings.Join(got[0].to, " ") != strings.Join(want.To, " ") {
				t.Errorf("from %q to %q", got[0].from, got[0].to)
			}
			if !bytes.Equal(got[0].data, want.Data) {
				t.Errorf("the message has changed on the way:\n%q", got[0].data)
			}
			if !got[0].tls {
				t.Error("the letter went in clear text")
			}
			heard := s.commands()
			if !strings.Contains(heard, "EHLO web1.example.org") || !strings.HasSuffix(heard, "QUIT") {
				t.Errorf("the client said\n%s", heard)
			}
			if method != "" && !strings.Contains(heard, base64.StdEncoding.EncodeToString([]byte(said))) {
				t.Errorf("login %s: the client said\n%s", method, heard)
			}
		}
	}
}

// TestAnswers has a server fail in every phase, and says who is to be tried
// again.
func TestAnswers(t *testing.T) {
	const (
		all  = "anna@example.org %, bob@example.org %, carl@example.net %"
		anna = "anna@example.org"
	)
	everyone := func(outcome string) string { return strings.ReplaceAll(all, "%", outcome) }
	ca := newAuthority(t)
	for name, tt := range map[string]struct {
		replies map[string]string
		want    string // "" for everybody has it
		says    string // part of the first error
	}{
		"all is well":              {nil, "", ""},
		"greeting refuses":         {map[string]string{"CONNECT": "554 no service for you"}, everyone("unreachable"), `554 "no service for you"`},
		"greeting waits":           {map[string]string{"CONNECT": "421 too busy"}, everyone("unreachable"), `421 "too busy"`},
		"greeting is no SMTP":      {map[string]string{"CONNECT": "HTTP/1.1 400 Bad Request"}, everyone("unreachable"), "HTTP/1.1"},
		"login refused":            {map[string]string{"AUTH": "535 5.7.8 wrong"}, everyone("unreachable"), `535 "5.7.8 wrong"`},
		"login not now":            {map[string]string{"AUTH": "454 later"}, everyone("unreachable"), `454 "later"`},
		"login echoed":             {map[string]string{"AUTH": "535 correct horse is wrong"}, everyone("unreachable"), `535 "[secret] is wrong"`},
		"sender refused":           {map[string]string{"MAIL": "550 not you"}, everyone("refused"), `550 "not you"`},
		"sender must log in":       {map[string]string{"MAIL": "530 log in first"}, everyone("unreachable"), "530"},
		"sender greylisted":        {map[string]string{"MAIL": "451 later"}, everyone("deferred"), `451 "later"`},
		"recipient refused":        {map[string]string{anna: "550 no such user"}, anna + " refused", `550 "no such user"`},
		"recipient greylisted":     {map[string]string{anna: "451 greylisted"}, anna + " deferred", `451 "greylisted"`},
		"all recipients refused":   {map[string]string{"RCPT": "550 relaying denied"}, everyone("refused"), `550 "relaying denied"`},
		"forwarded":                {map[string]string{anna: "251 elsewhere"}, "", ""},
		"one each":                 {map[string]string{anna: "550 gone", "bob@example.org": "452 full"}, "anna@example.org refused, bob@example.org deferred", `550 "gone"`},
		"goodbye among recipients": {map[string]string{anna: "550 gone", "bob@example.org": "421 shutting down"}, "anna@example.org refused, bob@example.org deferred, carl@example.net deferred", `550 "gone"`},
		"message not wanted":       {map[string]string{"DATA": "554 no valid recipients"}, everyone("refused"), "554"},
		"message not now":          {map[string]string{"DATA": "451 disk full"}, everyone("deferred"), `451 "disk full"`},
		"too big":                  {map[string]string{"END": "552 too big"}, everyone("refused"), `552 "too big"`},
		"content greylisted":       {map[string]string{"END": "451 try again"}, everyone("deferred"), `451 "try again"`},
		"goodbye after content":    {map[string]string{"END": "421 shutting down"}, everyone("deferred"), "421"},
		"refused, then content":    {map[string]string{anna: "550 gone", "END": "451 later"}, "anna@example.org refused, bob@example.org deferred, carl@example.net deferred", "550"},
		"no goodbye":               {map[string]string{"QUIT": "CLOSE"}, "", ""},
		"hostile words":            {map[string]string{anna: "550 \x1b[2J\u202egone\ttab"}, anna + " refused", `550 "\x1b[2J\u202egone\ttab"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{Implicit: true, TLS: ca.good(t), Auth: "PLAIN", Replies: tt.replies}
			to := s.start(t)
			to.Roots, to.User, to.Password = ca.pool(), "gumshoe", password
			failures := to.Send(t.Context(), letter())
			if got := describe(failures); got != tt.want {
				t.Fatalf("got %q, want %q (%v)", got, tt.want, failures)
			}
			if len(failures) > 0 && !strings.Contains(failures[0].Error(), tt.says) {
				t.Errorf("it says %q, want %q", failures[0].Error(), tt.says)
			}
			for _, m := range s.got() {
				if missed := len(failures); len(m.to)+missed != 3 {
					t.Errorf("%d have it and %d have not, of 3", len(m.to), missed)
				}
			}
		})
	}
}

// TestHangAndDrop cuts or freezes the conversation in every phase. A server that
// says nothing is left after Step, and nothing is refused for it.
func TestHangAndDrop(t *testing.T) {
	ca := newAuthority(t)
	for _, phase := range []string{"CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "bob@example.org", "DATA", "MIDDLE", "END"} {
		for _, how := range []string{"HANG", "CLOSE"} {
			if phase == "MIDDLE" && how == "HANG" {
				continue // the server reads on, and hangs at the END
			}
			s := &server{TLS: ca.good(t), Auth: "PLAIN", Replies: map[string]string{phase: how}}
			to := s.start(t)
			to.Roots, to.User, to.Password = ca.pool(), "gumshoe", password
			if how == "HANG" {
				to.Step = 80 * time.Millisecond
			}
			failures := to.Send(t.Context(), letter())
			if len(failures) != 3 || len(s.got()) != 0 {
				t.Errorf("%s %s: %v, and the server has %d", phase, how, failures, len(s.got()))
			}
			for _, f := range failures {
				if f.Outcome == Refused {
					t.Errorf("%s %s: %v is final", phase, how, f)
				}
				var timeout net.Error
				if how == "HANG" && !(errors.As(f, &timeout) && timeout.Timeout()) {
					t.Errorf("%s: %v is no timeout", phase, f)
				}
			}
		}
	}
}

// TestContextEnds: whoever waits for the mail may stop waiting at once.
func TestContextEnds(t *testing.T) {
	ca := newAuthority(t)
	s := &server{Implicit: true, TLS: ca.good(t), Replies: map[string]string{"MAIL": "HANG"}}
	to := s.start(t)
	to.Roots = ca.pool()
	ctx, cancel := context.WithTimeout(t.Context(), 80*time.Millisecond)
	defer cancel()
	failures := to.Send(ctx, letter())
	if len(failures) != 3 || !errors.Is(failures[0], context.DeadlineExceeded) {
		t.Errorf("%v", failures)
	}
}

// TestProtection: no letter and no password goes to a server that cannot prove
// who it is, or over a line that anybody can read.
func TestProtection(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	tomorrow := time.Now().Add(24 * time.Hour)
	old := ca.good(t)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	for name, tt := range map[string]struct {
		tls  *tls.Config // nil: the offer is stripped
		says string
	}{
		"stripped STARTTLS": {nil, "does not offer STARTTLS"},
		"unknown CA":        {other.good(t), "name its CA file"},
		"expired":           {ca.server(t, "127.0.0.1", time.Now().Add(-time.Hour)), "expired"},
		"wrong host":        {ca.server(t, "mx.example.net", tomorrow), "127.0.0.1"},
		"TLS 1.1":           {old, "protocol version"},
	} {
		for _, implicit := range []bool{true, false} {
			if tt.tls == nil && implicit {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s := &server{Implicit: implicit, TLS: tt.tls, Auth: "PLAIN"}
				to := s.start(t)
				to.Roots, to.User, to.Password = ca.pool(), "gumshoe", password
				failures := to.Send(t.Context(), letter())
				if len(failures) != 3 || failures[0].Outcome != Unreachable || !strings.Contains(failures[0].Error(), tt.says) {
					t.Errorf("%v, want %q", failures, tt.says)
				}
				if heard := s.commands(); strings.Contains(heard, "AUTH") || strings.Contains(heard, "MAIL") {
					t.Errorf("the client said\n%s", heard)
				}
			})
		}
	}
}

// TestStartTLSInjection: what a man in the middle appends to the answer to
// STARTTLS in clear text is not taken for the server's word (CVE-2011-0411).
func TestStartTLSInjection(t *testing.T) {
	ca := newAuthority(t)
	s := &server{TLS: ca.good(t), Replies: map[string]string{"STARTTLS": "220 go ahead\r\n250-evil\r\n250 AUTH PLAIN"}}
	to := s.start(t)
	to.Roots, to.User, to.Password = ca.pool(), "gumshoe", password
	failures := to.Send(t.Context(), letter())
	if len(failures) != 3 || strings.Contains(s.commands(), "AUTH") {
		t.Errorf("%v; the client said\n%s", failures, s.commands())
	}
}

// TestEndlessBanner: a server that never stops talking fills no memory.
func TestEndlessBanner(t *testing.T) {
	ca := newAuthority(t)
	for name, banner := range map[string]string{
		"one line":   strings.Repeat("x", 2*maxHeard),
		"many lines": strings.Repeat("220-x\r\n", maxHeard/4),
	} {
		s := &server{Implicit: true, TLS: ca.good(t), Replies: map[string]string{"CONNECT": banner}}
		to := s.start(t)
		to.Roots = ca.pool()
		failures := to.Send(t.Context(), letter())
		if len(failures) != 3 || failures[0].Outcome != Unreachable {
			t.Fatalf("%s: %v", name, failures)
		}
		if n := len(failures[0].Error()); n > 2*maxSaid || name == "many lines" && !strings.Contains(failures[0].Error(), errTalkative.Error()) {
			t.Errorf("%s: %d bytes of error: %v", name, n, failures[0])
		}
	}
}

// TestClearText is for a server on this machine, without a login.
func TestClearText(t *testing.T) {
	s := &server{}
	to := s.start(t)
	to.Security = ClearText
	if failures := to.Send(t.Context(), letter()); failures != nil || len(s.got()) != 1 {
		t.Errorf("%v", failures)
	}
	to.Host = "192.0.2.25" // nothing leaves the machine: the dial fails before it
	if err := to.Probe(t.Context()); !errors.Is(err, errNotLoopback) {
		t.Errorf("clear text to another machine: %v", err)
	}
	to.Host, to.User, to.Password = "127.0.0.1", "gumshoe", password
	if failures := to.Send(t.Context(), letter()); len(failures) != 3 || len(s.got()) != 1 {
		t.Errorf("a password in clear text: %v", failures)
	}
}

// TestLoginAsksForTLS: the last look before a password leaves does not rely on the
// settings having been checked.
func TestLoginAsksForTLS(t *testing.T) {
	here, there := net.Pipe()
	defer here.Close()
	go fmt.Fprint(there, "220 hello\r\n")
	client, err := smtp.NewClient(here, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	asked := false
	to := SMTP{User: "gumshoe", Password: func() (string, error) { asked = true; return "secret", nil }}
	if err := to.login(client); err == nil || !strings.Contains(err.Error(), "clear text") || asked {
		t.Errorf("in clear text: %v, password read: %v", err, asked)
	}
}

// TestLoginNotOffered: a configured login is never left out.
func TestLoginNotOffered(t *testing.T) {
	ca := newAuthority(t)
	for _, offers := range []string{"", "XOAUTH2 GSSAPI"} {
		s := &server{Implicit: true, TLS: ca.good(t), Auth: offers}
		to := s.start(t)
		to.Roots, to.User, to.Password = ca.pool(), "gumshoe", password
		if err := to.Probe(t.Context()); !errors.Is(err, errNoLogin) {
			t.Errorf("offered %q: %v", offers, err)
		}
		to.User, to.Password = "gumshoe", func() (string, error) { return "", errors.New("no such file") }
		if err := to.Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "no such file") {
			t.Errorf("without a password: %v", err)
		}
	}
}

// TestUnreachable: nobody listens.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	failures := SMTP{Host: "127.0.0.1", Port: port}.Send(t.Context(), letter())
	if len(failures) != 3 || failures[0].Outcome != Unreachable || !strings.Contains(failures[0].Error(), "refused") {
		t.Errorf("%v", failures)
	}
}

// TestTamperedSpool: an address with a line end in it is a command, wherever it
// comes from.
func TestTamperedSpool(t *testing.T) {
	s := &server{}
	to := s.start(t)
	to.Security = ClearText
	for _, bad := range []string{"a@example.org>\r\nRCPT TO:<b@example.net", "-oQ/tmp", "", "a b@example.org", "anna@exämple.org"} {
		l := letter()
		l.To = []string{bad}
		if failures := to.Send(t.Context(), l); len(failures) != 1 || failures[0].Outcome != Refused {
			t.Errorf("recipient %q: %v", bad, failures)
		}
		l = letter()
		l.From = bad
		if failures := to.Send(t.Context(), l); len(failures) != 3 {
			t.Errorf("sender %q: %v", bad, failures)
		}
	}
	if s.commands() != "" {
		t.Errorf("the client said\n%s", s.commands())
	}
}

func TestSMTPCheck(t *testing.T) {
	good := []SMTP{
		{Host: "mx.example.org"},
		{Host: "mx.example.org", Port: 465, User: "u", Password: password},
		{Host: "localhost", Security: ClearText},
	}
	for _, s := range good {
		if err := s.Check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	for says, s := range map[string]SMTP{
		"no mail server": {},
		"no port":        {Host: "mx", Port: 70000},
		"none of":        {Host: "mx", Security: "ssl"},
		"clear text":     {Host: "localhost", Security: ClearText, User: "u", Password: password},
		"no password":    {Host: "mx", User: "u"},
	} {
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", s, err, says)
		}
	}
	for port, want := range map[int]Security{0: StartTLS, 587: StartTLS, 25: StartTLS, 465: ImplicitTLS} {
		if s := (SMTP{Host: "mx", Port: port}).withDefaults(); s.Security != want {
			t.Errorf("port %d: %s, want %s", port, s.Security, want)
		}
	}
}

// TestHelloName: a full name, or the address in brackets (RFC 5321, 4.1.3).
func TestHelloName(t *testing.T) {
	v4 := &net.TCPAddr{IP: net.ParseIP("192.0.2.7"), Port: 4}
	v6 := &net.TCPAddr{IP: net.ParseIP("2001:db8::7"), Port: 6}
	for _, tt := range []struct {
		name string
		from net.Addr
		want string
	}{
		{"web1.example.org", v4, "web1.example.org"},
		{"web1.example.org.", v4, "web1.example.org"},
		{"web1", v4, "[192.0.2.7]"},
		{"", v6, "[IPv6:2001:db8::7]"},
		{"web1.example.org\r\nMAIL FROM:<>", v4, "[192.0.2.7]"},
		{"web_1.example.org", v4, "[192.0.2.7]"},
	} {
		if got := helloName(tt.name, tt.from); got != tt.want {
			t.Errorf("%q from %s: %q, want %q", tt.name, tt.from, got, tt.want)
		}
	}
}
