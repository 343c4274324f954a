package window

import (
	"testing"

	"gumshoe/ingest"
)

// numberOf returns the number of a request as a Touch tells it.
func numberOf(method, target string, status uint16, flags ingest.PathFlags, document uint8) (Number, bool) {
	return number(&ingest.Event{Kind: ingest.KindHTTPRequest, Method: []byte(method), Target: []byte(target), Status: status, Request: ingest.Request{Text: "/N", Flags: flags, Document: document}})
}

func number(ev *ingest.Event) (Number, bool) {
	t := Touch{Kind: ev.Kind, Aux: NewStore(Options{}).Builder().aux(ev)}
	return t.Number()
}

// What counts up is the sum of the numbers that tell one document from another.
func TestNumber(t *testing.T) {
	for target, want := range map[string]uint64{
		"/invoice/1001":                       1001,
		"/invoices/INV-1001.pdf":              1001,
		"/api/v2/users/17/orders":             17,
		"/users/17/orders/5":                  22,
		"/account?id=17":                      17,
		"/index.php?do=show&user_id=17&p=3":   17,
		"/a?id=17&_=1780000000001&x=4&t=9":    17,
		"/report/2026/117":                    2143,
		"/?rest_route=%2Fwp%2Fv2%2Fusers%2F5": 5,
		"/~user17/":                           17,
		"/f?ID=00017":                         17,
	} {
		if n, ok := numberOf("GET", target, 403, 0, 1); !ok || n.Value != want || n.Account {
			t.Errorf("%s: %+v, %v; want %d", target, n, ok, want)
		}
	}
}

// Pages, moments, measures, dates, parts and tokens count something else.
func TestNoNumber(t *testing.T) {
	for _, target := range []string{"/", "/about", "/list?page=17", "/news/page/17", "/news-page-17", "/v2/x", "/calendar/2026/11/05", "/rates-20261105", "/a?17", "/a?_=17", "/a?t=17",
		"/film.part17.rar", "/live/seg-00017", "/image.php?photo=17", "/x?at=1780000000", "/x?id=178000000012", "/f/550e8400e29b41d4", "/a%17b", "/x?w=17&h=4", "/a/3x4"} {
		if n, ok := numberOf("GET", target, 404, 0, 1); ok {
			t.Errorf("%s: %+v", target, n)
		}
	}
	if n, ok := number(&ingest.Event{Kind: ingest.KindHTTPRequest, Method: []byte("GET"), Target: []byte("/about"), Status: 404, Request: ingest.Request{Text: "/about", Document: 1}}); ok {
		t.Errorf("a path without digits: %+v", n)
	}
	for what, c := range map[string]struct {
		method   string
		status   uint16
		document uint8
	}{
		"what is answered well":    {"GET", 200, 1},
		"what the server broke on": {"GET", 500, 1},
		"a form":                   {"POST", 404, 1},
		"an upload":                {"PUT", 404, 1},
		"a part of a page":         {"GET", 404, 0},
	} {
		if n, ok := numberOf(c.method, "/invoice/17", c.status, 0, c.document); ok {
			t.Errorf("%s: %+v", what, n)
		}
	}
	if _, ok := numberOf("GET", "/wp-json/wp/v2/users/17", 200, ingest.PathVocabulary, 1); !ok {
		t.Error("what only scanners ask for has no number when it is answered well")
	}
}

// The numbers of two parameters are two; how they are written makes no difference.
func TestNumberSlots(t *testing.T) {
	user, _ := numberOf("GET", "/x?user=17", 403, 0, 1)
	order, _ := numberOf("GET", "/x?order=17", 403, 0, 1)
	again, _ := numberOf("GET", "/x?USER=18&page=4", 403, 0, 1)
	if user.Slot == order.Slot || user.Slot != again.Slot {
		t.Errorf("user %d, order %d, user again %d", user.Slot, order.Slot, again.Slot)
	}
}

// An address is told by a hash, by the name of its parameter.
func TestNumberOfAccount(t *testing.T) {
	anna, _ := numberOf("GET", "/forgot?email=anna@example.org", 404, 0, 1)
	encoded, _ := numberOf("GET", "/forgot?lang=en&email=ben%40example.org", 404, 0, 1)
	finger, _ := numberOf("GET", "/.well-known/webfinger?resource=acct:anna@example.org", 404, ingest.PathNeutral, 0)
	if !anna.Account || !encoded.Account || !finger.Account || anna.Value == encoded.Value || anna.Slot != encoded.Slot {
		t.Errorf("%+v %+v %+v", anna, encoded, finger)
	}
	for _, target := range []string{"/@anna", "/lodash@4.17.21", "/a?x=@", "/a?@b"} {
		if n, ok := numberOf("GET", target, 404, 0, 1); ok && n.Account {
			t.Errorf("%s: %+v", target, n)
		}
	}
}

// What else is remembered of an event in the same place is no number.
func TestOtherTouchesHaveNoNumber(t *testing.T) {
	for _, touch := range []Touch{{Kind: ingest.KindAuthFailure, Aux: 1<<63 | 17}, {Kind: ingest.KindHTTPRequest, Aux: 1<<63 | 17, Class: ingest.ClassSQLi, Stage: ingest.StageLogic}, {Kind: ingest.KindHTTPRequest}} {
		if n, ok := touch.Number(); ok {
			t.Errorf("%+v: %+v", touch, n)
		}
	}
}

// Whatever stands in a target, what is packed is what is told.
func FuzzNumber(f *testing.F) {
	for _, target := range []string{"/invoice/1001?x=%", "/?a=%4", "/99999999999/2026/13", "/x?a@b=@c%40", "/2026/1"} {
		f.Add(target)
	}
	f.Fuzz(func(t *testing.T, target string) {
		if n, ok := numberOf("GET", target, 404, 0, 1); n.Value >= 1<<valueBits || n.Slot >= 1<<slotBits || !ok && n != (Number{}) {
			t.Errorf("%q: %+v", target, n)
		}
	})
}
