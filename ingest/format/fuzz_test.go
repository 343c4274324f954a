package format

import (
	"path/filepath"
	"testing"

	"gumshoe/ingest"
)

// Each target feeds one family of parsers with two lines, so that state from the
// first meets the second. The seeds are the sample lines.

func FuzzSSHD(f *testing.F)    { fuzzDaemon(f, "sshd", "sshd*.log") }
func FuzzPAM(f *testing.F)     { fuzzDaemon(f, "login", "pam.log") }
func FuzzPostfix(f *testing.F) { fuzzDaemon(f, "postfix/smtpd", "postfix.log") }
func FuzzDovecot(f *testing.F) { fuzzDaemon(f, "dovecot", "dovecot*.log") }
func FuzzSudo(f *testing.F)    { fuzzDaemon(f, "sudo", "privilege.log") }

// FuzzDetect feeds detection, whose trial runs every parser.
func FuzzDetect(f *testing.F) {
	f.Add("access.log", []byte("192.0.2.1 - - [20/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"))
	f.Add("", []byte("\x00\n\n\r\n"))
	f.Fuzz(func(t *testing.T, name string, sample []byte) {
		format := Detect(name, sample)
		if _, ok := ByName(format.Name()); !ok {
			t.Errorf("ByName does not know %q", format.Name())
		}
		format.Yearless(sample)
	})
}

// fuzzDaemon fuzzes the messages of one daemon behind a fixed envelope.
func fuzzDaemon(f *testing.F, program, files string) {
	var clock clock
	seed(f, files, func(line []byte) []byte {
		var ev ingest.Event
		msg, _ := clock.open(line, &ev)
		return msg
	})
	head := "Nov 20 10:00:00 host " + program + "[77]: "
	f.Fuzz(func(t *testing.T, first, second []byte) {
		p := must(ByName("syslog")).NewParser(surroundings)
		check(t, p, append([]byte(head), first...), append([]byte(head), second...))
	})
}

// seed adds each sample line with the one before it.
func seed(f *testing.F, files string, of func([]byte) []byte) { seedSteps(f, files, 1, of) }

// seedSteps adds every so many of the pairs; with two each line stands in one.
func seedSteps(f *testing.F, files string, step int, of func([]byte) []byte) {
	paths, err := filepath.Glob(filepath.Join(samples, files))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no samples %s: %v", files, err)
	}
	for _, path := range paths {
		lines, _, _ := readSamples(f, path)
		for i := (len(lines) - 1) % step; i < len(lines); i += step {
			f.Add(of(lines[max(i-1, 0)].line), of(lines[i].line))
		}
	}
}

// check parses two lines and asserts what holds of any event: the address
// stands in one of the lines, the text in the line itself.
func check(t *testing.T, p ingest.Parser, first, second []byte) {
	var ev ingest.Event
	p.Parse(first, &ev)
	if p.Parse(second, &ev) != ingest.Parsed {
		if p.(ingest.Explainer).Reason() == "" {
			t.Errorf("no event and no reason for %q", second)
		}
		return
	}
	if len(ev.PID) > 0 && ev.Src.IsValid() && !names(second, ev.Src) && names(first, ev.Src) {
		ev.PID = nil // the process had the address before
		src := ev.Src
		ev.Src = ingest.Event{}.Src
		assertBounded(t, second, &ev)
		ev.Src = src
		return
	}
	if ev.Src.IsValid() && !names(second, ev.Src) {
		t.Errorf("source %v is in neither line: %q, %q", ev.Src, first, second)
	}
	assertBounded(t, second, &ev)
}
