package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gumshoe/analyze/rule"
)

// rulingServer is an endpoint that calls what is denied a threat and proposes a
// pattern for it.
func rulingServer(t *testing.T, pattern string) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var request struct{ Messages []struct{ Content string } }
		var cards struct {
			Cards []struct{ ID, Line, Program string }
		}
		if err := json.Unmarshal(body, &request); err != nil {
			t.Error(err)
		}
		if err := json.Unmarshal([]byte(request.Messages[1].Content), &cards); err != nil {
			t.Error(err)
		}
		answers := []map[string]string{}
		for _, c := range cards.Cards {
			a := map[string]string{"id": c.ID, "threat": "no", "pattern": ""}
			if strings.Contains(c.Line, "denied") || strings.Contains(c.Line, "failure") {
				a["threat"], a["pattern"] = "yes", pattern
			}
			if c.Program == "sealbox" {
				asked.Add(1)
			}
			answers = append(answers, a)
		}
		said, _ := json.Marshal(map[string]any{"answers": answers})
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": string(said)}}},
			"usage": map[string]any{"prompt_tokens": 900, "completion_tokens": 200}})
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1", asked
}

// told runs a command with a configuration and a state directory.
func told(t *testing.T, config, state string, args ...string) outcome {
	t.Helper()
	var out, talk bytes.Buffer
	code := run(t.Context(), &app{out: &out, err: &talk}, append(args, "--config", config, "--state-dir", state))
	return outcome{out.String(), talk.String(), code}
}

// minutesAgo is a line of a daemon that no parser knows.
func minutesAgo(n int, message string) string {
	return fmt.Sprintf("%s web1 sealbox[7]: %s\n", time.Now().UTC().Add(-time.Duration(n)*time.Minute).Format("2006-01-02T15:04:05.000000-07:00"), message)
}

const sealPattern = `^seal [0-9]+ not opened: share of \S+ denied to ` + rule.AddrGroup + `$`

// A new kind of line is asked about once; the rule that comes of it is tried in
// four runs and then tells whom it meets, as weak evidence and no more.
func TestNovelLineBecomesRule(t *testing.T) {
	t.Parallel()
	url, asked := rulingServer(t, sealPattern)
	usual := minutesAgo(170, "peer 198.51.100.7 joined the quorum of the box")
	log := put(t, t.TempDir(), "sealbox.log", usual+guessesAged("203.0.113.200", 169*time.Minute, 160*time.Minute))
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\nai:\n  base_url: "+url+"\n  model: small\n")
	state := stateDir(t)
	gum := func(args ...string) outcome {
		t.Helper()
		o := told(t, config, state, args...)
		if o.code != 0 && o.code != 4 { // the fake model has no opinion on cases
			t.Fatalf("code %d: %s", o.code, o.err)
		}
		return o
	}
	gum("analyze", "--quiet")
	if n := asked.Load(); n != 0 {
		t.Errorf("asked about %d kinds of line in the first run, which meets all for the first time", n)
	}
	for i := range 4 {
		appendLines(t, log, minutesAgo(90+i, fmt.Sprintf("seal %d not opened: share of u%d denied to 203.0.113.9", i, i)))
	}
	gum("analyze", "--quiet")
	if n := asked.Load(); n != 1 {
		t.Errorf("asked about %d new kinds of line, want one", n)
	}
	if list := gum("rules", "list").out; !strings.Contains(list, "proposed, 4 runs left") {
		t.Fatalf("no rule was proposed:\n%s\n%s", list, gum("rules", "list", "--all").out)
	}
	if novel := gum("rules", "list", "--novel").out; !strings.Contains(novel, "threat by small") {
		t.Errorf("the answer is not remembered:\n%s", novel)
	}
	for range 4 {
		if out := gum("analyze", "--json").out; strings.Contains(out, "learned_rule") {
			t.Errorf("a rule counts in its trial:\n%s", out)
		}
	}
	if list := gum("rules", "list").out; !strings.Contains(list, "active") {
		t.Errorf("after four runs:\n%s", list)
	}
	found := false
	for _, c := range gum("analyze", "--json").cases(t) {
		if c.Kind == "learned_rule" {
			found = true
			if c.Severity.String() != "info" || len(c.Sources) != 1 || c.Sources[0] != "203.0.113.9" || c.Ban != "none" || len(c.Evidence) == 0 {
				t.Errorf("%+v", c)
			}
		}
	}
	if !found {
		t.Error("the active rule met nobody")
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times in all, want once", n)
	}
	id := strings.Fields(strings.Split(gum("rules", "list").out, "\n")[1])[0]
	gum("rules", "approve", id)
	if out := gum("analyze", "--json").out; !strings.Contains(out, `"severity":"low"`) {
		t.Errorf("an approved rule's case:\n%s", out)
	}
	gum("rules", "reject", id, "--reason", "our own tests")
	if out := gum("analyze", "--json").out; strings.Contains(out, "learned_rule") {
		t.Errorf("a rejected rule counts:\n%s", out)
	}
}

// Whatever a model proposes, only what stands the checks is watched.
func TestBadProposalIsRejected(t *testing.T) {
	t.Parallel()
	for pattern, reason := range map[string]string{
		`.*`:                           "not anchored",
		`^.*` + rule.AddrGroup + `.*$`: "begins with a class",
		`^seal .* of .* denied .* to ` + rule.AddrGroup: "not anchored",
	} {
		url, _ := rulingServer(t, pattern)
		log := put(t, t.TempDir(), "sealbox.log", minutesAgo(170, "peer 198.51.100.7 joined the quorum of the box"))
		config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\nai:\n  base_url: "+url+"\n  model: small\n")
		state := stateDir(t)
		for range 2 {
			told(t, config, state, "analyze", "--quiet")
			appendLines(t, log, minutesAgo(90, "seal 3 not opened: share of u3 denied to 203.0.113.9"))
		}
		if o := told(t, config, state, "rules", "list"); !strings.Contains(o.out, "There is no rule") {
			t.Errorf("%s is a rule:\n%s", pattern, o.out)
		}
		if o := told(t, config, state, "rules", "list", "--all"); !strings.Contains(o.out, reason) {
			t.Errorf("%s: the reason is not told:\n%s%s", pattern, o.out, o.err)
		}
	}
}

// A rule that meets somebody with a good login ends by itself, and who logs in is
// not told of.
func TestRuleThatMeetsTheHonest(t *testing.T) {
	t.Parallel()
	url, _ := rulingServer(t, sealPattern)
	login := strings.ReplaceAll(minutesAgo(100, "Accepted password for anna from 203.0.113.9 port 50022 ssh2"), "sealbox", "sshd")
	log := put(t, t.TempDir(), "sealbox.log", minutesAgo(170, "peer 198.51.100.7 joined the quorum of the box")+login)
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\nai:\n  base_url: "+url+"\n  model: small\n")
	state := stateDir(t)
	for range 3 {
		told(t, config, state, "analyze", "--quiet")
		appendLines(t, log, minutesAgo(90, "seal 3 not opened: share of u3 denied to 203.0.113.9"))
	}
	if o := told(t, config, state, "rules", "list", "--all"); !strings.Contains(o.out, "rejected") || !strings.Contains(o.out, "good logins") {
		t.Errorf("%s%s", o.out, o.err)
	}
}
