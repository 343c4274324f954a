package ledger

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// writerOf names, in the environment of a copy of this test, the ledger that it
// writes until it is killed.
const writerOf = "GUMSHOE_TEST_LEDGER_WRITER"

// perRun is how many bans each run of the writer adds, and then lifts half of.
const perRun = 20

// Killed in the middle of what it does, a writer leaves runs that are there as a
// whole or not at all; what it was told is written is written; and the next one
// goes on.
func TestKilledWriter(t *testing.T) {
	if path := os.Getenv(writerOf); path != "" {
		writeForEver(t, path)
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	opened(t, path)
	promised := map[string]bool{}
	for kill := range 20 {
		program := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		program.Env = append(os.Environ(), writerOf+"="+path)
		out, err := program.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 1+kill%4 && lines.Scan(); n++ {
			if run, ok := strings.CutPrefix(lines.Text(), "wrote "); ok {
				promised[run] = true
			}
		}
		if err := program.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // said before it died
			if run, ok := strings.CutPrefix(lines.Text(), "wrote "); ok {
				promised[run] = true
			}
		}
		if err := program.Wait(); err == nil {
			t.Fatal("the writer ended by itself")
		}
		checkWhole(t, opened(t, path), promised)
	}
	if len(promised) < 5 {
		t.Errorf("only %d runs were written: the test tests nothing", len(promised))
	}
}

// writeForEver adds and lifts, and tells on its standard output before and after.
func writeForEver(t *testing.T, path string) {
	l := opened(t, path)
	for i := 0; ; i++ {
		run := fmt.Sprintf("%d-%d", os.Getpid(), i)
		at := now.Add(time.Duration(i) * time.Hour)
		bans := many(perRun)
		for k := range bans {
			bans[k].Run, bans[k].Jail, bans[k].From, bans[k].Until = run, run, at, at.Add(day)
		}
		fmt.Println("begin", run)
		added, err := l.Add(ctx, bans)
		if err != nil {
			t.Fatal(err)
		}
		lift := added[:perRun/2]
		for k := range lift {
			lift[k].Lifted, lift[k].LiftedBy = at, ban.Auto
		}
		if _, err := l.Apply(ctx, nil, lift, nil); err != nil {
			t.Fatal(err)
		}
		fmt.Println("wrote", run)
	}
}

func checkWhole(t *testing.T, l *Ledger, promised map[string]bool) {
	t.Helper()
	all, err := l.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	added, lifted := map[string]int{}, map[string]int{}
	for _, b := range all {
		added[b.Run]++
		if !b.Lifted.IsZero() {
			lifted[b.Run]++
		}
	}
	for run, n := range added {
		if n != perRun || lifted[run] != 0 && lifted[run] != perRun/2 {
			t.Errorf("of run %s %d bans are there and %d lifted: a half of a deed", run, n, lifted[run])
		}
	}
	for run := range promised {
		if lifted[run] != perRun/2 {
			t.Errorf("run %s was written, and is gone", run)
		}
	}
}
