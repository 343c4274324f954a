package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gumshoe/analyze"
)

// listener is a model that answers truly and keeps the bytes that it was sent.
type listener struct {
	mu     sync.Mutex
	bodies []string
}

func listening(t *testing.T) (url string, l *listener) {
	t.Helper()
	l = &listener{}
	answers := changed(func(*asked, map[string]any) {})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/models") {
			io.WriteString(w, `{"data":[{"id":"small"}]}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		l.bodies = append(l.bodies, string(body))
		l.mu.Unlock()
		var request struct{ Messages []struct{ Content string } }
		var batch struct{ Cards []asked }
		if json.Unmarshal(body, &request) != nil || json.Unmarshal([]byte(request.Messages[1].Content), &batch) != nil {
			t.Errorf("a request that is none: %s", body)
		}
		answers(w, batch.Cards)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1", l
}

// What ai preview shows is what leaves the machine, byte for byte, and what is kept of
// it; what ai test and the run cost stands in ai cost, and is not spent twice.
func TestPreviewIsWhatLeaves(t *testing.T) {
	t.Parallel()
	url, heard := listening(t)
	logs := besieged(t, nil)
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+logs+"/*.log\nai:\n  base_url: "+url+"\n  model: small\n  price_in: 1\n  price_out: 4\n")
	state := stateDir(t)
	gum := func(args ...string) string {
		t.Helper()
		o := told(t, config, state, args...)
		if o.code != 0 {
			t.Fatalf("%s: code %d: %s%s", args, o.code, o.out, o.err)
		}
		return o.out
	}
	if out := gum("ai", "test"); !strings.Contains(out, "It answers in the form json_schema") || len(heard.bodies) != 1 {
		t.Fatalf("%d requests: %s", len(heard.bodies), out)
	}
	preview := gum("ai", "preview", "--all")
	if len(heard.bodies) != 1 {
		t.Fatal("a preview was sent")
	}
	gum("analyze", "--quiet")
	if len(heard.bodies) < 2 {
		t.Fatal("nothing was asked")
	}
	for _, body := range heard.bodies[1:] {
		if !strings.Contains(preview, "\n"+body+"\n") {
			t.Errorf("the preview lacks what was sent:\n%s\npreview:\n%s", body, preview)
		}
		if strings.Contains(body, "203.0.113.") || strings.Contains(body, "web1") {
			t.Errorf("somebody is named: %s", body)
		}
	}
	sent := len(heard.bodies)
	gum("analyze", "--quiet")
	if len(heard.bodies) != sent {
		t.Errorf("what was judged is asked again: %s", heard.bodies[sent:])
	}
	var kept struct {
		Spent     analyze.Spend
		Exchanges []analyze.Exchange
	}
	if err := json.Unmarshal([]byte(gum("ai", "cost", "--json")), &kept); err != nil {
		t.Fatal(err)
	}
	if kept.Spent.Requests != sent || len(kept.Exchanges) != sent || kept.Spent.Micros != int64(sent)*(900+4*200) {
		t.Errorf("%d requests were sent, booked are %+v", sent, kept.Spent)
	}
	for i := range kept.Exchanges {
		e := &kept.Exchanges[i]
		if strings.Count(strings.Join(heard.bodies, "\n"), e.Request) != 1 || e.Decision != "taken" || e.Model != "small" || e.TokensIn != 900 || e.Answer == "" || e.At.IsZero() {
			t.Errorf("kept is %+v", e)
		}
	}
}
