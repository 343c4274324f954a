package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/casebook"
)

var night = time.Date(2026, 11, 14, 3, 0, 0, 0, time.UTC)

// server is an OpenAI-compatible endpoint. Its model reads the cards and judges by
// the sum of their evidence, unless a test puts another answer into its mouth.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
	forms  []string // what form of answer each request asked for
	// answer replaces what comes back of the nth request, counted from 0; it
	// reports false to let the model speak.
	answer func(n int, w http.ResponseWriter, r *http.Request) bool
	// say replaces what the model says of a batch; "" lets it speak.
	say func(n int, cards []card) string
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/v1/models" {
		io.WriteString(w, `{"object":"list","data":[{"id":"small"},{"id":"large"}]}`)
		return
	}
	if r.URL.Path != "/v1/chat/completions" {
		http.NotFound(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	var asked struct {
		Messages       []struct{ Role, Content string }
		ResponseFormat struct{ Type string } `json:"response_format"`
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	n := len(s.bodies)
	s.bodies, s.forms = append(s.bodies, body), append(s.forms, asked.ResponseFormat.Type)
	s.mu.Unlock()
	if s.answer != nil && s.answer(n, w, r) {
		return
	}
	var batch struct{ Cards []card }
	if err := json.Unmarshal([]byte(asked.Messages[1].Content), &batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	said := ""
	if s.say != nil {
		said = s.say(n, batch.Cards)
	}
	if said == "" {
		said = sensible(batch.Cards, nil)
	}
	complete(w, said, "stop", len(body)/3, len(said)/3)
}

func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bodies)
}

// complete writes a chat completion.
func complete(w io.Writer, said, finish string, in, out int) {
	json.NewEncoder(w).Encode(map[string]any{"id": "x", "object": "chat.completion", "model": "small",
		"choices": []any{map[string]any{"index": 0, "finish_reason": finish, "message": map[string]any{"role": "assistant", "content": said}}},
		"usage":   map[string]any{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out}})
}

// sensible is the answer of a model that reads the evidence; change may spoil it.
func sensible(cards []card, change func(c card, a map[string]any)) string {
	answers := []map[string]any{}
	for _, c := range cards {
		sum := 0.0
		for _, e := range c.Evidence {
			sum += e.Odds
		}
		a := map[string]any{"id": c.ID, "verdict": "malicious", "category": "scanning", "severity": "same", "guard": "none", "explanation": "Somebody tries doors."}
		if c.Sources != nil {
			a["explanation"] = c.Sources.Names[0] + " tries doors."
		}
		if sum < 0 {
			a["verdict"], a["category"] = "benign", "old_password"
		}
		if change != nil {
			change(c, a)
		}
		answers = append(answers, a)
	}
	b, _ := json.Marshal(map[string]any{"answers": answers})
	return string(b)
}

// settings are those of a test: prices of 1 and 4 a million, a clock that stands
// still, and pauses that take no time.
func (s *server) settings() Settings {
	set := Defaults()
	set.BaseURL, set.Model, set.Key = s.URL+"/v1", "small", "sk-very-secret"
	set.PriceIn, set.PriceOut = 1, 4
	set.Within, set.Patient = time.Minute, time.Minute
	set.Now = func() time.Time { return night }
	set.Wait = func(time.Duration) <-chan time.Time { c := make(chan time.Time, 1); c <- night; return c }
	return set
}

// The casebook is the ledger and the memory of a run; a notebook stands in for it.
var (
	_ Ledger = (*casebook.Book)(nil)
	_ Memory = (*casebook.Book)(nil)
)

// notebook is a ledger and a memory.
type notebook struct {
	before    analyze.Spend // of the month
	exchanges []analyze.Exchange
	opinions  []analyze.Judged
	broken    error
}

func (n *notebook) Spent(context.Context, time.Time) (analyze.Spend, error) {
	return n.before, n.broken
}
func (n *notebook) Begin(_ context.Context, e *analyze.Exchange) (int64, error) {
	n.exchanges = append(n.exchanges, *e)
	return int64(len(n.exchanges) - 1), n.broken
}
func (n *notebook) End(_ context.Context, entry int64, e *analyze.Exchange) error {
	n.exchanges[entry] = *e
	return n.broken
}
func (n *notebook) Opinions(_ context.Context, since time.Time) (out []analyze.Judged, err error) {
	for _, o := range n.opinions {
		if !o.When.Before(since) {
			out = append(out, o)
		}
	}
	return out, n.broken
}
func (n *notebook) KeepOpinions(_ context.Context, learnt []analyze.Judged, _ time.Time) error {
	n.opinions = append(n.opinions, learnt...)
	return n.broken
}

func adviser(t *testing.T, set Settings, n *notebook) *Adviser {
	t.Helper()
	var a *Adviser
	var err error
	if n == nil {
		a, err = New(set, nil, nil)
	} else {
		a, err = New(set, n, n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// aCase is a scanner, the kth of its kind.
func aCase(k int) analyze.Case {
	source := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, byte(100 + k>>8), byte(k)}), 32)
	c := analyze.Case{ID: fmt.Sprintf("case%d", k), Kind: "scan", Detections: []string{"scan"}, Sources: []netip.Prefix{source}, Services: []string{"http"},
		Families: []analyze.Evidence{{Family: analyze.Dictionary, LogOdds: 6, Fact: "8 of 9 paths are on the lists that scanners carry"}},
		Prior:    -6, LogOdds: 3, Confidence: .9, Impact: analyze.Generic, Level: analyze.Medium, Events: uint64(9 + k), First: night, Last: night.Add(time.Hour),
		Timeline: []time.Time{night, night.Add(30 * time.Minute), night.Add(time.Hour)},
		Targets:  []analyze.Target{{Kind: analyze.Endpoint, Value: "shop.example.org/wp-login.php"}, {Kind: analyze.Endpoint, Value: "shop.example.org/.env"}}}
	c.Findings = []*analyze.Finding{{Detector: "scan", Key: source.String(), Sources: c.Sources, Evidence: c.Families, Impact: c.Impact}}
	return c
}

// someCases are cases of which each did something else.
func someCases(n int) []analyze.Case {
	out := make([]analyze.Case, n)
	for i := range out {
		out[i] = aCase(i)
		out[i].Detections = append(out[i].Detections, fmt.Sprint("kind_", i))
	}
	return out
}

func has(list []string, part string) bool { return strings.Contains(strings.Join(list, "\n"), part) }
