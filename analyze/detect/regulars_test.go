package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// The same stranger, once a day, for eight days: each of these never sees a page.
func TestReturningStranger(t *testing.T) {
	for name, visit := range map[string]func(l *tape, at time.Duration, src string){
		"one door, however the server feels that day": func(l *tape, at time.Duration, src string) {
			l.get(at, src, "/actuator/gateway/routes", []uint16{404, 502, 404}[int(at/day)%3])
		},
		"a form sent to the front page": func(l *tape, at time.Duration, src string) {
			l.request(at, src, "", "Go-http-client/1.1", "POST", "/", 404)
		},
		"bytes that are no HTTP": func(l *tape, at time.Duration, src string) {
			l.request(at, src, "", "-", `\x16\x03\x01`, "", 400)
		},
		"another path that is not here each day": func(l *tape, at time.Duration, src string) {
			l.get(at, src, fmt.Sprintf("/%c%cqz", 'a'+int(at/day), 'm'+int(at/day)), 404)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := tape{from: 7 * day}
			l.visitors(60)
			for d := range 8 {
				visit(&l, time.Duration(d)*day+time.Duration(d%5)*hour, attacker)
			}
			l.find(t, attacker+"/32", "returning_stranger", analyze.Low)
		})
	}
}

// And these have a reason to come back.
func TestRegularsWithAReason(t *testing.T) {
	for name, visit := range map[string]func(l *tape, at time.Duration, src string){
		"a bookmark of a page that is gone": func(l *tape, at time.Duration, src string) { l.get(at, src, "/2019/summer-menu", 404) },
		"the front page, every day":         func(l *tape, at time.Duration, src string) { l.get(at, src, "/", 200) },
		"robots.txt, which is not here":     func(l *tape, at time.Duration, src string) { l.get(at, src, "/robots.txt", 404) },
		"a monitor of a page that moved": func(l *tape, at time.Duration, src string) {
			l.ask(at, src, "", "Uptime-Kuma/1.23.1", "/admin/health", 404)
		},
		"a reader, who once mistyped the door of the office": func(l *tape, at time.Duration, src string) {
			l.visit(at, src)
			l.get(at+10*minute, src, "/admin/", 404)
		},
		"a webhook that nobody listens to any more": func(l *tape, at time.Duration, src string) {
			l.request(at, src, "", "GitHub-Hookshot/044aadd", "POST", "/hooks/deploy", 404)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := tape{from: 9 * day}
			l.visitors(60)
			for d := range 10 {
				visit(&l, time.Duration(d)*day+time.Duration(d%5)*hour, attacker)
			}
			l.none(t, attacker+"/32")
		})
	}
}
