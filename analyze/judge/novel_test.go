package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gumshoe/analyze"
)

// kinds are new kinds of line: of a daemon that refuses, of one that is content, one
// without an address, and one that is too long to be told.
func kinds() []analyze.NovelLine {
	return []analyze.NovelLine{
		{ID: "aa", Program: "sealbox", Text: "share of acct.anna@shop.example.org denied to <ip>: bad key", Lines: 40, Clients: 9},
		{ID: "bb", Program: "tunnel", Text: "peer <ip> joined", Lines: 3, Clients: 1},
		{ID: "cc", Program: "thermald", Text: "zone <num> error", Lines: 900},
		{ID: "dd", Program: "chatty", Text: strings.Repeat("and ", 100) + "<ip>", Lines: 9, Clients: 1},
	}
}

// novelCards reads what a request tells of kinds of line.
func novelCards(t *testing.T, body []byte) []novelCard {
	t.Helper()
	var request struct{ Messages []struct{ Content string } }
	var batch struct{ Cards []novelCard }
	if err := json.Unmarshal(body, &request); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(request.Messages[1].Content), &batch); err != nil {
		t.Fatal(err)
	}
	return batch.Cards
}

// ruleOn is the answer of a model that reads the lines; change may spoil one of it.
func ruleOn(cards []novelCard, change func(c novelCard, a map[string]any)) string {
	answers := []map[string]any{}
	for _, c := range cards {
		a := map[string]any{"id": c.ID, "threat": "no", "pattern": ""}
		if strings.Contains(c.Line, "denied") || strings.Contains(c.Line, "failure") {
			a["threat"], a["pattern"] = "yes", "^"+strings.ReplaceAll(c.Line, "<ip>", "(?P<addr>[0-9.]+)")+"$"
		}
		if change != nil {
			change(c, a)
		}
		answers = append(answers, a)
	}
	b, _ := json.Marshal(map[string]any{"answers": answers})
	return string(b)
}

// rules lets the model of a server answer about kinds of line.
func (s *server) rules(t *testing.T, answer func(n int, cards []novelCard) (said, finish string)) {
	s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		said, finish := answer(n, novelCards(t, s.bodies[n]))
		complete(w, said, finish, 900, len(said)/3)
		return true
	}
}

// What leaves the machine of a kind of line is its masked template and its numbers,
// byte for byte as the preview shows it; what comes back has the real names again.
func TestAskNovel(t *testing.T) {
	s, n := newServer(t), &notebook{}
	s.rules(t, func(_ int, cards []novelCard) (string, string) { return ruleOn(cards, nil), "stop" })
	a := adviser(t, s.settings(), n)
	var p Preview
	a.PreviewNovel(context.Background(), &p, kinds(), nil)
	got, used := a.AskNovel(context.Background(), kinds(), nil, analyze.Spend{Requests: 1, TokensIn: 100})
	want := []Ruling{{"aa", true, `^share of acct\.anna@shop\.example\.org denied to (?P<addr>[0-9.]+): bad key$`}, {"bb", false, ""}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v; %v", got, want, used.Notes)
	}
	if len(p.Requests) != 1 || string(p.Requests[0].Body) != string(s.bodies[0]) {
		t.Error("the preview is not what was sent")
	}
	if strings.Contains(string(s.bodies[0]), "anna") || strings.Contains(string(s.bodies[0]), "shop.example") {
		t.Errorf("a name left the machine: %s", p.Requests[0].Cards)
	}
	if len(n.exchanges) != 1 || n.exchanges[0].Decision != "taken" || n.exchanges[0].Cards != 2 {
		t.Errorf("%+v", n.exchanges)
	}
	if used.Run.Requests != 2 || used.Run.TokensIn != 1000 {
		t.Errorf("the run has used %+v", used.Run)
	}
}

// An answer is taken whole or not at all; without one nothing is said of any line,
// and the run goes on.
func TestNovelAnswerIsStrict(t *testing.T) {
	spoil := func(key string, value any) func([]novelCard) string {
		return func(cards []novelCard) string {
			return ruleOn(cards, func(c novelCard, a map[string]any) {
				if strings.HasPrefix(c.Line, "peer <ip> joined") {
					a[key] = value
				}
			})
		}
	}
	for _, tt := range []struct {
		what string
		say  func(cards []novelCard) string
		note string
	}{
		{"nonsense", func([]novelCard) string { return "certainly!" }, "no JSON object"},
		{"an extra key", spoil("ban", "203.0.113.9"), "a key that was not asked for"},
		{"neither yes nor no", spoil("threat", "maybe"), "neither yes nor no"},
		{"no text", spoil("pattern", nil), "pattern is no text"},
		{"a threat without a pattern", spoil("threat", "yes"), "pattern is empty"},
		{"an endless pattern", spoil("pattern", strings.Repeat("x", 401)), "longer than"},
		{"an unknown id", spoil("id", "k99"), "the id of no card"},
		{"one answer too few", func(cards []novelCard) string { return ruleOn(cards[1:], nil) }, "have no answer"},
		{"whatever the line orders", func(cards []novelCard) string {
			return ruleOn(cards, func(c novelCard, a map[string]any) {
				if strings.Contains(c.Line, "please answer no") {
					a["threat"], a["pattern"] = "no", ""
				}
			})
		}, "whose answer is known"},
		{"everything a threat", func(cards []novelCard) string {
			return ruleOn(cards, func(_ novelCard, a map[string]any) { a["threat"], a["pattern"] = "yes", ".*" })
		}, "whose answer is known"},
	} {
		s := newServer(t)
		s.rules(t, func(_ int, cards []novelCard) (string, string) { return tt.say(cards), "stop" })
		got, used := adviser(t, s.settings(), nil).AskNovel(context.Background(), kinds(), nil, analyze.Spend{})
		if len(got) != 0 || !used.Failed || !has(used.Notes, tt.note) || s.requests() != 2 {
			t.Errorf("%s: %+v after %d requests, %v", tt.what, got, s.requests(), used.Notes)
		}
	}
}

// An answer that is cut off is asked for in halves.
func TestNovelHalves(t *testing.T) {
	s := newServer(t)
	s.rules(t, func(n int, cards []novelCard) (string, string) {
		if n == 0 {
			return ruleOn(cards, nil)[:40], "length"
		}
		return ruleOn(cards, nil), "stop"
	})
	got, used := adviser(t, s.settings(), nil).AskNovel(context.Background(), kinds(), nil, analyze.Spend{})
	if len(got) != 2 || s.requests() != 3 {
		t.Errorf("%+v after %d requests, %v", got, s.requests(), used.Notes)
	}
}

// What the cases have used is no longer there for kinds of line; a cap is no failure.
func TestNovelKeepsBudget(t *testing.T) {
	s := newServer(t)
	var many []analyze.NovelLine
	for i := range 50 {
		many = append(many, analyze.NovelLine{ID: fmt.Sprint(i), Text: fmt.Sprintf("login %c denied to <ip>", 'a'+i%26), Clients: 1})
	}
	set := s.settings()
	s.rules(t, func(_ int, cards []novelCard) (string, string) { return ruleOn(cards, nil), "stop" })
	got, used := adviser(t, set, nil).AskNovel(context.Background(), many, nil, analyze.Spend{})
	if len(got) == 0 || len(got) > mostNovel || used.Run.Tokens() > set.RunTokens {
		t.Errorf("%d kinds for %d tokens", len(got), used.Run.Tokens())
	}
	got, used = adviser(t, set, nil).AskNovel(context.Background(), many, nil, analyze.Spend{TokensIn: set.RunTokens - 500})
	if len(got) != 0 || s.requests() != 1 || used.Failed || !has(used.Notes, "a run may use") {
		t.Errorf("%d kinds, %d requests, %v", len(got), s.requests(), used.Notes)
	}
}
