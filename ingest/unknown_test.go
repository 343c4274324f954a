package ingest

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// doubting is verbatim, but of an ignored line that goes on with "?" it
// understands the envelope alone.
type doubting struct{ verbatim }

func (doubting) NewParser(Context) Parser { return &doubtingParser{} }

type doubtingParser struct {
	verbatimParser
	doubt bool
}

func (p *doubtingParser) Parse(line []byte, ev *Event) Result {
	r := p.verbatimParser.Parse(line, ev)
	p.doubt = r == Ignored && len(line) > 1 && line[1] == '?'
	if p.doubt {
		ev.Program = line[:1]
	}
	return r
}

func (p *doubtingParser) Doubtful() bool { return p.doubt }
func (p *doubtingParser) Stopped() int   { return 1 }

// puzzled keeps what no parser understood, of all workers.
type puzzled struct {
	mu    sync.Mutex
	lines []string
}

func (p *puzzled) Add(line []byte, ev *Event, at Origin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, string(line)+" of "+string(ev.Program))
}

// What was not understood reaches the sink: whole lines, and messages in an
// envelope that was.
func TestScanPassesOnWhatIsUnknown(t *testing.T) {
	const text = "an event\n#ignored\n#?doubtful\n?unknown\n\nanother\n"
	for _, c := range []struct {
		name   string
		format Format
		want   []string
	}{
		{"a parser that never doubts", verbatim{}, []string{"?unknown of "}},
		{"one that does", doubting{}, []string{"#?doubtful of #", "?unknown of "}},
	} {
		for _, workers := range []int{1, 4} {
			p := &puzzled{}
			opt := Options{Workers: workers, NewSink: func() Sink { return sinkFunc(func(*Event) {}) }, NewUnknown: func() UnknownSink { return p }}
			h, err := scan(t.Context(), []Source{&memory{text: text, format: c.format}}, opt, small)
			slices.Sort(p.lines)
			if diff := cmp.Diff(c.want, p.lines); diff != "" || err != nil || h[0].Parsed != 2 || h[0].Unparsed != 1 {
				t.Errorf("%s, %d workers: %v, %+v\n%s", c.name, workers, err, h[0], diff)
			}
		}
	}
}

// timed keeps when what no parser understood was written.
type timed []int64

func (p *timed) Add(_ []byte, ev *Event, _ Origin) { *p = append(*p, ev.Time) }

// A line without a stamp that nobody understood is as old as the one before it.
func TestUnknownLinesHaveATime(t *testing.T) {
	p := &timed{}
	opt := Options{Workers: 1, NewSink: func() Sink { return sinkFunc(func(*Event) {}) }, NewUnknown: func() UnknownSink { return p }}
	if _, err := scan(t.Context(), []Source{&memory{text: "?first\nan event\n?second\n", format: verbatim{}}}, opt, small); err != nil {
		t.Fatal(err)
	}
	if want := (timed{0, noon.UnixMilli()}); !slices.Equal(want, *p) {
		t.Errorf("the lines are of %d, want %d", *p, want)
	}
}

func TestWalkSaysWhatIsUnknown(t *testing.T) {
	type row struct {
		text    string
		known   bool
		stopped int
	}
	var got []row
	err := Walk(t.Context(), &memory{text: "an event\n#ignored\n#?doubtful\n?unknown\n\n", format: doubting{}}, noon, func(l Line) error {
		got = append(got, row{string(l.Text), l.Known, l.Stopped})
		return nil
	})
	want := []row{{"an event", true, -1}, {"#ignored", true, -1}, {"#?doubtful", false, 1}, {"?unknown", false, 1}, {"", true, -1}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestParseKind(t *testing.T) {
	for i, name := range KindNames() {
		if k, ok := ParseKind(name); !ok || k != Kind(i) || k.String() != name {
			t.Errorf("%s is %v", name, k)
		}
	}
	if _, ok := ParseKind("attack"); ok {
		t.Error("a kind that does not exist")
	}
}
