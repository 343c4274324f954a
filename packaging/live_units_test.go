package packaging

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// The run writes its report, and its numbers for the node exporter.
func (m *machine) runs(t *testing.T) {
	put(t, "/etc/gumshoe/conf.d/metrics.yaml", "metrics: /var/lib/gumshoe/gumshoe.prom\n")
	m.sh(t, "systemctl start gumshoe.service")
	if result := m.sh(t, "systemctl show -P Result gumshoe.service"); strings.TrimSpace(result) != "success" {
		t.Errorf("the run ended with %s", result)
	}
	m.sh(t, "grep 203.0.113.66 /var/lib/gumshoe/reports/latest.txt && test -s /var/lib/gumshoe/reports/latest.html && grep '^gumshoe_run_timestamp_seconds ' /var/lib/gumshoe/gumshoe.prom")
}

// The key of the AI's endpoint lies in a file that only root may read; systemd hands
// it to the run, which shows it to the endpoint and writes it nowhere.
func (m *machine) keepsSecrets(t *testing.T) {
	var shown atomic.Pointer[string]
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Authorization")
		shown.Store(&key)
		http.Error(w, "who are you?", http.StatusUnauthorized) // that it is not tried again
	}))
	defer endpoint.Close()
	put(t, "/etc/gumshoe/conf.d/ai.yaml", "ai: {base_url: \""+endpoint.URL+"/v1\", model: small}\n")
	m.sh(t, "systemctl start gumshoe.service; rm /etc/gumshoe/conf.d/ai.yaml")
	if key := shown.Load(); key == nil || *key != "Bearer opensesame" {
		t.Errorf("the endpoint was shown %v", key)
	}
	m.sh(t, "! grep -r opensesame /var/lib/gumshoe /var/log && ! journalctl | grep opensesame")
}

// A configuration that is none stops the run, and root gets a mail that says why.
func (m *machine) tellsFailures(t *testing.T) {
	put(t, "/etc/gumshoe/conf.d/broken.yaml", "sources: [\n")
	m.sh(t, "! systemctl start gumshoe.service")
	m.sh(t, `for _ in $(seq 300); do grep -qs . /var/mailed && break; sleep .1; done
		grep '^Subject: gumshoe.service failed' /var/mailed && grep broken.yaml /var/mailed &&
		rm /etc/gumshoe/conf.d/broken.yaml && systemctl reset-failed`)
}

// What a firewall flushes that loads a ruleset of its own is there again after
// gumshoe-sync.service, which is started at boot and with the firewall, and after its
// repetition by the timer.
func (m *machine) heals(t *testing.T) {
	m.sh(t, "gumshoe bans add 203.0.113.66 --quiet; systemctl stop gumshoe-sync.service")
	for _, unit := range []string{"gumshoe-sync.service", "gumshoe-resync.service"} {
		m.sh(t, "flushing && systemctl start "+unit+" && iptables -S INPUT | grep GUMSHOE && ipset list | grep 203.0.113.66")
	}
	m.sh(t, "systemctl cat nftables.service && flushing && systemctl restart nftables.service && systemctl start gumshoe-sync.service && iptables -S INPUT | grep GUMSHOE")
}

// lists what a package could leave behind. Not counted is what others keep for
// themselves: package managers, man, the journal, and fail2ban with its jails.
func (m *machine) lists(t *testing.T) string {
	t.Helper()
	return m.sh(t, `find /etc /usr /var -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /var/lib/fail2ban \
		-o -path /var/lib/systemd -o -path /var/lib/PackageKit -o -path /var/tmp -o -name '*-' \) -prune -o -print | grep -vE '^/(etc/fail2ban/jail.local|etc/cron.d/gumshoe|etc/credstore.*|var/mailed)$' | sort
		find /var/lib/systemd/timers -name '*gumshoe*' 2>/dev/null
		cat /etc/passwd /etc/group; ipset list -n; iptables -S | grep -v f2b`)
}

// After the purge the machine is as it was: no file, unit, set, rule or user. What the
// person himself wrote is his: cron's file, the secrets, the jails, his drop-in.
func (m *machine) isAsBefore(t *testing.T) {
	m.sh(t, "systemctl revert gumshoe.service; rm -rf /etc/systemd/system/gumshoe.service.d")
	if units := m.sh(t, "systemctl list-units --all --no-legend 'gumshoe*.timer' 'gumshoe-sync*'"); units != "" {
		t.Errorf("units are left: %s", units)
	}
	before := map[string]bool{}
	for line := range strings.Lines(m.listing) {
		before[line] = true
	}
	for line := range strings.Lines(m.lists(t)) {
		if !before[line] {
			t.Errorf("left behind: %s", line)
		}
	}
}
