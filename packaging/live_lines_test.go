package packaging

import (
	"os"
	"slices"
	"testing"

	"gumshoe/docs"
)

// manner is what belongs to a line of the pages beside its text.
type manner struct {
	before string // what has happened on the machine before somebody types it
	answer string // what he types then
	tty    bool   // it runs on terminals alone
	want   string // in its output
	after  string // what holds then
}

// manners of the lines that have one. The others only have to succeed.
var manners = map[string]manner{
	"apt install ./dist/gumshoe_*_amd64.deb": {
		want:  "Next: gumshoe init",
		after: `getent passwd gumshoe && test -z "$(find /etc/systemd -name 'gumshoe*')"`,
	},
	"gumshoe init":          {want: "gumshoe analyze", after: "grep 192.0.2.10 /etc/gumshoe/allow.d/admin.list && gumshoe config check"},
	"gumshoe analyze":       {want: "203.0.113.66"},
	"gumshoe doctor":        {want: "0 to mend"},
	"gumshoe doctor --json": {want: `"id":"run.last","state":"ok"`},
	"man gumshoe":           {want: "whom to ban"},
	"man gumshoe.yaml":      {want: "ban.mode"},
	"systemctl enable --now gumshoe.timer": {
		after: `systemctl show -P NextElapseUSecRealtime gumshoe.timer | grep . && gumshoe doctor --json | grep '"id":"run.timer","state":"ok"'`,
	},
	"systemctl list-timers gumshoe.timer": {want: "gumshoe.service"},
	"journalctl -u gumshoe":               {before: "systemctl start gumshoe.service && journalctl --sync", want: "Finished gumshoe.service"},

	// Cron says of each file what it cannot read, and begins with the line of @reboot.
	"cp /usr/share/doc/gumshoe/examples/crontab.example /etc/cron.d/gumshoe": {
		after: `systemctl start cron && cmp /live/crontab.example /etc/cron.d/gumshoe || exit
			for _ in $(seq 300); do journalctl -u cron -o cat | grep -q 'CMD.*gumshoe bans sync' && break; sleep .1; done
			journalctl -u cron -o cat | grep -q 'CMD.*gumshoe bans sync' && ! journalctl -u cron -o cat | grep -iE 'error|bad '`,
	},

	"systemd-analyze security gumshoe.service": {want: "Overall exposure level for gumshoe.service: 2."},
	"systemctl edit gumshoe.service":           {tty: true, after: "systemctl show -P ReadWritePaths gumshoe.service | grep /srv"},
	"install -m 600 /dev/stdin /etc/credstore/gumshoe.ai_key": {
		answer: "opensesame\n", after: "stat -c %a /etc/credstore/gumshoe.ai_key | grep -x 600",
	},
	"editor /etc/gumshoe/gumshoe.yaml": {after: "gumshoe config show | grep -x '  mode: critical'"},
	"systemctl enable --now gumshoe-sync.service": {
		before: "gumshoe bans add 203.0.113.66 --quiet && ipset flush", after: "ipset list | grep 203.0.113.66",
	},
	"gumshoe bans sync": {before: "gumshoe bans add 203.0.113.66 --quiet && iptables -F && iptables -X", after: "iptables -S INPUT | grep GUMSHOE"},

	"cp /usr/share/doc/gumshoe/examples/jail.local /etc/fail2ban/jail.local": {
		before: "systemctl start fail2ban; for _ in $(seq 300); do fail2ban-client ping && break; sleep .1; done",
	},
	"systemctl reload fail2ban":                                  {after: "fail2ban-client status gumshoe"},
	"fail2ban-client set JAIL banip":                             {after: "fail2ban-client get gumshoe banip | grep 203.0.113.66"},
	"fail2ban-client set gumshoe unbanip ADDRESS":                {before: "fail2ban-client set gumshoe banip 203.0.113.66", after: "! fail2ban-client get gumshoe banip | grep 203.0.113.66"},
	"systemctl enable --now gumshoe-sync.timer":                  {after: "systemctl is-active gumshoe-sync.timer"},
	"iptables -D INPUT 1":                                        {before: "gumshoe bans add 203.0.113.66 --quiet && iptables -S INPUT 1 | grep GUMSHOE", after: "! iptables -S INPUT | grep GUMSHOE"},
	"nft delete table inet gumshoe":                              {before: "GUMSHOE_BAN_DRIVERS=nftables gumshoe bans sync", after: "! nft list table inet gumshoe"},
	"systemctl disable --now gumshoe.timer gumshoe-sync.service": {after: "! systemctl is-active gumshoe.timer && ! systemctl is-enabled gumshoe-sync.service"},
	"gumshoe bans flush --yes":                                   {before: "gumshoe bans add 203.0.113.66 --quiet", after: "! iptables -S | grep GUMSHOE && ! ipset list -n | grep gumshoe"},
	"apt purge gumshoe":                                          {answer: "y\n"},
}

// farewell are the lines after which there is less of gumshoe, in their order.
var farewell = []string{
	"gumshoe bans flush --yes",
	"systemctl disable --now gumshoe.timer gumshoe-sync.service",
	"touch /etc/gumshoe/purge-state",
	"apt purge gumshoe",
}

// order in which a newcomer reads; the other pages come later.
var order = []string{"README.md", "INSTALL.md", "FIRST-WEEK.md", "FAIL2BAN.md"}

// wanted are the lines of the pages that want a machine, as a newcomer meets them.
func wanted(t *testing.T) []docs.Line {
	t.Helper()
	all, err := docs.Lines(os.DirFS("/live"))
	if err != nil {
		t.Fatal(err)
	}
	rank := func(page string) int {
		if i := slices.Index(order, page); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(all, func(a, b docs.Line) int { return rank(a.Page) - rank(b.Page) })
	lines := docs.In(docs.Machine, all)
	for text := range manners {
		if !slices.ContainsFunc(lines, func(l docs.Line) bool { return l.Text == text }) {
			t.Errorf("no page says %q any more", text)
		}
	}
	return lines
}
