package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is not judged yet is said once, with the day from which on it will be. Of
// files nobody knows whether they go on.
func TestCold(t *testing.T) {
	first, later := midnight.Add(3*24*time.Hour), midnight.Add(6*24*time.Hour)
	r := Report{Learning: []Learning{
		{"ftp", 1, 7, later}, {"http", 4, 7, first}, {"imap", 4, 7, first}, {"sshd", 4, 7, first},
	}}
	for _, test := range []struct {
		adHoc bool
		want  []string
	}{
		{false, []string{
			"Anomalies of ftp are judged from Sat 28 Nov 2026 on (6 more days of history).",
			"Anomalies of http, imap and sshd are judged from Wed 25 Nov 2026 on (3 more days of history).",
		}},
		{true, []string{
			"Too little history to judge what is unusual for ftp: 1 of 7 days.",
			"Too little history to judge what is unusual for http, imap and sshd: 4 of 7 days.",
		}},
	} {
		r.AdHoc = test.adHoc
		if diff := cmp.Diff(test.want, r.cold()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
