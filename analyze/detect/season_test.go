package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// weeks is a site with a rhythm of nights and weekends: some 40 requests an
// hour by day, 12 by night.
func weeks(n int) *tape {
	r := rand.New(rand.NewPCG(5, 6))
	var l tape
	for h := range n * 7 * 24 {
		mean := 26 - 14*math.Cos(2*math.Pi*float64(h%24)/24)
		for range int(mean + r.NormFloat64()*math.Sqrt(mean)*1.2) {
			l.add(time.Duration(h)*hour+time.Duration(r.IntN(3600))*time.Second, fmt.Sprintf("198.18.%d.%d", r.IntN(20), 1+r.IntN(250)), ingest.Event{
				Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Method: []byte("GET"), Status: 200, Request: ingest.Request{Template: 7, Text: "/page"}})
		}
	}
	return &l
}

func (l *tape) anomalies(detection string) (out []analyze.Case) {
	for _, c := range l.cases() {
		if c.Kind == detection {
			out = append(out, c)
		}
	}
	return out
}

func (l *tape) surge(at time.Duration, n int) {
	for i := range n {
		l.add(at+time.Duration(i)*3599*time.Second/time.Duration(n), fmt.Sprintf("203.0.%d.%d", i%100, 1+i%50), ingest.Event{
			Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Method: []byte("GET"), Status: 200, Request: ingest.Request{Template: 7, Text: "/page"}})
	}
}

// Four weeks of rhythm, then twenty times the usual on a Sunday at three: the
// hour is told, sources are visitors, and nobody is accused.
func TestSundayAtThree(t *testing.T) {
	l := weeks(5)
	at := 34*day + 3*hour
	l.surge(at, 500)
	l.from = 34 * day
	got := l.anomalies("traffic_anomaly")
	if len(got) != 1 || got[0].Level != analyze.High || len(got[0].Sources) != 0 || len(got[0].Visitors) == 0 {
		t.Fatalf("%+v", got)
	}
	if want := monday.Add(at).Format("2006-01-02T15:04Z"); got[0].Targets[0].Value != want {
		t.Errorf("hour %s, want %s", got[0].Targets[0].Value, want)
	}
}

// The same surge where less is known: nothing in the first week, low in the second.
func TestColdStart(t *testing.T) {
	for _, c := range []struct {
		days int
		want analyze.Level
		any  bool
	}{{5, analyze.Info, false}, {10, analyze.Low, true}, {17, analyze.Medium, true}} {
		l := weeks(3)
		at := time.Duration(c.days)*day + 3*hour
		l.surge(at, 500)
		l.now = at + 2*hour
		l.from = time.Duration(c.days) * day
		for i := range l.events {
			if l.events[i].Time >= monday.Add(l.now).UnixMilli() {
				l.events[i].Time = monday.UnixMilli()
			}
		}
		got := l.anomalies("traffic_anomaly")
		if (len(got) > 0) != c.any || c.any && got[0].Level != c.want {
			t.Errorf("after %d days: %d anomalies, want %v at %s", c.days, len(got), c.any, c.want)
		}
	}
}

// A log that always has lines falls silent for three hours at noon.
func TestSilentLog(t *testing.T) {
	l := weeks(5)
	from, to := monday.Add(30*day+11*hour).UnixMilli(), monday.Add(30*day+14*hour).UnixMilli()
	kept := l.events[:0]
	for _, e := range l.events {
		if e.Time < from || e.Time >= to {
			kept = append(kept, e)
		}
	}
	l.events, l.from = kept, 28*day
	got := l.anomalies("silent_source")
	if len(got) != 1 || got[0].Targets[0].Value != "log" || got[0].Last.Sub(got[0].First) != 3*hour {
		t.Fatalf("%+v", got)
	}
}

// Hours in which no run read the log are not silent; a surge in an hour that was
// read in part is one all the same.
func TestUnreadHours(t *testing.T) {
	l := weeks(5)
	lost := func(e ingest.Event) bool { // three hours of the fifth week
		at := time.UnixMilli(e.Time).Sub(monday)
		return at >= 30*day+11*hour && at < 30*day+14*hour
	}
	l.events = slices.DeleteFunc(l.events, lost)
	l.surge(30*day+11*hour, 500)
	l.from = 28 * day
	in := l.input()
	if got := (Silence{}).Detect(in); len(got) == 0 {
		t.Error("where every hour counts as read, the hole is a silence")
	}
	in.Covered = func(_ *window.Thing, hour uint32) bool {
		return !lost(ingest.Event{Time: int64(hour) * 3600_000})
	}
	if got := (Silence{}).Detect(in); len(got) != 0 {
		t.Errorf("%d silences in hours that were not read", len(got))
	}
	if got := (Season{}).Detect(in); len(got) != 1 || got[0].First.Sub(monday) != 30*day+11*hour {
		t.Errorf("%d anomalies, want the surge", len(got))
	}
}

// An ordinary week says nothing.
func TestOrdinaryWeek(t *testing.T) {
	l := weeks(5)
	l.from = 28 * day
	if got := l.cases(); len(got) > 0 {
		t.Errorf("%d cases, the first %s %s", len(got), got[0].Level, got[0].Kind)
	}
}
