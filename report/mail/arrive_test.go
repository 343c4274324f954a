package mail

import (
	"crypto/tls"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMailArrives is the whole way: a report becomes a mail, a greylisting
// server has it wait, the next run delivers it over TLS, and what the server
// got is opened as a mail program opens it.
func TestMailArrives(t *testing.T) {
	ca := newAuthority(t)
	s := &server{TLS: ca.good(t), Auth: "PLAIN LOGIN", Replies: map[string]string{"RCPT": "451 4.7.1 greylisted, come back later"}}
	to := s.start(t)
	to.Roots, to.User, to.Password = ca.pool(), "gumshoe", password
	o := Outbox{Dir: filepath.Join(t.TempDir(), "spool"), Transport: to}

	l, err := night().Compose()
	if err != nil {
		t.Fatal(err)
	}
	told, err := o.Deliver(t.Context(), l, saturday)
	const want = `report of 2026-11-21 06:10 UTC waits for the next run: anna@example.org, bob@example.org, js@example.net: 451 "4.7.1 greylisted, come back later"`
	if err != nil || len(told) != 1 || told[0].Trouble() != want {
		t.Fatalf("%v, %+v", err, told)
	}

	s.set("RCPT", "250 ok")
	told, err = o.Flush(t.Context(), saturday.Add(6*time.Hour))
	if err != nil || len(told) != 1 || told[0].Trouble() != "" || len(told[0].Got) != 3 {
		t.Fatalf("%v, %+v", err, told)
	}
	got := s.got()
	if len(got) != 1 || !got[0].tls || len(got[0].to) != 3 {
		t.Fatalf("%d letters", len(got))
	}
	checkLines(t, got[0].data)
	head, leaves, err := open(got[0].data)
	if err != nil {
		t.Fatal(err)
	}
	if head.Get("Subject") != night().Subject || len(leaves) != 3 {
		t.Errorf("%q with %d parts", head.Get("Subject"), len(leaves))
	}
	for i, want := range []string{lines(night().Text), lines(night().HTML), string(night().Images[0].PNG)} {
		if string(leaves[i].body) != want {
			t.Errorf("%s: %q", leaves[i].path, leaves[i].body)
		}
	}
}

// TestModernTLS: a server that speaks TLS 1.2 alone is good enough; the one that
// speaks everything is spoken to in 1.3.
func TestModernTLS(t *testing.T) {
	ca := newAuthority(t)
	for most, want := range map[uint16]uint16{tls.VersionTLS12: tls.VersionTLS12, 0: tls.VersionTLS13} {
		config := ca.good(t)
		config.MaxVersion = most
		var spoken uint16
		config.VerifyConnection = func(state tls.ConnectionState) error { spoken = state.Version; return nil }
		s := &server{Implicit: true, TLS: config}
		to := s.start(t)
		to.Roots = ca.pool()
		if err := to.Probe(t.Context()); err != nil || spoken != want || !strings.HasSuffix(s.commands(), "QUIT") {
			t.Errorf("up to %x: %x, %v", most, spoken, err)
		}
	}
}
