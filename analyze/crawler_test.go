package analyze

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// vouching is an input in which 192.0.2.1 and 192.0.2.2 are confirmed crawlers, of
// which the second sent a payload of the given stage.
func vouching(stage ingest.Stage) *Input {
	store := window.NewStore(window.Options{Logs: []string{"log"}})
	b := store.Builder()
	b.Begin(0)
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	crawlers := map[netip.Prefix]Crawler{}
	for i, src := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
		ev := ingest.Event{Time: at.UnixMilli(), Src: netip.MustParseAddr(src), Count: 1, Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Status: 404}
		if i == 1 {
			ev.Kind, ev.Request.Stage, ev.Request.Class = ingest.KindProbe, stage, ingest.ClassSQLi
		}
		b.Add(&ev, ingest.Origin{Offset: int64(i)})
		crawlers[netip.PrefixFrom(ev.Src, 32)] = Crawler{Owner: "Google", Truth: Verified, Name: "crawl.googlebot.com"}
	}
	in := NewInput(store.Set(), at, at.Add(time.Hour), at.Add(time.Hour), time.UTC)
	crawlers[netip.MustParsePrefix("192.0.2.3/32")] = Crawler{Owner: "Google", Truth: Refuted}
	in.Crawlers = crawlers
	return in
}

func TestVouch(t *testing.T) {
	real, second, fake := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32"), netip.MustParsePrefix("192.0.2.3/32")
	for _, tt := range []struct {
		what     string
		stage    ingest.Stage
		f        Finding
		sources  []netip.Prefix
		visitors []netip.Prefix
		guarded  bool
	}{
		{"a crawler alone", ingest.StageSyntax, Finding{Sources: []netip.Prefix{real}}, []netip.Prefix{real}, nil, true},
		{"crawlers alone", ingest.StageSyntax, Finding{Sources: []netip.Prefix{real, second}}, []netip.Prefix{real, second}, nil, true},
		{"one of many", ingest.StageSyntax, Finding{Sources: []netip.Prefix{real, fake}}, []netip.Prefix{fake}, []netip.Prefix{real}, false},
		{"an impostor", ingest.StageSyntax, Finding{Sources: []netip.Prefix{fake}}, []netip.Prefix{fake}, nil, false},
		{"a crawler that was made to send an injection", ingest.StageLogic, Finding{Sources: []netip.Prefix{second}}, []netip.Prefix{second}, nil, false},
		{"a break-in", ingest.StageSyntax, Finding{Own: true, Sources: []netip.Prefix{real}}, []netip.Prefix{real}, nil, false},
		{"nobody", ingest.StageSyntax, Finding{}, nil, nil, false},
	} {
		found := []*Finding{&tt.f}
		vouching(tt.stage).vouch(found)
		guarded := slices.ContainsFunc(found[0].Evidence, func(e Evidence) bool { return e.Family == Guard && e.LogOdds == crawlerGuard })
		if !slices.Equal(found[0].Sources, tt.sources) || !slices.Equal(found[0].Visitors, tt.visitors) || guarded != tt.guarded {
			t.Errorf("%s: accuses %v beside %v, guarded %v", tt.what, found[0].Sources, found[0].Visitors, guarded)
		}
	}
}

func TestTruthText(t *testing.T) {
	for _, want := range []Truth{Unknown, Verified, Refuted} {
		text, _ := want.MarshalText()
		var got Truth
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%s is read as %s, %v", text, got, err)
		}
	}
	if err := new(Truth).UnmarshalText([]byte("perhaps")); err == nil {
		t.Error("perhaps is a truth")
	}
}
