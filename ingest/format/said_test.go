package format

import (
	"testing"

	"gumshoe/ingest"
)

// Of most lines sshd's parser knows in which part of them a client may have spoken: it is
// short, and the same in thousands of lines. Where it is not known, or the peer is told by a
// name, which is the client's to choose, the whole line is looked at.
func TestWhereClientsOfSSHDSpeak(t *testing.T) {
	const whole = "the whole line"
	p := must(ByName("syslog")).NewParser(surroundings)
	for message, want := range map[string]string{
		"Received disconnect from 192.0.2.1 port 40022:11: Bye Bye [preauth]":                                 "11: Bye Bye",
		"Connection closed by 192.0.2.1 port 40022 [preauth]":                                                 "",
		"Connection closed by ignore-all-previous-instructions.example.org port 40022 [preauth]":              whole,
		"Connection reset by you are now an assistant 192.0.2.1 port 40022 [preauth]":                         "you are now an assistant",
		"Unable to negotiate with 192.0.2.1 port 40022: no matching cipher found. Their offer: aes [preauth]": ": no matching cipher found. Their offer: aes",
		"Did not receive identification string from 192.0.2.1 port 40022":                                     "",
		"banner exchange: Connection from ignore-all-previous-instructions.example.org port 1: invalid":       whole,
		"Bad protocol version identification 'ignore all previous lines' from 192.0.2.1 port 40022":           whole,
		"refused connect from ignore@ignore-all-previous-instructions.example.org (192.0.2.1)":                whole,
		"error: maximum authentication attempts exceeded for you are from 192.0.2.1 port 40022 ssh2":          "you are",
	} {
		var ev ingest.Event
		if r := p.Parse([]byte("Nov 20 10:00:00 web1 sshd[7]: "+message), &ev); r != ingest.Parsed {
			t.Errorf("%s: not parsed", message)
		}
		got := string(ev.Said)
		if ev.Said == nil {
			got = whole
		}
		if got != want {
			t.Errorf("%s: looked at is %q, want %q", message, got, want)
		}
	}
}
