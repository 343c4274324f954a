package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// killers are how many probers the killed runs ban: each is a call of the router,
// and so two steps at which a run may die.
const killers = 5

// A border router that keeps a file for each address it blocks, and a diary. At the
// step that the file "die" names it kills the run that called it: an odd step comes
// before the deed, an even one after it.
const deadlyRouter = `#!/bin/sh
cat >/dev/null
cd %s
step() {
	[ -f die ] || return 0
	echo >>steps
	[ "$(wc -l <steps)" -ne "$(cat die)" ] || { kill -9 $PPID; exit 1; }
}
step
case $GUMSHOE_DO in
add) : >"blocked/$GUMSHOE_ADDRESS" ;;
remove) rm -f "blocked/$GUMSHOE_ADDRESS" ;;
esac
echo "$GUMSHOE_DO $GUMSHOE_ADDRESS" >>diary
step
`

// post is one installation that is tortured: a state directory, a router, a config.
type post struct {
	t                       *testing.T
	bin, dir, config, state string
}

func newPost(t *testing.T, bin, logs string) *post {
	p := &post{t: t, bin: bin, dir: t.TempDir(), state: stateDir(t)}
	if err := os.Mkdir(filepath.Join(p.dir, "blocked"), 0o700); err != nil {
		t.Fatal(err)
	}
	router := put(t, p.dir, "router", fmt.Sprintf(deadlyRouter, p.dir))
	if err := os.Chmod(router, 0o700); err != nil {
		t.Fatal(err)
	}
	p.config = put(t, p.dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+logs+"/*.log\nactions:\n  - name: router\n    command: ["+router+"]\n")
	return p
}

func (p *post) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.bin, append([]string{"--quiet", "--config", p.config, "--state-dir", p.state}, args...)...)
	cmd.Env = append(os.Environ(), "GUMSHOE_DNS=false") // no network in tests
	return cmd
}

// live runs a command to its end.
func (p *post) live(args ...string) string {
	p.t.Helper()
	cmd := p.command(args...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%v: %v\n%s", args, err, complaint.String())
	}
	return string(out)
}

// die runs a command that is killed: at the nth step of the router, or, where n is
// 0, at any moment of the time that it takes. It reports whether it was.
func (p *post) die(n int, within time.Duration, args ...string) bool {
	p.t.Helper()
	if n > 0 {
		put(p.t, p.dir, "die", fmt.Sprint(n))
		defer os.Remove(filepath.Join(p.dir, "die"))
		defer os.Remove(filepath.Join(p.dir, "steps"))
	}
	cmd := p.command(args...)
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	if n == 0 {
		time.Sleep(rand.N(within)) // when a run is killed is what nobody can choose
		_ = cmd.Process.Kill()
	}
	return cmd.Wait() != nil
}

// agree fails unless the router blocks exactly whom the ledger bans, and nobody
// stands in the ledger twice. It returns how many are banned.
func (p *post) agree(when string) int {
	p.t.Helper()
	var banned []string
	for dec := json.NewDecoder(strings.NewReader(p.live("bans", "list", "--json"))); dec.More(); {
		var b banRow
		if err := dec.Decode(&b); err != nil {
			p.t.Fatal(err)
		}
		banned = append(banned, strings.TrimSuffix(b.Prefix, "/32"))
	}
	slices.Sort(banned)
	if once := slices.Compact(slices.Clone(banned)); len(once) != len(banned) {
		p.t.Errorf("%s: banned twice: %v", when, banned)
	}
	var blocked []string
	files, err := os.ReadDir(filepath.Join(p.dir, "blocked"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range files {
		blocked = append(blocked, f.Name())
	}
	if !slices.Equal(banned, blocked) {
		p.t.Errorf("%s: the ledger bans %v, the router blocks %v", when, banned, blocked)
	}
	return len(banned)
}

// repeated counts what the router was told more than once.
func (p *post) repeated() (n int) {
	lines := strings.Fields(strings.ReplaceAll(strings.TrimSpace(read(p.t, p.dir, "diary")), " ", "="))
	told := map[string]int{}
	for _, l := range lines {
		if told[l]++; told[l] > 1 {
			n++
		}
	}
	return n
}

// The real program is killed while it bans, and while it undoes: at every step of
// the deed, and at moments that chance chooses. After the next sync the ledger and
// what carries it out agree; nobody is banned twice, and nobody is forgotten.
func TestKilledBans(t *testing.T) {
	t.Parallel()
	bin, logs := filepath.Join(t.TempDir(), "gumshoe"), t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i := range killers {
		put(t, logs, fmt.Sprintf("access%d.log", i), probed(fmt.Sprintf("203.0.113.%d", 41+i)))
	}
	job := []string{"analyze", "--last", "8h", "--auto-ban-critical"}
	first := newPost(t, bin, logs)
	first.live("analyze", "--last", "8h")
	first.live("bans", "confirm")
	began := time.Now()
	first.live(job...)
	whole := time.Since(began)
	if n := first.agree("nobody was killed"); n != killers || first.repeated() != 0 {
		t.Fatalf("%d are banned, want %d; %d words were said twice", n, killers, first.repeated())
	}

	var killed, half atomic.Int32
	t.Cleanup(func() {
		t.Logf("%d runs were killed, %d with a part of the bans carried out", killed.Load(), half.Load())
		if half.Load() == 0 {
			t.Error("no run was killed in the middle: the test tests nothing")
		}
	})
	for k := range kills(t) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			p := newPost(t, bin, logs)
			p.live("bans", "confirm")
			step := k % (2*killers + 3) // 0 and those beyond the last step leave the moment to chance
			if step > 2*killers {
				step = 0
			}
			deaths := 0
			count := func(dead bool) {
				if dead {
					deaths++
					killed.Add(1)
				}
			}
			count(p.die(step, whole, job...))
			if files, _ := os.ReadDir(filepath.Join(p.dir, "blocked")); len(files) > 0 && len(files) < killers {
				half.Add(1)
			}
			p.live("bans", "sync")
			p.agree("killed while it banned, then synced")
			p.live(job...)
			if n := p.agree("and run again"); n != killers {
				t.Errorf("%d are banned in the end, want %d", n, killers)
			}
			if n := p.repeated(); n > deaths {
				t.Errorf("the router was told %d times what it knew, after %d deaths", n, deaths)
			}
			count(p.die(step, whole/2, "bans", "flush", "--yes"))
			p.live("bans", "sync")
			if n := p.agree("killed while it lifted, then synced"); n != 0 && n != killers {
				t.Errorf("%d of %d bans are left: a half of a deed", n, killers)
			}
		})
	}
}
