package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// connect has sources ask for a connection to other hosts.
func (l *tape) connect(n int, src func(i int) string, user string, status uint16, size func(i int) int64) {
	for i := range n {
		host := []string{"mail.example.com:443", "api.example.net:443", "login.example.org:8443", "203.0.113.9:25"}[i%4]
		l.line(9*hour+time.Duration(i)*20*time.Second, src(i), user, "-", "CONNECT", host, status, size(i))
	}
}

func someone(i int) string { return fmt.Sprintf("203.0.113.%d", 10+i%3) }

func manySizes(i int) int64 { return int64(300 + i*i%97*911) }

// Strangers get through to wherever they want.
func TestOpenProxy(t *testing.T) {
	var l tape
	l.visitors(30)
	l.connect(60, someone, "", 200, manySizes)
	for _, c := range l.cases() {
		if c.Kind == "open_proxy" {
			if c.Level != analyze.Medium || len(c.Sources) > 0 || len(c.Visitors) != 3 || !hasTarget(c, "mail.example.com") {
				t.Errorf("%s, accused %v, seen %v, targets %v", c.Level, c.Sources, c.Visitors, c.Targets)
			}
			return
		}
	}
	t.Errorf("no open proxy among %q", l.accused())
}

// Servers that refuse, or show whoever asks their home page, and proxies on purpose.
func TestNoOpenProxy(t *testing.T) {
	for what, log := range map[string]func(l *tape){
		"refused":           func(l *tape) { l.connect(60, someone, "", 405, manySizes) },
		"the home page":     func(l *tape) { l.connect(60, someone, "", 200, func(int) int64 { return 4_217 }) },
		"tried a few times": func(l *tape) { l.connect(6, someone, "", 200, manySizes) },
		"an office of ours": func(l *tape) {
			l.connect(300, func(i int) string { return fmt.Sprintf("10.0.0.%d", 1+i%9) }, "", 200, manySizes)
		},
		"people with a name": func(l *tape) { l.connect(300, someone, "anna", 200, manySizes) },
		"a proxy with guests": func(l *tape) {
			l.connect(900, func(i int) string { return fmt.Sprintf("198.19.9.%d", 1+i%40) }, "", 200, manySizes)
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(30)
			log(&l)
			for _, c := range l.cases() {
				if c.Kind == "open_proxy" {
					t.Errorf("%s %v", c.Level, c.Targets)
				}
			}
		})
	}
}
