package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// An opinion stands beside its case, speaks of it by its real names, and the
// exchange is kept as it left the machine: masked.
func TestConsult(t *testing.T) {
	s, n := newServer(t), &notebook{before: analyze.Spend{Requests: 2, TokensIn: 500, Micros: 600}}
	cases := someCases(3)
	a := adviser(t, s.settings(), n)
	preview := a.Preview(context.Background(), cases, nil)
	got := a.Consult(context.Background(), cases, nil)
	if len(got.Opinions) != 3 || got.Used.Asked != 3 || got.Used.Unasked != 0 || got.Used.Mode != jsonSchema || len(got.Used.Notes) != 0 {
		t.Fatalf("%+v", got.Used)
	}
	o := got.Opinions["case1"]
	if want := (analyze.Opinion{Verdict: "malicious", Category: "scanning", Explanation: "198.51.100.1 tries doors.", Model: "small", When: night}); o != want {
		t.Errorf("%+v, want %+v", o, want)
	}
	if len(preview.Requests) != 1 || !bytes.Equal(preview.Requests[0].Body, s.bodies[0]) {
		t.Error("the preview is not what was sent")
	}
	if r := preview.Requests[0]; !bytes.Contains(r.Cards, []byte("wp-login")) || r.Count != 3 {
		t.Errorf("preview of %d cards: %s", r.Count, r.Cards)
	}
	if !slices.Contains(preview.Names, Name{"host_1", "shop.example.org"}) {
		t.Errorf("what stays here: %+v", preview.Names)
	}
	if len(n.exchanges) != 1 {
		t.Fatalf("%d exchanges are kept", len(n.exchanges))
	}
	e := n.exchanges[0]
	if e.Request != string(s.bodies[0]) || e.Decision != "taken" || e.Cards != 3 || e.TokensIn != len(e.Request)/3 || e.Micros != int64(e.TokensIn+4*e.TokensOut) {
		t.Errorf("%+v", e)
	}
	if strings.Contains(e.Request+e.Answer, "198.51.100") {
		t.Error("the audit is not masked")
	}
	if got.Used.Run.Tokens() != e.TokensIn+e.TokensOut || got.Used.Month.Micros != 600+e.Micros || got.Used.Month.Requests != 3 {
		t.Errorf("spent %+v, in the month %+v", got.Used.Run, got.Used.Month)
	}
	if preview.Requests[0].TokensIn < e.TokensIn || preview.Requests[0].TokensOut < e.TokensOut {
		t.Errorf("estimated %d and %d, used %d and %d", preview.Requests[0].TokensIn, preview.Requests[0].TokensOut, e.TokensIn, e.TokensOut)
	}
}

// Whatever the server does, the rules' verdicts stand, the run goes on, and the
// reason is told in words of our own.
func TestServerFails(t *testing.T) {
	status := func(code int, header, value, body string) func(int, http.ResponseWriter, *http.Request) bool {
		return func(_ int, w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set(header, value)
			w.WriteHeader(code)
			fmt.Fprint(w, body)
			return true
		}
	}
	says := func(f func([]card) string) func(int, []card) string {
		return func(_ int, cards []card) string { return f(cards) }
	}
	for _, tt := range []struct {
		what     string
		answer   func(int, http.ResponseWriter, *http.Request) bool
		say      func(int, []card) string
		requests int
		note     string
	}{
		{"a wrong key", status(401, "X", "", `{"error":{"message":"Incorrect API key provided: sk-very-secret","code":"invalid_api_key"}}`), nil, 1, "401 Unauthorized (invalid_api_key)"},
		{"no such model", status(404, "X", "", `{"error":{"message":"{\"cards\":[ shop.example.org","code":"model_not_found"}}`), nil, 1, "404 Not Found (model_not_found)"},
		{"no money", status(429, "X", "", `{"error":{"message":"quota","code":"insufficient_quota"}}`), nil, 1, "insufficient_quota"},
		{"too many requests", status(429, "Retry-After", "7", `{"error":{"message":"slow down"}}`), nil, 4, "429 Too Many Requests"},
		{"a server in trouble", status(503, "X", "", "upstream: echo of sk-very-secret"), nil, 4, "503 Service Unavailable"},
		{"long trouble", status(503, "Retry-After", "3600", ""), nil, 1, "no time to ask again"},
		{"a redirect", status(307, "Location", "https://elsewhere.example.net/v1/chat/completions", ""), nil, 1, "sends elsewhere"},
		{"a web page", status(200, "Content-Type", "text/html", "<html>Welcome</html>"), nil, 1, "no JSON"},
		{"another API", status(200, "X", "", `[1,2]`), nil, 1, "none of such an API"},
		{"nothing", status(200, "X", "", `{"choices":[]}`), nil, 1, "the answer is empty"},
		{"a flood", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprintf(w, `{"choices":[{"message":{"content":"%s"}}]}`, strings.Repeat("a", 2*maxBody))
			return true
		}, nil, 1, "larger than any can be"},
		{"a broken connection", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, `{"choices":[`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, nil, 2, "a run may use"},
		{"cut off, however little is asked", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			complete(w, `{"answers":[{"id":"c1","ver`, "length", 100, 50)
			return true
		}, nil, 7, "the answer was cut off"},
		{"a refusal", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","refusal":"I cannot help with that."}}],"usage":{"prompt_tokens":100}}`)
			return true
		}, nil, 2, "the model refused"},
		{"a filter", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			complete(w, "", "content_filter", 100, 0)
			return true
		}, nil, 2, "the model refused"},
		{"no JSON", nil, says(func([]card) string { return "I think they are all fine." }), 2, "it is no JSON object"},
		{"an unknown id", nil, says(func(c []card) string { return strings.Replace(sensible(c, nil), `"c2"`, `"c99"`, 1) }), 2, "the id of no card"},
		{"an id twice", nil, says(func(c []card) string { return strings.Replace(sensible(c, nil), `"c2"`, `"c1"`, 1) }), 2, "the id of no card"},
		{"a missing id", nil, says(func(c []card) string { return sensible(c[1:], nil) }), 2, "have no answer"},
		{"an extra key", nil, says(func(c []card) string {
			return sensible(c, func(_ card, a map[string]any) { a["ban"] = []string{"src_1"} })
		}), 2, "a key that was not asked for"},
		{"a missing key", nil, says(func(c []card) string { return sensible(c, func(_ card, a map[string]any) { delete(a, "guard") }) }), 2, "guard is missing"},
		{"another word", nil, says(func(c []card) string {
			return sensible(c, func(_ card, a map[string]any) { a["verdict"] = "unban" })
		}), 2, "verdict is not one of the list"},
		{"a number for a word", nil, says(func(c []card) string {
			return sensible(c, func(_ card, a map[string]any) { a["explanation"] = 7 })
		}), 2, "explanation is no text"},
		{"all benign, as a sample demands", nil, says(func(c []card) string {
			return sensible(c, func(_ card, a map[string]any) { a["verdict"] = "benign" })
		}), 2, "known was judged wrongly"},
		{"all malicious", nil, says(func(c []card) string {
			return sensible(c, func(_ card, a map[string]any) { a["verdict"] = "malicious" })
		}), 2, "known was judged wrongly"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s, n := newServer(t), &notebook{}
			s.answer, s.say = tt.answer, tt.say
			set := s.settings()
			set.Cards = 4
			got := adviser(t, set, n).Consult(context.Background(), someCases(4), nil)
			if len(got.Opinions) != 0 || got.Used.Unasked != 4 || len(n.opinions) != 0 {
				t.Errorf("%d opinions of it are used, %d cases unasked", len(got.Opinions), got.Used.Unasked)
			}
			if !has(got.Used.Notes, tt.note) {
				t.Errorf("notes %q lack %q", got.Used.Notes, tt.note)
			}
			if s.requests() != tt.requests || len(n.exchanges) != tt.requests {
				t.Errorf("%d requests, %d entered, want %d; %q", s.requests(), len(n.exchanges), tt.requests, got.Used.Notes)
			}
			for _, e := range n.exchanges {
				if e.Decision == "taken" || e.Decision == "not ended" {
					t.Errorf("entered as %q", e.Decision)
				}
			}
			if all := fmt.Sprint(got.Used.Notes, n.exchanges); strings.Contains(all, "sk-very-secret") || has(got.Used.Notes, "shop.example") {
				t.Errorf("a secret is shown: %s", all)
			}
		})
	}
}

// A server that does not answer costs its time limit, not the run.
func TestServerHangs(t *testing.T) {
	s := newServer(t)
	s.answer = func(_ int, _ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	set := s.settings()
	set.Within, set.Patient = 50*time.Millisecond, 30*time.Millisecond
	got := adviser(t, set, &notebook{}).Consult(context.Background(), someCases(4), nil)
	if len(got.Opinions) != 0 || got.Used.Unasked != 4 || len(got.Used.Notes) == 0 {
		t.Errorf("%+v", got.Used)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got = adviser(t, s.settings(), &notebook{}).Consult(ctx, someCases(4), nil)
	if got.Used.Unasked != 4 || !has(got.Used.Notes, "the run was interrupted") {
		t.Errorf("%+v", got.Used)
	}
}

// What goes wrong once is asked again: with the reason, after a pause, in halves.
func TestSecondTry(t *testing.T) {
	ok := func(t *testing.T, s *server, set Settings, requests int) {
		t.Helper()
		got := adviser(t, set, &notebook{}).Consult(context.Background(), someCases(4), nil)
		if len(got.Opinions) != 4 || len(got.Used.Notes) != 0 || s.requests() != requests {
			t.Errorf("%d opinions of %d requests: %q", len(got.Opinions), s.requests(), got.Used.Notes)
		}
	}
	t.Run("with the reason", func(t *testing.T) {
		s := newServer(t)
		s.say = func(n int, c []card) string {
			if n == 0 {
				return sensible(c[1:], nil)
			}
			return ""
		}
		ok(t, s, s.settings(), 2)
		if !bytes.Contains(s.bodies[1], []byte("Your answer was rejected: 1 of 7 cards have no answer.")) {
			t.Errorf("asked again with %s", s.bodies[1])
		}
	})
	t.Run("in halves", func(t *testing.T) {
		s := newServer(t)
		s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == 0 {
				complete(w, `{"answers":[`, "length", 100, 50)
			}
			return n == 0
		}
		ok(t, s, s.settings(), 3)
	})
	t.Run("after a pause", func(t *testing.T) {
		s := newServer(t)
		s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n < 2 {
				w.Header().Set("Retry-After", []string{"7", "0"}[n])
				w.WriteHeader([]int{429, 500}[n])
			}
			return n < 2
		}
		set := s.settings()
		var waits []time.Duration
		wait := set.Wait
		set.Wait = func(d time.Duration) <-chan time.Time { waits = append(waits, d); return wait(d) }
		ok(t, s, set, 3)
		if !slices.Equal(waits, []time.Duration{7 * time.Second, 4 * time.Second}) {
			t.Errorf("waited %v", waits)
		}
	})
}

// The server is held to a schema if it knows one, else to JSON, else the answer is
// cut out of what it says.
func TestForms(t *testing.T) {
	refuse := func(forms ...string) func(*server) {
		return func(s *server) {
			s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
				if slices.Contains(forms, s.forms[n]) {
					w.WriteHeader(400)
					fmt.Fprintf(w, `{"error":{"message":"response_format %s is not supported"}}`, s.forms[n])
					return true
				}
				return false
			}
		}
	}
	for _, tt := range []struct {
		what  string
		set   func(*server)
		forms []string
		mode  string
	}{
		{"schema", func(*server) {}, []string{"json_schema"}, jsonSchema},
		{"no schema", refuse("json_schema"), []string{"json_schema", "json_object"}, jsonObject},
		{"text alone", refuse("json_schema", "json_object"), []string{"json_schema", "json_object", ""}, plainText},
		{"text, fenced and thought over", func(s *server) {
			refuse("json_schema", "json_object")(s)
			s.say = func(_ int, c []card) string {
				return "<think>{hm}</think>Here you are:\n```json\n" + sensible(c, nil) + "\n```\nAnything else?"
			}
		}, []string{"json_schema", "json_object", ""}, plainText},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s := newServer(t)
			tt.set(s)
			set := s.settings()
			got := adviser(t, set, nil).Consult(context.Background(), someCases(2), nil)
			if len(got.Opinions) != 2 || got.Used.Mode != tt.mode || !slices.Equal(s.forms, tt.forms) {
				t.Errorf("%d opinions, mode %s, asked for %q, %q", len(got.Opinions), got.Used.Mode, s.forms, got.Used.Notes)
			}
		})
	}
}

// The longest answer has two names: which one a server knows, it says.
func TestLimitNames(t *testing.T) {
	limits := func(body []byte) string {
		var r map[string]any
		json.Unmarshal(body, &r)
		switch {
		case r["max_completion_tokens"] != nil:
			return completionTokens
		case r["max_tokens"] != nil:
			return maxTokens
		}
		return ""
	}
	s := newServer(t)
	s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if limits(s.bodies[n]) == maxTokens {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.","code":"unsupported_parameter"}}`)
			return true
		}
		return false
	}
	if got := adviser(t, s.settings(), nil).Consult(context.Background(), someCases(2), nil); len(got.Opinions) != 2 || s.requests() != 2 {
		t.Errorf("%d requests, %+v", s.requests(), got.Used)
	}
	set := s.settings()
	set.Model, set.Think = "gpt-5-mini", 500 // the library refuses the old name for it
	if got := adviser(t, set, nil).Consult(context.Background(), someCases(2), nil); len(got.Opinions) != 2 || limits(s.bodies[2]) != completionTokens {
		t.Errorf("%d requests, %+v", s.requests(), got.Used)
	}
}

// What was judged is not paid for again, unless it is too old, or a person spoke of
// it since; of another source the remembered words speak by its own name.
func TestRemembered(t *testing.T) {
	s, n := newServer(t), &notebook{}
	a := adviser(t, s.settings(), n)
	a.Consult(context.Background(), []analyze.Case{aCase(1)}, nil)
	if len(n.opinions) != 1 || strings.Contains(fmt.Sprint(n.opinions), "198.51.100") {
		t.Fatalf("remembered with names: %+v", n.opinions)
	}
	got := a.Consult(context.Background(), []analyze.Case{aCase(2)}, nil)
	if o := got.Opinions["case2"]; !o.Remembered || o.Explanation != "198.51.100.2 tries doors." || !o.When.Equal(night) || s.requests() != 1 || got.Used.Remembered != 1 {
		t.Errorf("%+v after %d requests", o, s.requests())
	}
	if p := a.Preview(context.Background(), []analyze.Case{aCase(2)}, nil); len(p.Requests) != 0 || p.Remembered != 1 {
		t.Errorf("it would be asked again: %+v", p)
	}
	worse := aCase(3)
	worse.Families[0].LogOdds = 8
	a.Consult(context.Background(), []analyze.Case{worse}, nil)
	a.Consult(context.Background(), []analyze.Case{aCase(4)}, map[string]string{"case4": "acked"})
	if s.requests() != 3 {
		t.Errorf("%d requests: another strength and a person's word are another matter", s.requests())
	}
	if !bytes.Contains(s.bodies[2], []byte(`\"label\":\"acked\"`)) {
		t.Error("the card lacks the person's word")
	}
}

// Of cases that did the same one is asked about, and the others get its opinion in
// their own names.
func TestAlike(t *testing.T) {
	s := newServer(t)
	cases := []analyze.Case{aCase(11), aCase(12), aCase(13), someCases(1)[0]}
	got := adviser(t, s.settings(), &notebook{}).Consult(context.Background(), cases, nil)
	if len(got.Opinions) != 4 || got.Used.Asked != 2 || got.Used.Alike != 2 || strings.Count(string(s.bodies[0]), `{\"id\":\"c`) != 2+3 {
		t.Errorf("%d opinions: %+v of %s", len(got.Opinions), got.Used, s.bodies[0])
	}
	if o := got.Opinions["case13"]; o.Explanation != "198.51.100.13 tries doors." || o.Remembered {
		t.Errorf("%+v", o)
	}
}

// An explanation speaks of its own card's names alone, and not of where they are
// kept.
func TestForeignNames(t *testing.T) {
	s := newServer(t)
	s.say = func(_ int, c []card) string {
		return sensible(c, func(_ card, a map[string]any) { a["explanation"] = "src_1, src_2, acct_9 and {0}." })
	}
	got := adviser(t, s.settings(), nil).Consult(context.Background(), someCases(2), nil)
	if o := got.Opinions["case1"]; o.Explanation != "somebody, 198.51.100.1, somebody and 0." {
		t.Errorf("%q", o.Explanation)
	}
}

// Caps hold before a request is made; over them the rules alone speak, and the
// report hears why.
func TestCaps(t *testing.T) {
	for _, tt := range []struct {
		what  string
		set   func(*Settings, *notebook)
		note  string
		asked bool
	}{
		{"tokens of a run", func(s *Settings, _ *notebook) { s.RunTokens = 900 }, "a run may use 900 tokens", false},
		{"tokens of a month", func(s *Settings, n *notebook) { n.before.TokensIn = s.MonthTokens }, "a month may use 1000000 tokens", false},
		{"money of a run", func(s *Settings, _ *notebook) { s.RunCost = .001 }, "a run may cost 0.001", false},
		{"money of a month", func(s *Settings, n *notebook) { s.MonthCost, n.before.Micros = 5, 4_999_999 }, "a month may cost 5", false},
		{"a casebook that cannot be read", func(_ *Settings, n *notebook) { n.broken = errors.New("disk I/O error") }, "what was spent is not known", false},
		{"no cap in the way", func(s *Settings, _ *notebook) { s.MonthCost, s.RunCost = 5, 1 }, "", true},
	} {
		s, n := newServer(t), &notebook{}
		set := s.settings()
		tt.set(&set, n)
		got := adviser(t, set, n).Consult(context.Background(), someCases(3), nil)
		if asked := s.requests() > 0; asked != tt.asked || !has(got.Used.Notes, tt.note) || len(got.Opinions) > 0 != tt.asked {
			t.Errorf("%s: asked %v, %q", tt.what, asked, got.Used.Notes)
		}
	}
}

// A run of a busy server stays under its ten thousand tokens, whatever the cases
// hold and however the server counts: what is asked first is of most use.
func TestBusyRun(t *testing.T) {
	s := newServer(t)
	cases := someCases(300)
	for i := range cases {
		cases[i].Confidence = []float64{.9, .97, .985, .999}[i%4]
		cases[i].Level = []analyze.Level{analyze.Low, analyze.Medium, analyze.High, analyze.Critical}[i%4]
		for k := range 60 {
			cases[i].Targets = append(cases[i].Targets, analyze.Target{Kind: analyze.Endpoint, Value: fmt.Sprintf("shop.example.org/wp-content/plugins/p%d/%d.php", i, k)})
		}
	}
	got := adviser(t, s.settings(), &notebook{}).Consult(context.Background(), cases, nil)
	if n := got.Used.Run.Tokens(); n > 10_000 || got.Used.Asked < 10 || !has(got.Used.Notes, "a run may use 10000 tokens") {
		t.Errorf("%d tokens for %d cases: %q", n, got.Used.Asked, got.Used.Notes)
	}
	sent := 0
	for _, b := range s.bodies {
		sent += len(b)
	}
	if sent > 10_000*3 {
		t.Errorf("%d bytes left the machine", sent)
	}
	for id := range got.Opinions {
		i := slices.IndexFunc(cases, func(c analyze.Case) bool { return c.ID == id })
		if cases[i].Level == analyze.Low {
			t.Errorf("%s is asked about before what is worse", id)
		}
	}
	t.Logf("%d cases for %d tokens in %d requests", got.Used.Asked, got.Used.Run.Tokens(), got.Used.Run.Requests)
}

func TestProbe(t *testing.T) {
	s := newServer(t)
	s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if s.forms[n] == "json_schema" {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":{"message":"unknown field response_format"}}`)
			return true
		}
		return false
	}
	n := &notebook{}
	p := adviser(t, s.settings(), n).Probe(context.Background())
	if !p.Listed || p.Mode != jsonObject || p.Limit != maxTokens || len(p.Tried) != 2 || p.Spent.Requests != 2 || len(n.exchanges) != 2 {
		t.Errorf("%+v", p)
	}
	s.answer = func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(401); return true }
	if p := adviser(t, s.settings(), nil).Probe(context.Background()); p.Mode != "" || !has(p.Tried, "401 Unauthorized") {
		t.Errorf("%+v", p)
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		change func(*Settings)
		want   string // "" for none
	}{
		{func(*Settings) {}, ""},
		{func(s *Settings) { s.BaseURL = "https://api.openai.com/v1" }, ""},
		{func(s *Settings) { s.BaseURL = "localhost:11434" }, "no http or https address"},
		{func(s *Settings) { s.BaseURL = "https://me:secret@ai.example.org/v1" }, "no user, query"},
		{func(s *Settings) { s.Model = "" }, "no model"},
		{func(s *Settings) { s.Key = "two\nlines" }, "a line break"},
		{func(s *Settings) { s.Mode = "xml" }, `mode "xml"`},
		{func(s *Settings) { s.Limit = "few" }, `limit "few"`},
		{func(s *Settings) { s.PriceIn = -1 }, "negative"},
		{func(s *Settings) { s.Cards = 21 }, "1 to 20"},
		{func(s *Settings) { s.Within = 0 }, "not positive"},
	} {
		set := Defaults()
		set.BaseURL, set.Model = "http://127.0.0.1:11434/v1", "small"
		tt.change(&set)
		err := set.Check()
		if got := fmt.Sprint(err); (err == nil) != (tt.want == "") || !strings.Contains(got, tt.want) || strings.Contains(got, "secret") {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}
