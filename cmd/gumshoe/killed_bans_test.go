package main

import (
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

// post is one installation that is tortured: a state directory, a config, and
// something that carries bans out.
type post struct {
	t                       *testing.T
	bin, dir, config, state string
	enter                   []string        // what its commands begin with, to be where the deeds are
	blocked                 func() []string // whom it keeps out, sorted
}

func newPost(t *testing.T, bin, logs, drivers string) *post {
	p := &post{t: t, bin: bin, dir: t.TempDir(), state: stateDir(t)}
	p.config = put(t, p.dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+logs+"/*.log\n"+strings.ReplaceAll(drivers, "DIR", p.dir))
	return p
}

// newRouterPost has its bans carried out by a router.
func newRouterPost(t *testing.T, bin, logs string) *post {
	p := newPost(t, bin, logs, "actions:\n  - name: router\n    command: [DIR/router]\n")
	if err := os.Mkdir(filepath.Join(p.dir, "blocked"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(put(t, p.dir, "router", fmt.Sprintf(deadlyRouter, p.dir)), 0o700); err != nil {
		t.Fatal(err)
	}
	p.blocked = func() (out []string) {
		files, err := os.ReadDir(filepath.Join(p.dir, "blocked"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			out = append(out, f.Name())
		}
		return out
	}
	return p
}

// command is one of gumshoe's.
func (p *post) command(args ...string) *exec.Cmd {
	argv := append(slices.Clone(p.enter), p.bin, "--quiet", "--config", p.config, "--state-dir", p.state)
	cmd := exec.Command(argv[0], append(argv[1:], args...)...)
	cmd.Env = append(os.Environ(), "GUMSHOE_DNS=false", "PATH="+p.dir+":"+os.Getenv("PATH")) // no network in tests
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

// sync heals. The lock may be held for a moment more by what the dead run was about
// to start.
func (p *post) sync() { p.live("bans", "sync", "--wait", "20s") }

// die runs a command that is killed: at the nth step of who carries bans out, or,
// where n is 0, at any moment of the time that it takes. It reports whether it was.
func (p *post) die(n int, within time.Duration, args ...string) bool {
	p.t.Helper()
	if n > 0 {
		defer p.count(n)()
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

// count begins to count the steps of who carries bans out, and has the nth be the
// last. What it returns ends that.
func (p *post) count(n int) (end func()) {
	put(p.t, p.dir, "die", fmt.Sprint(n))
	return func() {
		os.Remove(filepath.Join(p.dir, "die"))
		os.Remove(filepath.Join(p.dir, "steps"))
	}
}

// agree fails unless exactly those are kept out whom the ledger bans, and nobody
// stands in it twice. It returns how many are banned.
func (p *post) agree(when string) int {
	p.t.Helper()
	l, close, err := openLedger(p.t.Context(), p.state, false)
	if err != nil {
		p.t.Fatal(err)
	}
	defer close()
	active, err := l.Active(p.t.Context(), time.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	var banned []string
	for i := range active {
		banned = append(banned, prefixText(active[i].Prefix))
	}
	slices.Sort(banned)
	if once := slices.Compact(slices.Clone(banned)); len(once) != len(banned) {
		p.t.Errorf("%s: banned twice: %v", when, banned)
	}
	if blocked := p.blocked(); !slices.Equal(banned, blocked) {
		p.t.Errorf("%s: the ledger bans %v, kept out are %v", when, banned, blocked)
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

// realProgram is gumshoe as a program of its own: under that name the tests are it.
func realProgram(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "gumshoe")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	return bin
}

// probers is the program, and what it reads: several sources that deserve a ban each.
func probers(t *testing.T) (bin, logs string) {
	t.Helper()
	bin, logs = realProgram(t), t.TempDir()
	for i := range killers {
		put(t, logs, fmt.Sprintf("access%d.log", i), probed(fmt.Sprintf("203.0.113.%d", 41+i)))
	}
	return bin, logs
}

// The real program is killed while it bans, and while it undoes: at every step of
// the deed, and at moments that chance chooses. After the next sync the ledger and
// what carries it out agree; nobody is banned twice, and nobody is forgotten.
func TestKilledBans(t *testing.T) {
	t.Parallel()
	bin, logs := probers(t)
	job := []string{"analyze", "--last", "8h", "--auto-ban-critical"}
	first := newRouterPost(t, bin, logs)
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
			p := newRouterPost(t, bin, logs)
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
			if n := len(p.blocked()); n > 0 && n < killers {
				half.Add(1)
			}
			p.sync()
			p.agree("killed while it banned, then synced")
			p.live(job...)
			if n := p.agree("and run again"); n != killers {
				t.Errorf("%d are banned in the end, want %d", n, killers)
			}
			if n := p.repeated(); n > deaths {
				t.Errorf("the router was told %d times what it knew, after %d deaths", n, deaths)
			}
			count(p.die(step, whole/2, "bans", "flush", "--yes"))
			p.sync()
			if n := p.agree("killed while it lifted, then synced"); n != 0 && n != killers {
				t.Errorf("%d of %d bans are left: a half of a deed", n, killers)
			}
		})
	}
}
