package main

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A ledger that refuses the bans at the last moment, when the kernel's sets are being
// filled already: nobody is banned, and nothing is left in the kernel.
func TestLedgerRefusesWhileSetsAreFilled(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("network namespaces need root: run the tests as root to see a real kernel")
	}
	bin, logs := probers(t)
	p := newKernelPost(t, bin, logs)
	p.live("bans", "confirm")
	db, err := sql.Open("sqlite", databaseURI(filepath.Join(p.state, ledgerFile), url.Values{}))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TRIGGER refusal BEFORE INSERT ON bans BEGIN SELECT RAISE(ABORT, 'no room for bans'); END"); err != nil {
		t.Fatal(err)
	}
	defer p.count(0)()
	out, err := p.command("analyze", "--last", "8h", "--auto-ban-critical").CombinedOutput()
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != exitFirewall || !strings.Contains(string(out), "no room for bans") {
		t.Errorf("%v, want exit code %d and the reason: %s", err, exitFirewall, out)
	}
	if steps := strings.Count(read(t, p.dir, "steps"), "\n"); steps == 0 {
		t.Error("nothing was being filled: the test tests nothing")
	}
	if n := p.agree("the ledger refused"); n != 0 {
		t.Errorf("%d are banned", n)
	}
}
