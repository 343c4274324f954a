package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// A web shell at work: nobody else knows it, and each command has an answer of its own.
func TestWebShellAtWork(t *testing.T) {
	for _, path := range []string{"/wp-content/uploads/2026/11/logo.php", "/images/c99.php"} {
		var l tape
		l.visitors(20)
		for i, size := range []int64{340, 2_840, 540, 90_340} {
			l.line(9*hour+time.Duration(i)*minute, attacker, "", chrome, "POST", path, 200, size)
		}
		if c := l.find(t, attacker+"/32", "injection", analyze.High); c.Impact != analyze.Success {
			t.Errorf("%s: impact %d, %+v", path, c.Impact, c.Families)
		}
	}
}

// A form that bears the name of one thanks everybody, and nobody asks much of what is
// not there.
func TestNoWebShell(t *testing.T) {
	for _, c := range []struct {
		what    string
		status  uint16
		senders int
		size    func(i int) int64
	}{
		{"the same page for each", 200, 1, func(int) int64 { return 4_100 }},
		{"a form of many", 200, 10, func(i int) int64 { return 4_100 + int64(i) }},
		{"not there", 404, 1, func(i int) int64 { return 153 + int64(i) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			var l tape
			l.visitors(20)
			for i := range 60 {
				l.line(9*hour+time.Duration(i)*minute, fmt.Sprintf("198.18.9.%d", 1+i%c.senders), "", chrome, "POST", "/leaf.php", c.status, c.size(i))
			}
			for _, found := range l.cases() {
				if found.Impact == analyze.Success {
					t.Errorf("a success is told: %+v", found.Families)
				}
			}
		})
	}
}

// Forms and tools of honest people bear some of the names that scanners look for: a
// customer who needs three tries with a form, or an administrator among his files, has
// an answer of its own each time and hardly any company.
func TestHonestNamesProveNothing(t *testing.T) {
	for _, path := range []string{"/mailer.php", "/mini.php", "/moon.php", "/repeater.php", "/admin/tinyfilemanager.php", "/customize.aspx"} {
		var l tape
		l.visitors(20)
		for i, size := range []int64{312, 298, 421} {
			l.line(9*hour+time.Duration(i)*minute, attacker, "", chrome, "POST", path, 200, size)
		}
		for _, found := range l.cases() {
			if found.Impact == analyze.Success {
				t.Errorf("%s: a success is told: %+v", path, found.Families)
			}
		}
	}
}
