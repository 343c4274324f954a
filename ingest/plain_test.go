package ingest_test

import (
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/format"
	"gumshoe/ingest/payload"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
)

// trusted is a proxy, so that its clients are looked for.
var trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// dated is a log whose last change is known wherever the test runs.
type dated struct{ ingest.Source }

var lastChange = time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)

func (dated) Anchor() time.Time { return lastChange }

// corpora are logs of this project: the samples, two scenarios, and of the site
// what is not compressed, with one file that is. With LOGS=DIR in the environment
// they are all logs of this project and every log below that directory.
func corpora(t *testing.T) (out []ingest.Source) {
	t.Helper()
	dirs := []string{"../testdata/logs", "../testdata/site", "../testdata/scenarios/injection", "../testdata/scenarios/breakin"}
	more := os.Getenv("LOGS")
	if more != "" {
		dirs = []string{"../testdata/logs", "../testdata/site", "../testdata/scenarios", more}
	}
	sources, _, err := source.Expand(t.Context(), dirs, source.Options{Detect: format.Detect})
	if err != nil || len(sources) == 0 {
		t.Fatalf("no logs in %s: %v", dirs, err)
	}
	for _, s := range sources {
		if more != "" || !strings.HasSuffix(s.Name(), ".gz") || strings.HasSuffix(s.Name(), "mail.log.2.gz") {
			out = append(out, dated{s})
		}
	}
	return out
}

// happening is an event that may be kept.
type happening struct {
	At      ingest.Origin
	Time    time.Time
	Src     netip.Addr
	Kind    ingest.Kind
	Account ingest.Account
	Key     bool
	Count   uint32
	Numbers [3]int64 // status, bytes, milliseconds
	Texts   string
	Request ingest.Request
	Client  ingest.Client
}

func keep(ev *ingest.Event, at ingest.Origin) happening {
	var texts strings.Builder
	for _, f := range [][]byte{ev.SrcHost, []byte(ev.Service), ev.User, ev.Host, ev.Program, ev.PID, ev.VHost, ev.Method, ev.Target, ev.Proto,
		ev.Referer, ev.Agent, ev.Forwarded} {
		texts.Write(f)
		texts.WriteByte('\n') // which is in no line
	}
	return happening{at, ev.Stamp(), ev.Src, ev.Kind, ev.Account, ev.Key, ev.Count, [3]int64{int64(ev.Status), ev.Bytes, int64(ev.Duration)},
		texts.String(), ev.Request, ev.Client}
}

// album is the sink of all workers.
type album struct {
	mu   sync.Mutex
	kept map[ingest.Origin]happening
	more int // events whose line had one already
}

func (*album) Begin(uint32) {}

func (a *album) Add(ev *ingest.Event, at ingest.Origin) {
	h := keep(ev, at)
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.kept[at]; ok {
		a.more++
	}
	a.kept[at] = h
}

// forgetful enriches without memory: each step is new for each event. Only a
// request that is the same in every byte is not looked at twice.
type forgetful struct {
	proxies *proxy.Proxies
	looks   map[string]look
}

type look struct {
	kind    ingest.Kind
	request ingest.Request
}

func (f forgetful) Enrich(ev *ingest.Event) {
	f.proxies.NewEnricher().Enrich(ev)
	all := strings.Join([]string{ev.Kind.String(), string(ev.Method), string(ev.VHost), string(ev.Target), string(ev.Agent), string(ev.Referer)}, "\n")
	l, ok := f.looks[all]
	if !ok {
		payload.New(ingest.Hash{}).Enrich(ev)
		l = look{ev.Kind, ev.Request}
		f.looks[all] = l
	}
	ev.Kind, ev.Request = l.kind, l.request
	agent.New(ingest.Hash{}).Enrich(ev)
}

// plainly reads one source from its first line to its last.
func plainly(t *testing.T, s ingest.Source, index int32, f forgetful) (events []happening, disbelieved uint64) {
	t.Helper()
	var begin, stamp int64
	err := ingest.Walk(t.Context(), s, time.Time{}, func(l ingest.Line) error {
		at := ingest.Origin{Source: index, Offset: begin}
		begin = l.End
		if l.Read.Time != 0 {
			stamp = l.Read.Time
		}
		if l.Event == nil {
			return nil
		}
		l.Event.Time = stamp // that of the line before where the line has none
		if l.Event.Stamp().Year() < 1995 || l.Event.Stamp().After(lastChange.Add(time.Hour)) {
			disbelieved++
			return nil
		}
		f.Enrich(l.Event)
		events = append(events, keep(l.Event, at))
		return nil
	})
	if err != nil {
		t.Errorf("%s: %v", s.Name(), err)
	}
	return events, disbelieved
}

// Eight workers that share out small chunks and remember what they saw make of
// every line what one that reads line by line and remembers nothing makes of it.
func TestPlainPathAgrees(t *testing.T) {
	sources := corpora(t)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a new look each time is much garbage
	fast := &album{kept: map[ingest.Origin]happening{}}
	proxies := proxy.New(trusted)
	health, err := ingest.ScanIn(t.Context(), sources, ingest.Options{
		Workers: 8,
		NewSink: func() ingest.Sink { return fast },
		NewEnricher: func() ingest.Enricher {
			return ingest.Enrichers{proxies.NewEnricher(), payload.New(ingest.Hash{}), agent.New(ingest.Hash{})}
		},
	}, 128<<10)
	if err != nil || fast.more > 0 {
		t.Fatalf("%v, %d lines were read twice", err, fast.more)
	}
	events := 0
	f := forgetful{proxy.New(trusted), map[string]look{}}
	for i, s := range sources {
		want, disbelieved := plainly(t, s, int32(i), f)
		events += len(want)
		if health[i].BadStamp != disbelieved {
			t.Errorf("%s: %d stamps are not believed, want %d", s.Name(), health[i].BadStamp, disbelieved)
		}
		for _, w := range want {
			if got := fast.kept[w.At]; got != w {
				t.Errorf("%s: byte %d:\n%s", s.Name(), w.At.Offset, cmp.Diff(w, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })))
			}
			delete(fast.kept, w.At)
		}
	}
	if events < 5000 {
		t.Errorf("%d events are too few to compare", events)
	}
	for _, h := range fast.kept {
		t.Errorf("%s: byte %d: only the scan has %+v", sources[h.At.Source].Name(), h.At.Offset, h)
	}
	t.Logf("%d events of %d logs, %d different requests", events, len(sources), len(f.looks))
}
