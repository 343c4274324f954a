package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
	"gumshoe/report"
)

// probed is an access log of the last hours: people read the site, and one source
// asks for something that does not exist every twenty minutes.
func probed(src string) string {
	var out strings.Builder
	start := time.Now().UTC().Add(-6*time.Hour - 10*time.Minute)
	line := func(at time.Time, src, target string, status int) {
		fmt.Fprintf(&out, "%s - - [%s] \"GET %s HTTP/1.1\" %d 512 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"\n",
			src, at.Format("02/Jan/2006:15:04:05 -0700"), target, status)
	}
	paths := []string{"/admin/", "/wp-login.php", "/.env", "/phpmyadmin/", "/backup.zip", "/.git/config", "/manager/html", "/administrator/", "/cgi-bin/test.cgi",
		"/wp-admin/setup-config.php", "/config.php.bak", "/cpanel/", "/adminer.php", "/.aws/credentials", "/xmlrpc.php", "/solr/admin/", "/server-status", "/old/backup.sql"}
	for i, path := range paths {
		at := start.Add(time.Duration(i)*20*time.Minute + time.Duration(i*i%7)*time.Second)
		for k, page := range []string{"/", "/news", "/about", "/style.css", "/logo.png"} {
			line(at.Add(time.Duration(k)*time.Second), fmt.Sprintf("198.51.100.%d", 1+i), page, 200)
		}
		line(at.Add(time.Minute), src, path, 404)
	}
	return out.String()
}

// door is a border router of the tests: a program that writes down what it is told.
type door struct {
	t                 *testing.T
	dir, config, told string
	state             string
}

func newDoor(t *testing.T, src, more string) *door {
	d := &door{t: t, dir: t.TempDir(), state: stateDir(t)}
	d.told = filepath.Join(d.dir, "told")
	program := put(t, d.dir, "router", "#!/bin/sh\nread -r ban\nprintf '%s %s %s\\n' \"$GUMSHOE_DO\" \"$GUMSHOE_ADDRESS\" \"$GUMSHOE_PORTS\" >>"+d.told+"\n")
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	log := put(t, d.dir, "access.log", probed(src))
	d.config = put(t, d.dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\nactions:\n  - name: router\n    command: ["+program+"]\n"+more)
	return d
}

func (d *door) run(args ...string) outcome {
	d.t.Helper()
	var out, talk bytes.Buffer
	code := run(d.t.Context(), &app{out: &out, err: &talk}, append([]string{"--config", d.config, "--state-dir", d.state}, args...))
	return outcome{out.String(), talk.String(), code}
}

// heard are the words that the router was told, and forgets them.
func (d *door) heard() []string {
	text, err := os.ReadFile(d.told)
	if err != nil && !os.IsNotExist(err) {
		d.t.Fatal(err)
	}
	os.Remove(d.told)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func (d *door) bans(args ...string) (out []banRow) {
	d.t.Helper()
	o := d.run(append([]string{"bans", "list", "--json"}, args...)...)
	if o.code != 0 {
		d.t.Fatalf("code %d: %s", o.code, o.err)
	}
	for lines := bufio.NewScanner(strings.NewReader(o.out)); lines.Scan(); {
		var b banRow
		if err := json.Unmarshal(lines.Bytes(), &b); err != nil {
			d.t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

const prober = "203.0.113.45"

// Nothing is touched unless it is asked for. An armed job bans what a dry run
// planned, for an hour until a person confirms; undoing the run lets it back in, and
// spares it for a week.
func TestArmedJob(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	if o := d.run("analyze", "--last", "8h"); o.code != 0 || len(d.bans("--all")) > 0 || !slices.Equal(d.heard(), []string{""}) {
		t.Fatalf("not armed: code %d, %d bans; %s", o.code, len(d.bans("--all")), o.err)
	}
	var planned []string
	for _, c := range d.run("analyze", "--last", "8h", "--json", "--dry-run", "--auto-ban-critical").cases(t) {
		if c.Ban == "planned" {
			planned = append(planned, c.Sources...)
		}
	}
	o := d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if o.code != 0 {
		t.Fatalf("armed: code %d: %s", o.code, o.err)
	}
	bans := d.bans()
	if len(bans) != 1 || !slices.Equal(planned, []string{prober}) || bans[0].Prefix != prober+"/32" {
		t.Fatalf("planned %v, banned %+v", planned, bans)
	}
	b := bans[0]
	if left := b.Until.Sub(b.From); left != time.Hour || b.Offence != 0 || b.Ports != "80,443" || b.Case == "" || b.By != "auto" {
		t.Errorf("an unconfirmed ban lasts %s, offence %d, ports %s, case %q, by %s", left, b.Offence, b.Ports, b.Case, b.By)
	}
	if got := d.heard(); !slices.Equal(got, []string{"add " + prober + " 80,443"}) {
		t.Errorf("the router was told %q", got)
	}
	for _, say := range []string{"bans confirm", "bans undo --run " + b.Run} {
		if !strings.Contains(unwrapped(o.out), say) {
			t.Errorf("the report does not say %q:\n%s", say, o.out)
		}
	}

	if o := d.run("bans", "confirm"); o.code != 0 || !strings.Contains(o.err, "confirmed: ") {
		t.Fatalf("confirm: %s", o.err)
	}
	d.run("analyze", "--last", "8h", "--auto-ban-critical")
	const quiet = time.Hour // since the last request, from which on a week and up to a tenth counts
	if bans = d.bans(); len(bans) != 1 || bans[0].Until.Sub(bans[0].From) < 7*24*time.Hour-quiet || bans[0].Offence != 1 {
		t.Fatalf("once confirmed: %+v", bans)
	}
	d.heard()

	if o := d.run("bans", "undo", "--run", bans[0].Run); o.code != 0 || !strings.Contains(o.out, prober) {
		t.Fatalf("undo: code %d, %s%s", o.code, o.out, o.err)
	}
	if got := d.heard(); !slices.Contains(got, "remove "+prober+" 80,443") {
		t.Errorf("the router was told %q", got)
	}
	d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if bans = d.bans(); len(bans) != 0 {
		t.Errorf("banned again although a person let it in: %+v", bans)
	}
}

// What is on the allowlist is never banned, and what comes on it is let in by the
// next job, armed or not.
func TestAllowlistLifts(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if len(d.bans()) != 1 {
		t.Fatal("nobody was banned: nothing to lift")
	}
	if err := os.MkdirAll(filepath.Join(d.dir, "allow.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(d.dir, "allow.d"), "partners.list", "203.0.113.0/24  # a partner\n")
	d.heard()
	o := d.run("analyze", "--last", "8h")
	if o.code != 0 || len(d.bans()) != 0 || !slices.Equal(d.heard(), []string{"remove " + prober + " 80,443"}) {
		t.Errorf("code %d, still banned: %+v; %s", o.code, d.bans(), o.err)
	}
	if all := d.bans("--all"); !strings.Contains(all[0].LiftedOn, "partners.list:1") {
		t.Errorf("lifted because %q", all[0].LiftedOn)
	}
}

// A person calls a case harmless: its sources are not banned for it, the report
// says who said so, and the word can be taken back.
func TestMutedIsHeld(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	first := d.run("analyze", "--last", "8h", "--json").cases(t)
	i := slices.IndexFunc(first, func(c report.CaseJSON) bool { return slices.Contains(c.Sources, prober) })
	if i < 0 {
		t.Fatal("the prober is not accused")
	}
	id := first[i].ID
	if o := d.run("cases", "mute", id, "--reason", "our link checker", "--until", "14d"); o.code != 0 {
		t.Fatalf("mute: %s", o.err)
	}
	o := d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if len(d.bans()) != 0 || !strings.Contains(unwrapped(o.out), "called this case harmless") || !strings.Contains(unwrapped(o.out), "our link checker") {
		t.Errorf("banned %+v; the report:\n%s", d.bans(), o.out)
	}
	if o := d.run("cases", "list"); !strings.Contains(o.out, id) || !strings.Contains(o.out, "mute") {
		t.Errorf("cases list: %s", o.out)
	}
	if o := d.run("cases", "reopen", id); o.code != 0 {
		t.Fatalf("reopen: %s", o.err)
	}
	d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if len(d.bans()) != 1 {
		t.Error("not banned after the word was taken back")
	}
	if o := d.run("cases", "mute", "zzzzz"); o.code != exitFailed || !strings.Contains(o.err, "zzzzz") {
		t.Errorf("of a case that never was: code %d, %s", o.code, o.err)
	}
}

// What was over two years ago is nobody's offence any more: a job takes it out of the
// ledger, which would grow for ever.
func TestJobPrunesTheLedger(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	l, close, err := openLedger(t.Context(), d.state, true)
	if err != nil {
		t.Fatal(err)
	}
	for years, addr := range map[int]string{1: "198.51.100.1/32", 3: "198.51.100.3/32"} {
		from := time.Now().AddDate(-years, 0, 0)
		old := ban.Ban{Prefix: netip.MustParsePrefix(addr), Jail: "web", Action: ban.Drop, Reason: "a scan", From: from, Until: from.Add(time.Hour), By: ban.Auto}
		if _, err := l.Add(t.Context(), []ban.Ban{old}); err != nil {
			t.Fatal(err)
		}
	}
	close()
	if o := d.run("analyze", "--last", "8h", "--dry-run"); o.code != 0 || len(d.bans("--all")) != 2 {
		t.Errorf("a dry run: code %d, %s; %+v", o.code, o.err, d.bans("--all"))
	}
	o := d.run("analyze", "--last", "8h")
	if all := d.bans("--all"); o.code != 0 || len(all) != 1 || all[0].Prefix != "198.51.100.1/32" {
		t.Errorf("code %d, %s; left are %+v", o.code, o.err, all)
	}
}

// While the casebook lies on a disk that is gone nobody is banned, for nobody knows whom
// people called harmless; it is not set aside, and when it is back their word holds.
func TestMutedIsHeldWithoutCasebook(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	for _, c := range d.run("analyze", "--last", "8h", "--json").cases(t) {
		if o := d.run("cases", "mute", c.ID, "--reason", "our link checker"); o.code != 0 {
			t.Fatalf("mute: %s", o.err)
		}
	}
	book, disk := filepath.Join(d.state, casebookFile), filepath.Join(d.dir, "disk")
	for _, err := range []error{os.Mkdir(disk, 0o700), os.Rename(book, filepath.Join(disk, casebookFile)), os.Symlink(filepath.Join(disk, casebookFile), book), os.Rename(disk, disk+".gone")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	o := d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if o.code != exitDegraded || len(d.bans()) != 0 || !strings.Contains(unwrapped(o.out), "What people said of cases could not be read") {
		t.Errorf("code %d, %s; banned %+v; the report:\n%s", o.code, o.err, d.bans(), o.out)
	}
	if err := os.Rename(disk+".gone", disk); err != nil {
		t.Fatal(err)
	}
	o = d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if o.code != 0 || len(d.bans()) != 0 || !strings.Contains(unwrapped(o.out), "called this case harmless") {
		t.Errorf("when it is back: code %d, %s; banned %+v; the report:\n%s", o.code, o.err, d.bans(), o.out)
	}
}

// Bans by hand: what cannot be one is refused, whoever is protected needs --force.
func TestBansByHand(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "ban:\n  allow: [192.0.2.0/24]\n")
	for _, bad := range []string{"0.0.0.0/0", "::/0", "203.0.113.7/24", "example.org", "203.0.113", "", "-1", "fe80::1%eth0"} {
		if o := d.run("bans", "add", "--", bad); o.code != exitUsage {
			t.Errorf("bans add %q: code %d, %s", bad, o.code, o.err)
		}
	}
	if o := d.run("bans", "add", "192.0.2.7"); o.code != exitFailed || !strings.Contains(o.err, "allowlist") {
		t.Errorf("an allowed address: code %d, %s", o.code, o.err)
	}
	if o := d.run("bans", "add", "203.0.113.0/24", "--for", "2w", "--ports", "22", "--reason", "a neighbour"); o.code != 0 {
		t.Fatalf("add: %s", o.err)
	}
	if got := d.heard(); !slices.Equal(got, []string{"add 203.0.113.0/24 22"}) {
		t.Errorf("the router was told %q", got)
	}
	if o := d.run("bans", "export"); o.out != "203.0.113.0/24\n" {
		t.Errorf("export: %q", o.out)
	}
	if o := d.run("bans", "remove", "203.0.113.9"); o.code != 0 || len(d.bans()) != 0 {
		t.Errorf("to let one address in its network's ban has to go: code %d, %s", o.code, o.err)
	}
	if o := d.run("bans", "remove", "203.0.113.9"); o.code != exitFailed {
		t.Errorf("removed twice: code %d", o.code)
	}
	d.run("bans", "add", "203.0.113.8", "--for", "forever")
	d.heard()
	if o := d.run("bans", "flush"); o.code != exitUsage || len(d.bans()) != 1 {
		t.Error("flushed without --yes")
	}
	if o := d.run("bans", "flush", "--yes"); o.code != 0 || len(d.bans()) != 0 || !slices.Contains(d.heard(), "remove 203.0.113.8 all") {
		t.Errorf("flush: code %d, %s", o.code, o.err)
	}
}

// Where the ledger will not let go of its bans a flush lets everybody in all the same,
// and does not say that all is well: the next sync would ban them again.
func TestFlushThatTheLedgerRefuses(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	d.run("bans", "add", "203.0.113.8")
	d.heard()
	db, err := sql.Open("sqlite", databaseURI(filepath.Join(d.state, ledgerFile), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TRIGGER refuse BEFORE INSERT ON lifts BEGIN SELECT raise(ABORT, 'no room'); END"); err != nil {
		t.Fatal(err)
	}
	o := d.run("bans", "flush", "--yes")
	if o.code != exitFailed || !slices.Equal(d.heard(), []string{"remove 203.0.113.8 all"}) || !strings.Contains(o.err, "no room") || strings.Contains(o.err, "nobody is banned") {
		t.Errorf("code %d, %s", o.code, o.err)
	}
	put(t, d.state, ledgerFile, strings.Repeat("no database ", 1000))
	if o := d.run("bans", "flush", "--yes"); o.code != exitFailed || !strings.Contains(o.err, "no ledger") && !strings.Contains(o.err, "damaged") || strings.Contains(o.err, "nobody is banned") {
		t.Errorf("a damaged ledger: code %d, %s", o.code, o.err)
	}
}

// A driver that fails makes the run end with 6, does not stop another, and is tried
// again by the next one.
func TestDriverFails(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "  - name: broken\n    command: [/bin/false]\n")
	o := d.run("analyze", "--last", "8h", "--auto-ban-critical")
	if o.code != exitFirewall || !slices.Equal(d.heard(), []string{"add " + prober + " 80,443"}) || !strings.Contains(o.out, "action:broken") {
		t.Errorf("code %d, %s", o.code, o.err)
	}
	if o := d.run("bans", "sync"); o.code != exitFirewall {
		t.Errorf("still broken: code %d", o.code)
	}
	if err := os.WriteFile(d.config, []byte(strings.Replace(read(t, d.config), "/bin/false", "/bin/true", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := d.run("bans", "sync"); o.code != 0 {
		t.Errorf("mended: code %d, %s", o.code, o.err)
	}
}

// The lists for other programs hold who is shut out, and nobody of whom less was
// said; ipset restore reads its own twice.
func TestExportIsAList(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	for _, args := range [][]string{{"203.0.113.9"}, {"203.0.113.9", "--ports", "22"}, {"2001:db8::/64", "--action", "reject"}, {"203.0.113.8", "--action", "alert"}, {"203.0.113.7", "--action", "rate-limit"}} {
		if o := d.run(append([]string{"bans", "add"}, args...)...); o.code != 0 {
			t.Fatalf("%v: %s", args, o.err)
		}
	}
	if got := d.run("bans", "export").out; got != "203.0.113.9/32\n2001:db8::/64\n" {
		t.Errorf("plain:\n%s", got)
	}
	want := "create gumshoe-export4 hash:net family inet maxelem 65536 -exist\ncreate gumshoe-export6 hash:net family inet6 maxelem 65536 -exist\n" +
		"flush gumshoe-export4\nflush gumshoe-export6\nadd gumshoe-export4 203.0.113.9/32\nadd gumshoe-export6 2001:db8::/64\n"
	if got := d.run("bans", "export", "--format", "ipset").out; got != want {
		t.Errorf("ipset:\n%s", got)
	}
	if got := strings.Count(d.run("bans", "export", "--format", "json").out, "\n"); got != 5 {
		t.Errorf("%d lines of JSON, want all 5 bans", got)
	}
	put(t, d.dir, "gumshoe.yaml", read(t, d.config)+"ban:\n  allow: [203.0.113.9, \"2001:db8::5\"]\n")
	if o := d.run("bans", "export"); o.code != 0 || strings.Contains(o.out, "203.0.113.9") || !strings.HasPrefix(o.out, "2001:db8::/126\n2001:db8::4/128\n2001:db8::6/127\n") {
		t.Errorf("a list for a border that shuts out who is allowed here: code %d, %s:\n%s", o.code, o.err, o.out)
	}
	if o := d.run("bans", "add", "203.0.113.9", "--for", "1h", "--force"); o.code != 0 || !strings.Contains(o.err, "banned already") {
		t.Errorf("banned again, for less: code %d, %s", o.code, o.err)
	}
}
