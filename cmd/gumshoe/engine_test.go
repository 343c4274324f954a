//go:build engine

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/analyze"
)

// A real engine whose model has learned nothing: held to the schema it answers with
// well-formed nonsense, slowly, and counts a token for each byte. The plan is what it is
// without it, the run ends within its time and its budget, and all is kept. It is started
// by .ci/ai-live.
func TestEngine(t *testing.T) {
	url := os.Getenv("ENGINE_URL")
	if url == "" {
		t.Fatal("ENGINE_URL names no endpoint; .ci/ai-live starts one")
	}
	const runTokens, within = 40000, 90 * time.Second
	logs := besieged(t, nil)
	want, _ := siege(t, logs, "")
	dir := t.TempDir()
	router := put(t, dir, "router", "#!/bin/sh\nexec cat >/dev/null\n")
	if err := os.Chmod(router, 0o700); err != nil {
		t.Fatal(err)
	}
	config := put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+logs+"/*.log\nactions:\n  - name: router\n    command: ["+router+"]\n"+
		"ai:\n  base_url: "+url+"\n  model: nonsense\n  run_tokens: 40000\n  timeout: 60s\n  within: 90s\n  price_in: 1\n  price_out: 4\n")
	d := &door{t: t, dir: dir, state: stateDir(t), config: config, told: filepath.Join(dir, "told")}
	if o := told(t, config, d.state, "ai", "test"); o.code != 0 && o.code != 4 || !strings.Contains(o.out, "json_schema") {
		t.Errorf("ai test: code %d: %s%s", o.code, o.out, o.err)
	} else {
		t.Log(o.out)
	}
	preview := told(t, config, d.state, "ai", "preview", "--all").out
	d.run("bans", "confirm")
	began := time.Now()
	o := d.run("analyze", "--last", "8h", "--auto-ban-critical", "--json")
	if took := time.Since(began); o.code != 0 && o.code != 4 || took > within+15*time.Second {
		t.Errorf("code %d after %s: %s", o.code, took, o.err)
	} else {
		t.Logf("the run took %s: %s", took, o.err)
	}
	if diff := cmp.Diff(want, siegeDeeds(t, d, o)); diff != "" {
		t.Errorf("with the engine (-without +with):\n%s", diff)
	}
	var kept struct {
		Spent     analyze.Spend
		Exchanges []analyze.Exchange
	}
	if err := json.Unmarshal([]byte(told(t, config, d.state, "ai", "cost", "--json").out), &kept); err != nil {
		t.Fatal(err)
	}
	run := analyze.Spend{}
	for i, e := range kept.Exchanges {
		t.Logf("%s: %d tokens out, %d back, %s: %s", e.Mode, e.TokensIn, e.TokensOut, e.Elapsed.Round(time.Millisecond), e.Decision)
		if e.Request == "" || e.Decision == "" || strings.Contains(e.Request, "203.0.113.") {
			t.Errorf("exchange %d is kept as %+v", i, e)
		}
		if e.At.After(began) {
			run.TokensIn, run.TokensOut = run.TokensIn+e.TokensIn, run.TokensOut+e.TokensOut
		}
	}
	first := slices.IndexFunc(kept.Exchanges, func(e analyze.Exchange) bool { return e.At.After(began) })
	if first < 0 || !strings.Contains(preview, kept.Exchanges[first].Request) {
		t.Error("the run's first request is not what the preview showed")
	}
	if run.Tokens() > runTokens+kept.Exchanges[max(first, 0)].TokensIn {
		t.Errorf("%d tokens of a run that may use %d", run.Tokens(), runTokens)
	}
}
