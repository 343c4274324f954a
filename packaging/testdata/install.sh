#!/bin/bash
# install.sh DEB: installs a package into a copy of this machine, uses it as its
# administrator would, removes it, and fails if anything is left.
#
# The copy is an overlay in namespaces of its own (mounts, network, processes), so
# that nothing here touches the machine, and all that changes can be listed. It wants
# root:  unshare --mount --net --pid --fork bash install.sh gumshoe.deb
set -euo pipefail

if [ "${2:-}" != inside ]; then
	work=$(mktemp -d)
	mount -t tmpfs none "$work"
	mkdir "$work"/{upper,work,root}
	mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
	mount -t proc proc "$work/root/proc"
	mount --rbind /dev "$work/root/dev"
	mount -t tmpfs none "$work/root/run"
	mount -t tmpfs none "$work/root/tmp"
	cp "$1" "$work/root/tmp/gumshoe.deb"
	cp "$0" "$work/root/tmp/install.sh"
	ip link set lo up
	chroot "$work/root" bash /tmp/install.sh /tmp/gumshoe.deb inside
	exit
fi

die() { echo "install.sh: $*" >&2; exit 1; }
expect() { # expect TEXT COMMAND...: it succeeds, and its output has the text
	local text=$1 out
	shift
	out=$("$@" 2>&1) || die "$*: exit $?: $out"
	[[ $out == *"$text"* ]] || die "$*: no '$text' in: $out"
}
# All that a package could leave; not what dpkg and adduser keep for themselves.
listing() {
	find /etc /usr /var /run -xdev \( -path /var/lib/dpkg -o -path /run/adduser -o -path /usr/local/go -o -name '*-' \) -prune -o -print | grep -v '^/var/log/dpkg.log$' | sort
	cat /etc/passwd /etc/group
	iptables -S
	ip6tables -S
	ipset list -n
}

unset "${!GUMSHOE_@}" XDG_CONFIG_HOME XDG_STATE_HOME TMPDIR
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC SSH_CONNECTION="192.0.2.10 50022 192.0.2.2 22" DPKG_FRONTEND_LOCKED=1

# A server: somebody guesses, somebody works.
rm -rf /var/log/* /etc/gumshoe /var/lib/gumshoe
now=$(date +%s)
for i in $(seq 40); do
	at=$(date -u -d "@$((now - 7200 + i * 120))" +%Y-%m-%dT%H:%M:%S+00:00)
	echo "$at web1 sshd[$((4000 + i))]: Failed password for invalid user user$i from 203.0.113.66 port $((40000 + i)) ssh2"
done >/var/log/auth.log
listing >/tmp/before

expect "Next: gumshoe init" dpkg --force-depends -i "$1"
getent passwd gumshoe >/dev/null || die "no user gumshoe"
[ -z "$(find /etc/systemd -name 'gumshoe*')" ] || die "something is enabled before init"

expect "/etc/gumshoe/gumshoe.yaml" gumshoe init --yes
grep -q 192.0.2.10 /etc/gumshoe/allow.d/admin.list || die "the administrator is not on the allowlist"
expect "settings are right" gumshoe config check
expect '"id":"src.auth","state":"ok"' gumshoe doctor --json
expect 203.0.113.66 gumshoe analyze --json
expect '"id":"run.last","state":"ok"' gumshoe doctor --json
ls /var/lib/gumshoe/reports/latest.html >/dev/null

gumshoe bans add 203.0.113.66 --quiet
expect "-j GUMSHOE" iptables -S INPUT
expect '"id":"fw.equal","state":"ok"' gumshoe doctor --json

# Cron's lines, by cron's shell.
sed -nE 's/^(@reboot|([0-9*/,-]+ +){5}) *root +//p' /usr/share/doc/gumshoe/examples/crontab.example >/tmp/lines
[ "$(wc -l </tmp/lines)" -ge 3 ] || die "the crontab has no lines"
while read -r command; do
	sh -c "$command" >/tmp/said 2>&1 || die "$command: exit $?: $(cat /tmp/said)"
done </tmp/lines

dpkg --force-depends -i "$1" >/dev/null
expect "-j GUMSHOE" iptables -S INPUT # an upgrade lets nobody in

dpkg -r gumshoe >/dev/null
[ -e /var/lib/gumshoe/ledger.db ] || die "a removal took the ledger"
! ipset list -n | grep -q gumshoe || die "a removal left sets"
! iptables-save | grep -qi gumshoe || die "a removal left rules"

touch /etc/gumshoe/purge-state
dpkg -P gumshoe >/dev/null
listing >/tmp/after
diff /tmp/before /tmp/after || die "something is left, or missing"

# Without that file a purge leaves what was learned.
dpkg --force-depends -i "$1" >/dev/null
gumshoe bans add 203.0.113.66 --quiet
expect "/var/lib/gumshoe stays" dpkg -P gumshoe
[ -e /var/lib/gumshoe/ledger.db ] || die "a purge took the ledger"
! iptables-save | grep -qi gumshoe || die "a purge left rules"
