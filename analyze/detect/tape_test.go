package detect

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/payload"
	"gumshoe/ingest/window"
)

// A tape is a log written by hand: each method appends what one line would say.
// Times count from a Monday midnight.
type tape struct {
	archived bool // what is counted goes to an archive
	events   []ingest.Event
	now      time.Duration // of the run; 0: a moment after the last event
	from     time.Duration // of the analyzed window; 0: from the first event

	enrichers []ingest.Enricher
}

var monday = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

const (
	minute  = time.Minute
	hour    = time.Hour
	day     = 24 * time.Hour
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
)

func (l *tape) add(at time.Duration, src string, ev ingest.Event) {
	ev.Time, ev.Src = monday.Add(at).UnixMilli(), netip.MustParseAddr(src)
	if ev.Count == 0 {
		ev.Count = 1
	}
	l.events = append(l.events, ev)
}

// fail is a wrong password, miss a login to a name that does not exist, ok and
// key are good logins.
func (l *tape) fail(at time.Duration, service, src, user string) {
	l.add(at, src, ingest.Event{Service: service, Kind: ingest.KindAuthFailure, User: []byte(user)})
}

func (l *tape) miss(at time.Duration, service, src, user string) {
	l.add(at, src, ingest.Event{Service: service, Kind: ingest.KindAuthFailure, User: []byte(user), Account: ingest.AccountAbsent})
}

func (l *tape) ok(at time.Duration, service, src, user string) {
	l.add(at, src, ingest.Event{Service: service, Kind: ingest.KindAuthSuccess, User: []byte(user)})
}

func (l *tape) key(at time.Duration, src, user string) {
	l.add(at, src, ingest.Event{Service: ingest.ServiceSSH, Kind: ingest.KindAuthSuccess, User: []byte(user), Key: true})
}

// bounce is mail to a recipient who does not exist.
func (l *tape) bounce(at time.Duration, src, user string) {
	l.add(at, src, ingest.Event{Service: ingest.ServiceSMTP, Kind: ingest.KindUserUnknown, User: []byte(user), Account: ingest.AccountAbsent})
}

func (l *tape) sudo(at time.Duration, user string) {
	l.events = append(l.events, ingest.Event{Time: monday.Add(at).UnixMilli(), Service: ingest.ServiceSudo, Kind: ingest.KindSession, User: []byte(user), Count: 1})
}

// admin is a change to an account or its timetable.
func (l *tape) admin(at time.Duration, user string) {
	l.events = append(l.events, ingest.Event{Time: monday.Add(at).UnixMilli(), Service: ingest.ServiceAdmin, Kind: ingest.KindSession, User: []byte(user), Count: 1})
}

// get is a web request by a browser, as an Enricher hands it on.
func (l *tape) get(at time.Duration, src, target string, status uint16) {
	l.ask(at, src, "", firefox, target, status)
}

// post sends a form, as a script does.
func (l *tape) post(at time.Duration, src, target string, status uint16) {
	l.request(at, src, "", "Mozilla/5.0", "POST", target, status)
}

func (l *tape) ask(at time.Duration, src, user, name, target string, status uint16) {
	l.request(at, src, user, name, "GET", target, status)
}

func (l *tape) request(at time.Duration, src, user, name, method, target string, status uint16) {
	ev := ingest.Event{Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Method: []byte(method), Target: []byte(target), Status: status,
		Agent: []byte(name), User: []byte(user), Time: monday.Add(at).UnixMilli()}
	if l.enrichers == nil {
		l.enrichers = []ingest.Enricher{payload.New(ingest.Hash{}), agent.New(ingest.Hash{})}
	}
	for _, e := range l.enrichers {
		e.Enrich(&ev)
	}
	l.add(at, src, ev)
}

// visit is a person who reads four pages with their assets.
func (l *tape) visit(at time.Duration, src string) {
	for i, p := range []string{"/", "/about", "/blog/coffee", "/shop/beans", "/contact/form"} {
		l.get(at+time.Duration(i)*minute, src, p, 200)
		l.get(at+time.Duration(i)*minute, src, "/style.css", 200)
	}
}

// visitors are n people over a day.
func (l *tape) visitors(n int) {
	for i := range n {
		l.visit(time.Duration(i)*20*hour/time.Duration(n), fmt.Sprintf("198.18.%d.%d", i/250, 1+i%250))
	}
}

func (l *tape) input() *analyze.Input {
	store := window.NewStore(window.Options{Logs: []string{"log"}, PerLog: l.archived})
	b := store.Builder()
	b.Begin(0)
	slices.SortStableFunc(l.events, func(a, b ingest.Event) int { return int(a.Time - b.Time) })
	for i := range l.events {
		b.Add(&l.events[i], ingest.Origin{Offset: int64(i) * 100})
	}
	to := time.UnixMilli(l.events[len(l.events)-1].Time + 1).UTC()
	if l.now > 0 {
		to = monday.Add(l.now)
	}
	return analyze.NewInput(store.Set(), monday.Add(l.from), to, to, time.UTC)
}

// silentJudge leaves the words out: these tests are about who is accused of what.
type silentJudge struct{}

func (silentJudge) Judge(*analyze.Case, *analyze.Input) {}

func (l *tape) cases() []analyze.Case { return analyze.Run(l.input(), All(), silentJudge{}) }

// accused lists the cases of level low and above, as "level detection source+n".
func (l *tape) accused() (out []string) {
	for _, c := range l.cases() {
		if c.Level >= analyze.Low && len(c.Sources) > 0 {
			out = append(out, fmt.Sprintf("%s %s %s+%d (%.2f)", c.Level, c.Kind, c.Sources[0], len(c.Sources)-1, c.LogOdds))
		}
	}
	return out
}

func (l *tape) quiet(t *testing.T) {
	t.Helper()
	if got := l.accused(); len(got) > 0 {
		t.Errorf("accused: %q", got)
	}
}

// find returns the case that a source is accused in, and checks its level and
// that the detection is among its detections.
func (l *tape) find(t *testing.T, source, detection string, least analyze.Level) analyze.Case {
	t.Helper()
	cases := l.cases()
	for _, c := range cases {
		if slices.Contains(c.Sources, netip.MustParsePrefix(source)) && slices.Contains(c.Detections, detection) {
			if c.Level < least {
				t.Errorf("%s by %s: %s, want %s or worse; %+v", detection, source, c.Level, least, c.Families)
			}
			return c
		}
	}
	t.Fatalf("no %s by %s among %q", detection, source, l.accused())
	return analyze.Case{}
}

func (l *tape) none(t *testing.T, source string) {
	t.Helper()
	for _, c := range l.cases() {
		if c.Level >= analyze.Low && slices.Contains(c.Sources, netip.MustParsePrefix(source)) {
			t.Errorf("%s is accused: %s %v %+v", source, c.Level, c.Detections, c.Families)
		}
	}
}

func hasTarget(c analyze.Case, value string) bool {
	return slices.ContainsFunc(c.Targets, func(x analyze.Target) bool { return x.Value == value })
}
