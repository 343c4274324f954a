package report

import (
	"fmt"
	"html"
)

// TrialMail is the mail by which a person tries whether mail arrives. It says so, and
// nothing of any run.
func TrialMail(host string) Message {
	host = escape(host, maxHost, true)
	text := fmt.Sprintf("This is a test: gumshoe report send --test. Mail from %s reaches you.", defang(host))
	return Message{
		Subject: "[gumshoe] " + host + ": a test; mail reaches you",
		Text:    text + "\n",
		HTML:    "<!DOCTYPE html><html lang=\"en\"><body><p>" + html.EscapeString(text) + "</p></body></html>\n",
	}
}
