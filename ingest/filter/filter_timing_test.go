package filter

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gumshoe/ingest"
)

// sshdLog is what an sshd on the internet logs: mostly failures.
func sshdLog(lines int) []byte {
	messages := []string{
		"Failed password for invalid user admin from 192.0.2.%d port 40%03d ssh2",
		"Invalid user oracle from 198.51.100.%d port 40%03d",
		"Connection closed by 203.0.113.%d port 40%03d [preauth]",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.%d  user=u%d",
		"Received disconnect from 198.51.100.%d port 40%03d:11: Bye Bye [preauth]",
		"Failed password for root from 203.0.113.%d port 40%03d ssh2",
		"Accepted publickey for anna from 192.0.2.%d port 40%03d ssh2: RSA SHA256:abcdef",
		"pam_unix(sshd:session): session opened for user anna%d by (uid=%d)",
	}
	var b bytes.Buffer
	for i := range lines {
		fmt.Fprintf(&b, "Nov 20 %02d:%02d:%02d web1 sshd[%d]: ", i/3600%24, i/60%60, i%60, 1000+i/4)
		fmt.Fprintf(&b, messages[i*7%len(messages)]+"\n", i%250, i%1000)
	}
	return b.Bytes()
}

// BenchmarkSSHD reads with the installed sshd filter, the costliest of all.
func BenchmarkSSHD(b *testing.B) {
	needFail2ban(b)
	f, err := Load(os.DirFS(installed), Spec{Name: "sshd"})
	if err != nil {
		b.Fatal(err)
	}
	log := sshdLog(20_000)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	lines := 0
	var ev ingest.Event
	for b.Loop() {
		p := parserOf(f)
		for line := range bytes.Lines(log) {
			p.Parse(line, &ev)
			lines++
		}
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkFail2ban has the same log read by fail2ban, the start of the program
// included, which takes it half a second.
func BenchmarkFail2ban(b *testing.B) {
	needFail2ban(b)
	lines := 20_000
	if testing.Short() { // which only asks whether it runs
		lines = 200
	}
	log := filepath.Join(b.TempDir(), "auth.log")
	if err := os.WriteFile(log, sshdLog(lines), 0o600); err != nil {
		b.Fatal(err)
	}
	runs := 0
	for b.Loop() {
		if out, err := exec.Command("fail2ban-regex", "--log-level", "CRITICAL", "--raw", "--out", "ip", log, "sshd").Output(); err != nil {
			b.Fatal(err, string(out))
		}
		runs++
	}
	b.ReportMetric(float64(runs*lines)/b.Elapsed().Seconds(), "lines/s")
}
