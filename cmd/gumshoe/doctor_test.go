package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// examination is a doctor for a machine, without talk.
func examination(t *testing.T, m *machine, settings string) *doctor {
	t.Helper()
	s := defaults()
	s.StateDir = filepath.Join(t.TempDir(), "state")
	if settings != "" {
		if err := s.readYAML("gumshoe.yaml", []byte(settings)); err != nil {
			t.Fatal(err)
		}
	}
	return &doctor{app: &app{out: new(bytes.Buffer), err: new(bytes.Buffer)}, machine: m, settings: s}
}

// of is what the doctor said of one thing: "warn try".
func (d *doctor) of(id string) string {
	for _, c := range d.checks {
		if c.ID == id {
			return strings.TrimSpace(string(c.State) + " " + c.Try)
		}
	}
	return ""
}

// Each log is there, readable, written and understood, or the doctor says which is not.
func TestDoctorSources(t *testing.T) {
	m := fakeMachine(t, nil)
	m.give(t, "/var/log/auth.log", guessing())
	m.give(t, "/var/log/half.log", strings.Repeat("203.0.113.9 - - [10/Nov/2026:09:00:00 +0000] \"GET / HTTP/1.1\" 200 5\nno entry for 203.0.113.9\n", 40))
	m.give(t, "/var/log/talk.log", guessing()+strings.Repeat("2026-11-10T09:00:00Z web1 systemd[1]: Started Session 7 of User anna.\n", 200))
	m.give(t, "/var/log/quiet.log", strings.Repeat("2026-11-10 09:00:00 Start queue run: pid=7\n", 3))
	m.give(t, "/var/log/old.log", guessing())
	touch(t, m.path("/var/log/old.log"), m.now.Add(-9*24*time.Hour))
	m.give(t, "/var/log/poems.log", strings.Repeat("shall I compare thee\n", 50))
	d := examination(t, m, `sources:
  - path: /var/log/auth.log
  - path: /var/log/half.log
  - path: /var/log/talk.log
  - path: /var/log/quiet.log
  - path: /var/log/old.log
  - path: /var/log/poems.log
  - path: /var/log/gone.log
  - path: /var/log/perhaps.log
    optional: true
`)
	d.checkSources(t.Context())
	for id, want := range map[string]string{
		"src.auth":     "ok",
		"src.half":     "warn gumshoe parse --explain /var/log/half.log",
		"src.talk":     "ok", // of the machine itself
		"src.quiet":    "ok",
		"src.old":      "warn ls -l /var/log/old.log",
		"src.poems":    "fail gumshoe parse --explain /var/log/poems.log",
		"src.gone":     "fail gumshoe init",
		"src.perhaps":  "",
		"src.optional": "ok",
		"src.logins":   "",
		"net.proxy":    "ok",
		"net.trust":    "ok",
	} {
		if got := d.of(id); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestSourceID(t *testing.T) {
	for path, want := range map[string]string{
		"/var/log/auth.log": "src.auth", "/var/log/nginx/*access*.log": "src.nginx.access", "/srv/shop/log/access.log": "src.srv.shop.log.access",
	} {
		if got := sourceID(SourceSetting{Path: path}); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestDoctorClock(t *testing.T) {
	const ask = "timedatectl show --property NTPSynchronized --value"
	for answer, want := range map[string]string{"yes": "ok", "no": "warn timedatectl set-ntp true", "": "warn timedatectl set-ntp true"} {
		d := examination(t, fakeMachine(t, map[string]string{ask: answer}), "")
		if d.checkClock(t.Context()); d.of("time.clock") != want {
			t.Errorf("%q: %q, want %q", answer, d.of("time.clock"), want)
		}
	}
	// Debian installs nothing that could be switched on.
	d := examination(t, fakeMachine(t, map[string]string{ask: "no", "timedatectl show --property CanNTP --value": "no"}), "")
	if d.checkClock(t.Context()); d.of("time.clock") != "warn apt-get install systemd-timesyncd" {
		t.Errorf("without a daemon: %q", d.of("time.clock"))
	}
}

// What cannot be read is not to be read by another command.
func TestDoctorUnreadable(t *testing.T) {
	for euid, want := range map[int]string{0: "fail ls -l /var/log/auth.log", 1000: "fail sudo gumshoe doctor"} {
		d := examination(t, fakeMachine(t, nil), "")
		d.machine.euid = euid
		d.checkSource(&foundLog{Setting: SourceSetting{Path: "/var/log/auth.log"}, Files: []string{"/var/log/auth.log"}, Trouble: "reading \"/var/log/auth.log\": permission denied"})
		if got := d.of("src.auth"); got != want {
			t.Errorf("uid %d: %q, want %q", euid, got, want)
		}
	}
}

// The last run, on a clock that may have been set back.
func TestDoctorLast(t *testing.T) {
	for age, want := range map[time.Duration]string{
		5 * time.Hour: "ok", 14 * time.Hour: "warn systemctl status gumshoe.service", 100 * time.Hour: "fail gumshoe analyze", -time.Hour: "fail timedatectl",
	} {
		d := examination(t, fakeMachine(t, nil), "")
		d.checkLast(&memory{last: lastRun{Until: d.machine.now.Add(-age)}})
		if d.of("run.last") != want {
			t.Errorf("%v ago: %q, want %q", age, d.of("run.last"), want)
		}
	}
	d := examination(t, fakeMachine(t, nil), "")
	d.checkMemory(t.Context())
	if d.of("run.last") != "warn gumshoe analyze" || d.of("base.history") != "warn gumshoe analyze" {
		t.Errorf("a new machine: %+v", d.checks)
	}
	if _, err := os.Stat(d.settings.StateDir); err == nil {
		t.Error("the doctor made the state directory")
	}
}

// Somebody runs it: the timer, or cron.
func TestDoctorTimer(t *testing.T) {
	const isActive, isFailed = "systemctl is-active gumshoe.timer", "systemctl is-failed gumshoe.service"
	for _, test := range []struct {
		name          string
		answers       map[string]string
		cron          string
		timer, failed string
	}{
		{"by a timer", map[string]string{isActive: "active"}, "", "ok", ""},
		{"whose last run failed", map[string]string{isActive: "active", isFailed: "failed"}, "", "ok", "fail journalctl --unit gumshoe.service --lines 40"},
		{"by cron", nil, "10 */6 * * * root gumshoe analyze --quiet\n", "ok", ""},
		{"by nobody", nil, "# 10 */6 * * * root gumshoe analyze --quiet\n", "warn cp /usr/share/doc/gumshoe/examples/crontab.example /etc/cron.d/gumshoe", ""},
	} {
		m := fakeMachine(t, test.answers)
		m.give(t, "/etc/cron.d/gumshoe", test.cron)
		d := examination(t, m, "")
		d.checkRuns(t.Context())
		if d.of("run.timer") != test.timer || d.of("run.service") != test.failed {
			t.Errorf("%s: %+v", test.name, d.checks)
		}
	}
}

// A drop rule behind an accept rule drops nothing.
func TestJumpAt(t *testing.T) {
	for rules, want := range map[string]int{
		"-P INPUT ACCEPT\n": 0,
		"-P INPUT ACCEPT\n-A INPUT -m comment --comment gumshoe -j GUMSHOE\n-A INPUT -i lo -j ACCEPT\n":                             1,
		"-P INPUT ACCEPT\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -m comment --comment gumshoe -j GUMSHOE\n":                 2,
		"-N DOCKER-USER\n-A DOCKER-USER -m comment --comment gumshoe -j GUMSHOE-DOCKER\n":                                           0,
		"-P INPUT ACCEPT\n-A INPUT -j GUMSHOE-NOT-OURS\n":                                                                           0,
		"-P INPUT DROP\n-A INPUT -j ufw-before-input\n-A INPUT -j f2b\n-A INPUT -m comment --comment gumshoe -j GUMSHOE\n-A INPUTX": 3,
	} {
		if got := jumpAt(rules, "INPUT", "GUMSHOE"); got != want {
			t.Errorf("%d, want %d:\n%s", got, want, rules)
		}
	}
}

// The programs of a machine on which one address is banned.
func banning(rules string, entries int) map[string]string {
	return map[string]string{
		"iptables -w 10 -S INPUT":                   rules,
		"ip6tables -w 10 -S INPUT":                  rules,
		"systemctl is-enabled gumshoe-sync.service": "enabled",
		"ipset list -t": fmt.Sprintf(`Name: gumshoe-allow4-all
Type: hash:net
Header: family inet hashsize 1024 maxelem 1048576
Number of entries: 9

Name: gumshoe-drop4-all
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 4 timeout 0 counters
Size in memory: 1512
References: 1
Number of entries: %d

Name: f2b-sshd
Header: family inet hashsize 1024 maxelem 65536
Number of entries: 700
`, entries)}
}

// The rules stand first, and the kernel holds what the ledger says.
func TestDoctorKernel(t *testing.T) {
	const first = "-P INPUT ACCEPT\n-A INPUT -m comment --comment gumshoe -j GUMSHOE\n"
	bans := []ban.Ban{
		{Prefix: netip.MustParsePrefix("203.0.113.66/32"), Action: ban.Drop, Jail: "manual"},
		{Prefix: netip.MustParsePrefix("203.0.113.66/32"), Action: ban.Drop, Jail: "ssh"}, // the same packets
		{Prefix: netip.MustParsePrefix("203.0.113.67/32"), Action: ban.Alert},             // no packet
	}
	for _, test := range []struct {
		name                   string
		rules                  string
		entries                int
		chain, equal, capacity string
	}{
		{"as it should be", first, 1, "ok", "ok", "ok"},
		{"a firewall was reloaded", "-P INPUT ACCEPT\n", 1, "fail gumshoe bans sync", "ok", "ok"},
		{"sets were flushed", first, 0, "ok", "fail gumshoe bans sync", "ok"},
		{"nearly full", first, 4, "ok", "fail gumshoe bans sync", "warn gumshoe bans stats"},
	} {
		d := examination(t, fakeMachine(t, banning(test.rules, test.entries)), "")
		d.checkChains(t.Context(), bans)
		d.checkSets(t.Context(), bans)
		d.checkBoot(t.Context())
		for id, want := range map[string]string{"fw.chain": test.chain, "fw.equal": test.equal, "fw.capacity": test.capacity, "fw.boot": "ok"} {
			if got := d.of(id); got != want {
				t.Errorf("%s: %s is %q, want %q", test.name, id, got, want)
			}
		}
	}
}

// A family none of whose addresses is banned has no chain of ours, and needs none.
func TestDoctorFamilies(t *testing.T) {
	said := banning("-P INPUT ACCEPT\n-A INPUT -j GUMSHOE\n", 1)
	said["ip6tables -w 10 -S INPUT"] = "-P INPUT ACCEPT\n"
	v4 := ban.Ban{Prefix: netip.MustParsePrefix("203.0.113.66/32"), Action: ban.Drop}
	v6 := ban.Ban{Prefix: netip.MustParsePrefix("2001:db8:0:7::/64"), Action: ban.Drop}
	watched := v6
	watched.Action = ban.Alert
	for _, test := range []struct {
		name string
		bans []ban.Ban
		want string
	}{
		{"IPv4 alone", []ban.Ban{v4}, "ok"},
		{"an alert of IPv6 touches no packet", []ban.Ban{v4, watched}, "ok"},
		{"both", []ban.Ban{v4, v6}, "fail gumshoe bans sync"},
		{"nobody yet", nil, "ok"},
	} {
		d := examination(t, fakeMachine(t, said), "")
		d.checkChains(t.Context(), test.bans)
		if got := d.of("fw.chain"); got != test.want {
			t.Errorf("%s: %q, want %q: %+v", test.name, got, test.want, d.checks)
		}
	}
}

// iptables-restore refuses a whole ruleset that names a set which is not there yet.
func TestDoctorSaved(t *testing.T) {
	m := fakeMachine(t, nil)
	m.give(t, "/etc/iptables/rules.v4", "*filter\n-A GUMSHOE -m set --match-set gumshoe-drop4-all src -j DROP\nCOMMIT\n")
	d := examination(t, m, "")
	if d.checkSaved(); !strings.HasPrefix(d.of("fw.saved"), "fail sed -i") {
		t.Errorf("%+v", d.checks)
	}
}

// Nobody locks himself out, and nobody lets the internet in.
func TestDoctorSafe(t *testing.T) {
	for settings, want := range map[string]string{
		"":                             "warn echo 192.0.2.10 >> /etc/gumshoe/allow.d/admin.list",
		"ban: {allow: [192.0.2.0/24]}": "ok",
		"ban: {allow: [192.0.2.0/24, 0.0.0.0/1]}":  "ok warn gumshoe config show --origin",
		"ban: {allow: [192.0.2.0/24, 10.0.0.0/8]}": "ok",
	} {
		d := examination(t, fakeMachine(t, nil), settings)
		d.checkSafe()
		if got := strings.TrimSpace(d.of("safe.admin") + " " + d.of("safe.wide")); got != want {
			t.Errorf("%s: %q, want %q", settings, got, want)
		}
	}
}

// Secrets that others can read are none.
func TestDoctorSecrets(t *testing.T) {
	key := put(t, t.TempDir(), "key", "secret")
	for mode, want := range map[os.FileMode]string{0o600: "ok", 0o644: "fail chmod 600 " + key} {
		if err := os.Chmod(key, mode); err != nil {
			t.Fatal(err)
		}
		d := examination(t, fakeMachine(t, nil), "ai: {key_file: "+key+"}")
		if d.checkConfig(); d.of("config.secrets") != want {
			t.Errorf("%v: %q, want %q", mode, d.of("config.secrets"), want)
		}
	}
}

// What is broken stands first, and only that fails.
func TestDoctorShows(t *testing.T) {
	var out bytes.Buffer
	d := &doctor{app: &app{out: &out, json: true}, machine: fakeMachine(t, nil)}
	d.ok("a.first", "fine")
	d.warn("b.second", "do this", "odd")
	if err := d.show(); err != nil {
		t.Errorf("a warning fails: %v", err)
	}
	out.Reset()
	d.fail("c.third", "do that", "broken")
	if code := exitCode(d.show()); code != exitFailed {
		t.Errorf("code %d", code)
	}
	var ids []string
	for line := range strings.Lines(out.String()) {
		var c diagnosis
		if err := json.Unmarshal([]byte(line), &c); err != nil || c.Schema != checkSchema {
			t.Errorf("%q: %v", line, err)
		}
		ids = append(ids, c.ID)
	}
	if !slices.Equal(ids, []string{"c.third", "b.second", "a.first"}) {
		t.Error(ids)
	}
	out.Reset()
	d.app.json = false
	d.print()
	for _, want := range []string{"1 to mend, 1 to know, 1 in order.", "fail  c.third", "try: do that"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// A configuration with a mistake is told like any other fault.
func TestDoctorConfig(t *testing.T) {
	config := put(t, t.TempDir(), "gumshoe.yaml", "bann: {}\n")
	var out, talk bytes.Buffer
	code := run(t.Context(), &app{out: &out, err: &talk}, []string{"doctor", "--json", "--config", config})
	if code != exitFailed || !strings.Contains(out.String(), `"id":"config","state":"fail"`) {
		t.Errorf("code %d: %s%s", code, out.String(), talk.String())
	}
}

// Whether the endpoint of the second opinion is there, and nothing more.
func TestDoctorAI(t *testing.T) {
	there, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := there.Addr().String()
	for _, test := range []struct {
		url, want string
		close     bool
	}{
		{"", "ok", false},
		{"http://" + gone + "/v1", "ok", false},
		{"http://" + gone + "/v1", "warn gumshoe ai test", true},
	} {
		if test.close {
			there.Close()
		}
		d := examination(t, fakeMachine(t, nil), "")
		d.settings.AI.BaseURL = test.url
		if d.checkAI(t.Context()); d.of("ai.answers") != test.want {
			t.Errorf("%s: %q, want %q", test.url, d.of("ai.answers"), test.want)
		}
	}
}

// Mail can leave by a server that answers, or by a program that is there.
func TestDoctorMail(t *testing.T) {
	m := fakeMachine(t, nil)
	m.give(t, "/usr/sbin/sendmail", "")
	for settings, want := range map[string]string{
		"":                             "ok",
		"mail: {to: [root@localhost]}": "warn gumshoe report send --test",
		"mail: {to: [root@localhost], sendmail: /opt/no/sendmail}":                  "fail apt-get install default-mta",
		"mail: {to: [root@localhost], smtp: {host: 127.0.0.1, port: 1, tls: none}}": "fail gumshoe report send --test",
	} {
		d := examination(t, m, settings)
		if d.checkMail(t.Context()); d.of("mail.submit") != want {
			t.Errorf("%s: %q, want %q", settings, d.of("mail.submit"), want)
		}
	}
}

// A database of countries is told to be old from an age on at which there is a newer one,
// and what brings one brings no daemon.
func TestDoctorCountries(t *testing.T) {
	for _, c := range []struct {
		name string
		age  time.Duration
		want string
	}{
		{"geoip", 300 * 24 * time.Hour, "ok"},
		{"geoip6", 400 * 24 * time.Hour, "warn "},
		{"GeoLite2-Country.mmdb", 30 * 24 * time.Hour, "ok"},
		{"GeoLite2-Country.mmdb", 40 * 24 * time.Hour, "warn ls -l "},
	} {
		m := fakeMachine(t, nil)
		d := examination(t, m, "")
		file := filepath.Join(d.settings.StateDir, "geo", c.name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		touch(t, file, m.now.Add(-c.age))
		if found, _ := d.settings.databases(); !slices.Contains(found, file) {
			t.Errorf("%s is not found", c.name)
		}
		d.settings.Databases = []Database{{Path: file}} // and none that this machine has
		d.checkGeo()
		want := c.want
		switch want {
		case "warn ":
			want += d.settings.fetchCountries()
		case "warn ls -l ":
			want += file
		}
		if got := d.of("geo.age"); got != want {
			t.Errorf("%s of %v: %q, want %q", c.name, c.age, got, want)
		}
	}
	if fetch := examination(t, fakeMachine(t, nil), "").settings.fetchCountries(); strings.Contains(fetch, "install tor-geoipdb") || !strings.Contains(fetch, "apt-get download") {
		t.Errorf("%q would start Tor", fetch)
	}
}
