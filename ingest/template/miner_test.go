package template

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// event is what a parser knows of a line "host program[pid]: message".
func event(line string) *ingest.Event {
	ev := &ingest.Event{}
	_, rest, ok := strings.Cut(line, " host ")
	if !ok {
		return ev
	}
	tag, _, _ := strings.Cut(rest, ":")
	program, pid, _ := strings.Cut(strings.TrimSuffix(tag, "]"), "[")
	ev.Program, ev.PID = []byte(program), []byte(pid)
	return ev
}

func mine(lines []string) *Miner {
	m := New(ingest.Hash{})
	for i, l := range lines {
		m.Add([]byte(l), event(l), ingest.Origin{Offset: int64(i)})
	}
	return m
}

// doors is a day of a daemon that nobody wrote a parser for: five messages.
func doors() (lines []string) {
	names := []string{"anna", "bert", "carl", "dora", "emil", "x from 198.51.100.9 port 22", "root"}
	for i := range 700 {
		name, addr := names[i%len(names)], fmt.Sprintf("192.0.2.%d", i%50)
		pid := 1000 + i
		stamp := fmt.Sprintf("Nov 20 10:%02d:%02d host gated[%d]: ", i/60, i%60, pid)
		lines = append(lines,
			stamp+"connection from "+addr+" port "+fmt.Sprint(40000+i),
			stamp+"no entry for user '"+name+"' at "+addr+": wrong card",
			stamp+"entry of user '"+name+"' at "+addr+" with card "+fmt.Sprintf("%08x", 0xa0000000+uint32(i)),
			stamp+"session "+fmt.Sprint(i)+" opened by "+names[i%5],
			stamp+"session "+fmt.Sprint(i)+" closed by "+names[i%5])
	}
	return lines
}

func TestTemplates(t *testing.T) {
	type row struct {
		Text    string
		Lines   uint64
		Clients int
	}
	var got []row
	for _, x := range mine(doors()).Templates() {
		got = append(got, row{x.Text, x.Lines, x.Clients})
		if x.Program != "gated" || len(x.Samples) != 2 || !strings.HasPrefix(x.Samples[0], "Nov 20 10:00:00 host gated[1000]: ") {
			t.Errorf("%s: program %q, samples %q", x.Text, x.Program, x.Samples)
		}
	}
	many := got[0].Clients // 50 addresses, estimated from 32
	if many < 38 || many > 65 {
		t.Errorf("50 clients are told as %d", many)
	}
	if diff := cmp.Diff([]row{
		{"connection from <ip> port <num>", 700, many},
		{"entry of user '<str>' at <ip> with card <hex>", 700, many},
		{"no entry for user '<str>' at <ip>: wrong card", 700, many},
		{"session <num> closed by <*>", 700, 0},
		{"session <num> opened by <*>", 700, 0},
	}, got); diff != "" {
		t.Error(diff)
	}
}

// The order of lines and how they are dealt to workers change nothing, nor does
// a second day: ids are for ever.
func TestTemplatesDoNotDependOnOrder(t *testing.T) {
	lines := doors()
	want := mine(lines).Templates()
	parts := []*Miner{New(ingest.Hash{}), New(ingest.Hash{}), New(ingest.Hash{})}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(lines)) {
		parts[i%3].Add([]byte(lines[i]), event(lines[i]), ingest.Origin{Offset: int64(i)})
	}
	for _, p := range parts[1:] {
		parts[0].Merge(p)
	}
	if diff := cmp.Diff(want, parts[0].Templates(), cmp.AllowUnexported(Template{}, share{})); diff != "" {
		t.Errorf("dealt to three workers (-want +got):\n%s", diff)
	}
	day := mine(lines[:len(lines)/2]).Templates()
	for _, x := range day {
		if !slices.ContainsFunc(want, func(y Template) bool { return y.ID == x.ID }) {
			t.Errorf("half of the lines have another template: %s", x.Text)
		}
	}
}

// Whatever is thrown at it, a miner stays small, and its sample is the same in
// any order.
func TestMinerIsBounded(t *testing.T) {
	var lines []string
	for i := range 40_000 {
		lines = append(lines, fmt.Sprintf("Nov 20 10:00:00 host p%s[1]: %s fell on %s", letters(i%100), letters(i), letters(i*7)))
	}
	a := mine(lines)
	slices.Reverse(lines)
	b := mine(lines)
	shapes := 0
	for _, p := range a.programs.sorted() {
		shapes += len(p.shapes.sorted())
	}
	if len(a.programs.all) != maxPrograms || shapes > maxPrograms*maxShapes {
		t.Errorf("%d programs, %d shapes", len(a.programs.all), shapes)
	}
	texts := func(m *Miner) (out []string) {
		for _, x := range m.Templates() {
			out = append(out, fmt.Sprint(x.Program, x.Text, x.Lines))
		}
		return out
	}
	if diff := cmp.Diff(texts(a), texts(b)); diff != "" {
		t.Errorf("another order, another sample:\n%s", diff)
	}
}

// letters writes a number without digits, which would be masked.
func letters(n int) string {
	s := ""
	for ; n > 0 || s == ""; n /= 26 {
		s += string(rune('a' + n%26))
	}
	return s
}

func TestTop(t *testing.T) {
	m := New(ingest.Hash{})
	add := func(source int32, n int, line string) {
		for range n {
			m.Add([]byte(line), event(line), ingest.Origin{Source: source})
		}
	}
	add(0, 9, "Nov 20 10:00:00 host cron[1]: nothing to do")
	add(0, 3, "Nov 20 10:00:00 host gated[1]: refused 192.0.2.7")
	add(1, 5, "Nov 20 10:00:00 host gated[1]: refused 192.0.2.7")
	add(1, 1, "\x1b[2Jowned\xff")
	for source, want := range [][]string{{"refused <ip> 3", "nothing to do 9"}, {"refused <ip> 5", "[<str> 1"}, nil} {
		var got []string
		for _, u := range Top(m.Templates(), int32(source), 5) {
			got = append(got, fmt.Sprint(u.Text, " ", u.Lines))
			if len(u.ID) != 16 || strings.ContainsAny(strings.Join(u.Samples, ""), "\x1b\ufffd") {
				t.Errorf("id %q, samples %q", u.ID, u.Samples)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("source %d: %s", source, diff)
		}
	}
	if got := Top(m.Templates(), 0, 1); len(got) != 1 {
		t.Errorf("%d of at most one", len(got))
	}
}

// Words that tell two messages apart stay, however alike the rest is.
func TestTellingWordsStay(t *testing.T) {
	for _, pair := range [][2]string{
		{"the login of anna at gate north was accepted", "the login of anna at gate north was denied"},
		{"card reader north connected to door", "card reader north disconnected to door"},
	} {
		if ts := mine(pair[:]).Templates(); len(ts) != 2 {
			t.Errorf("%q and %q are one: %s", pair[0], pair[1], ts[0].Text)
		}
	}
}

func TestGrok(t *testing.T) {
	for text, want := range map[string]string{
		"no entry for user <*> at <ip>: wrong card (<num>)": `no entry for user %{DATA:user.name} at %{IP:source.ip}: wrong card \(%{NUMBER}\)`,
		"<time> login=<str> from <ip> via <ip>":             `%{DATA:timestamp} login=<%{DATA:user.name}> from %{IP:source.ip} via %{IP}`,
		`<ip> said "<str>" of <path>`:                       `%{IP:source.ip} said "%{DATA}" of %{NOTSPACE}`,
	} {
		if got := (&Template{Text: text}).Grok(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// FuzzMiner: hostile lines neither panic nor grow what is kept.
func FuzzMiner(f *testing.F) {
	f.Add([]byte("gated"), []byte("gated: gated[gated]: refused 192.0.2.7\nx=y z\nx=w z"))
	f.Fuzz(func(t *testing.T, program, text []byte) {
		m := New(ingest.Hash{})
		ev := &ingest.Event{Program: program}
		n := uint64(0)
		for line := range strings.Lines(string(text)) {
			m.Add([]byte(line), ev, ingest.Origin{})
			n++
		}
		sum := uint64(0)
		for _, x := range m.Templates() {
			sum += x.Lines
			_ = x.Grok()
		}
		if sum > n || n < maxShapes && sum != n {
			t.Errorf("%d of %d lines are told", sum, n)
		}
	})
}
