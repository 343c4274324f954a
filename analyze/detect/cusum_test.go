package detect

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gumshoe/analyze"
)

// mailServer is some weeks of a hundred people who log in from home, and of
// whom a few a day fail somewhere else before they get in.
func mailServer(days int, away float64) (*tape, *rand.Rand) {
	r := rand.New(rand.NewPCG(3, 4))
	var l tape
	for d := range days {
		for i := range 100 {
			user, at := fmt.Sprintf("user%d@example.org", i), time.Duration(d)*day+7*hour+time.Duration(r.Int64N(int64(12*hour)))
			l.ok(at, imap, fmt.Sprintf("192.%d.2.10", i), user)
			if r.Float64() < away {
				hotel := fmt.Sprintf("198.18.%d.%d", d, i)
				l.fail(at+hour, imap, hotel, user)
				l.ok(at+hour+minute, imap, hotel, user)
			}
		}
	}
	return &l, r
}

// Each of forty networks tries five of the hundred accounts over two days, once
// each: too few for any account, and too few for any source.
func TestCreepingGuesses(t *testing.T) {
	l, r := mailServer(40, .03)
	for i := range 40 {
		for range 5 {
			l.fail(38*day+time.Duration(r.Int64N(int64(40*hour))), imap, fmt.Sprintf("203.0.%d.9", i), fmt.Sprintf("user%d@example.org", r.IntN(100)))
		}
	}
	l.from = 39 * day
	found := Creep{}.Detect(l.input())
	if len(found) != 1 || len(found[0].Sources) < 30 {
		t.Fatalf("%d findings, %+v", len(found), found)
	}
	for _, s := range found[0].Sources {
		if s.Addr().As4()[0] != 203 {
			t.Errorf("%s is accused", s)
		}
	}
}

// The same weeks without them; a week in which twice as many people travel; a log
// that is too short to know.
func TestNothingCreeps(t *testing.T) {
	quiet, _ := mailServer(40, .03)
	quiet.from = 39 * day
	travels, _ := mailServer(40, .03)
	for i := range 6 {
		at, hotel := 39*day+time.Duration(8+i)*hour, fmt.Sprintf("198.18.99.%d", i)
		travels.fail(at, imap, hotel, fmt.Sprintf("user%d@example.org", i))
		travels.ok(at+minute, imap, hotel, fmt.Sprintf("user%d@example.org", i))
	}
	travels.from = 39 * day
	short, r := mailServer(10, .03)
	for i := range 200 {
		short.fail(9*day+time.Duration(r.Int64N(int64(20*hour))), imap, fmt.Sprintf("203.0.%d.9", i%40), fmt.Sprintf("user%d@example.org", r.IntN(100)))
	}
	short.from = 9 * day
	for what, l := range map[string]*tape{"a quiet month": quiet, "a day of travel": travels, "ten days of history": short} {
		for _, f := range (Creep{}).Detect(l.input()) {
			t.Errorf("%s: %s", what, f.Evidence[0].Fact)
		}
	}
}

func TestEpochs(t *testing.T) {
	hours := map[uint32]hourLogins{1: {good: 60, bad: 10}, 2: {good: 40}, 5: {good: 250, bad: 250}, 6: {good: 3}}
	got := epochsOf(hours)
	want := []epoch{{1, 3, 9}, {5, 6, 50}} // 10 of 110, 250 of 500
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

var _ analyze.Detector = Creep{}
