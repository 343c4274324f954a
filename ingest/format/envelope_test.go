package format

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// The host and program of the line before are remembered; what a line says must not
// depend on it.
func TestLastTag(t *testing.T) {
	type tag struct{ Host, Program, PID, Msg string }
	opened := func(last *lastTag, line string) (tag, bool) {
		ev := ingest.Event{Host: []byte("stale")}
		b := []byte(line)
		msg, ok := last.open(b, &ev)
		return tag{string(ev.Host), string(ev.Program), string(ev.PID), string(msg)}, ok
	}
	lines := []string{
		" web1 sshd[17]: Failed password", " web1 sshd[18]: Failed password", " web1 sshd[19] no colon", " web1 sshd[20]:no blank", " web1 sshd[x]: no number", " web1 sshd[21]: [ID 800047 auth.info] Solaris",
		" web1 sshd[22](info): Kerberos", " web1 sshd[23]", " web1 sshd[]: none", " web1 sshd[24]: ", " web2 sshd[25]: another host", " web1 sudo[26]: another program", ": web1 sshd[27]: Cisco's colon",
		" sshd[28]: no host", " sshd[29]: no host", "web1 sshd[30]: no blank before", " web1 authpriv.warn sshd[31]: a priority", " web1 authpriv.warn sshd[32]: a priority", " <mail.info> web1 sshd[33]: a facility",
		" web1 Message forwarded from aix: sshd[34]: AIX", " web1 Message forwarded from aix: sshd[35]: AIX", " [sshd] metalog", " web1 [12.3] IN=eth0 OUT= UniFi", " web1 sshd: sshd[36]: colon first", " we[b1 sshd[37]: a bracket", "",
	}
	for _, s := range corpora(t) {
		in, err := s.Open()
		if err != nil {
			t.Fatal(err)
		}
		for text := bufio.NewScanner(in); text.Scan(); {
			if _, tail, found := bytes.Cut(text.Bytes(), []byte(" ")); found {
				lines = append(lines, string(tail))
			}
		}
		in.Close()
	}
	var last lastTag
	remembered := 0
	for i := range lines {
		for _, line := range []string{lines[i], lines[(i+1)%len(lines)], lines[i]} { // also after the one behind it
			if len(last.head) > 0 && bytes.HasPrefix([]byte(line), last.head) {
				remembered++
			}
			got, ok := opened(&last, line)
			want, wanted := opened(&lastTag{}, line)
			if diff := cmp.Diff(want, got); ok != wanted || diff != "" {
				t.Fatalf("%q after another line (-alone +after it): %t, want %t\n%s", line, ok, wanted, diff)
			}
		}
	}
	if remembered < 2000 {
		t.Errorf("only %d lines began as the one before", remembered)
	}
}
