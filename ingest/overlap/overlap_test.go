package overlap

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// note is a format of lines like "9:30 web1 sshd one", or "9:30 web1 sshd one 5"
// for something that happened five times. The user is the word.
type note struct{}

func (note) Name() string                             { return "note" }
func (note) Yearless([]byte) bool                     { return false }
func (n note) NewParser(ingest.Context) ingest.Parser { return n }

var day = time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)

func (note) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	f := bytes.Fields(line)
	at, err := time.Parse("15:04", string(f[0]))
	if err != nil {
		return ingest.Unparsed
	}
	ev.Time = day.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute).UnixMilli()
	ev.Host, ev.Program, ev.User = f[1], f[2], f[3]
	if len(f) > 4 {
		n, _ := strconv.Atoi(string(f[4]))
		ev.Count = uint32(n)
	}
	return ingest.Parsed
}

// memory is a log.
type memory struct{ name, text string }

func (m memory) Name() string           { return m.name }
func (memory) Format() ingest.Format    { return note{} }
func (memory) Location() *time.Location { return time.UTC }
func (memory) Anchor() time.Time        { return day.AddDate(0, 0, 1) }
func (m memory) Size() int64            { return int64(len(m.text)) }
func (m memory) ReaderAt() io.ReaderAt  { return strings.NewReader(m.text) }
func (m memory) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(m.text)), nil
}

// seen collects the words of the events that count, by source.
type seen struct {
	mu    *sync.Mutex
	words map[int32][]string
}

func (seen) Begin(uint32) {}

func (s seen) Add(ev *ingest.Event, at ingest.Origin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words[at.Source] = append(s.words[at.Source], string(ev.User))
}

func TestChoice(t *testing.T) {
	const (
		auth    = "09:01 web1 sshd one\n09:02 web1 sshd two\n10:01 web1 sshd three\n"
		journal = "09:01 web1 sshd one\n09:02 web1 sshd two\n10:01 web1 sshd three\n"
	)
	for _, c := range []struct {
		what                             string
		special, general, journal, apart string
		want                             []string // words that count: special, general, journal, apart
		skipped                          []uint64
	}{
		{"the same lines", auth, "", journal, "",
			[]string{"one two three", "", "", ""}, []uint64{0, 0, 3, 0}},
		{"three times", auth, auth, journal, "",
			[]string{"one two three", "", "", ""}, []uint64{0, 3, 3, 0}},
		{"another program in the journal", auth, "", journal + "09:03 web1 sudo four\n", "",
			[]string{"one two three", "", "four", ""}, []uint64{0, 0, 3, 0}},
		{"another host", auth, "", "09:01 web2 sshd one\n", "",
			[]string{"one two three", "", "one", ""}, []uint64{0, 0, 0, 0}},
		{"the host with its domain", auth, "", "09:01 Web1.example.net sshd one\n", "",
			[]string{"one two three", "", "", ""}, []uint64{0, 0, 1, 0}},
		{"rsyslog was off for an hour", "10:01 web1 sshd three\n", "", journal, "",
			[]string{"three", "", "one two", ""}, []uint64{0, 0, 1, 0}},
		{"rsyslog lost a line", "09:01 web1 sshd one\n", "", journal, "",
			[]string{"", "", "one two three", ""}, []uint64{1, 0, 0, 0}},
		{"rsyslog wrote repeated lines once", "09:01 web1 sshd one\n09:02 web1 sshd two 4\n", "", "09:01 web1 sshd one\n" + strings.Repeat("09:02 web1 sshd two\n", 4), "",
			[]string{"one two", "", "", ""}, []uint64{0, 0, 5, 0}},
		{"one rank alone", auth, "", "", auth,
			[]string{"one two three", "", "", "one two three"}, []uint64{0, 0, 0, 0}},
	} {
		t.Run(c.what, func(t *testing.T) {
			for _, workers := range []int{1, 4} {
				texts := []string{c.special, c.general, c.journal, c.apart}
				var sources []ingest.Source
				for i, text := range texts {
					sources = append(sources, memory{strconv.Itoa(i), text})
				}
				choice, err := Survey(t.Context(), sources, []Rank{Special, General, Journal, Apart}, ingest.Options{Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				out := seen{new(sync.Mutex), map[int32][]string{}}
				if _, err := ingest.Scan(t.Context(), sources, ingest.Options{Workers: workers, NewSink: func() ingest.Sink { return choice.Sink(out) }}); err != nil {
					t.Fatal(err)
				}
				var got []string
				for i := range texts {
					got = append(got, strings.Join(out.words[int32(i)], " "))
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%d workers (-want +got):\n%s", workers, diff)
				}
				if got := choice.Skipped(); !slices.Equal(got, c.skipped) {
					t.Errorf("%d workers: skipped %v, want %v", workers, got, c.skipped)
				}
			}
		})
	}
}

// Where nothing can overlap, nothing is read twice and nothing is in the way.
func TestNotNeeded(t *testing.T) {
	for _, of := range [][]Rank{nil, {Special}, {Special, Special, Apart}, {Apart, Journal}} {
		if needed(of) {
			t.Errorf("%v needs a survey", of)
		}
	}
	c, err := Survey(t.Context(), []ingest.Source{nil, nil}, []Rank{Special, Special}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	next := seen{}
	if got, ok := c.Sink(next).(seen); !ok || got.mu != next.mu {
		t.Error("the sink is not the one behind it")
	}
}
