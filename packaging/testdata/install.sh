#!/bin/bash
# install.sh PACKAGE: installs a deb, rpm or apk into a copy of this machine, uses it as
# its administrator would, removes it, and fails if anything is left.
#
# The copy is an overlay in namespaces of its own (mounts, network, processes), so
# that nothing here touches the machine, and all that changes can be listed. It wants
# root:  unshare --mount --net --pid --fork bash install.sh gumshoe.deb
#
# There is no apk on Debian: its archive is unpacked as apk does, and its scripts are run
# in apk's order and with its arguments by busybox's shell, which is Alpine's.
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
	package=/tmp/gumshoe.${1##*.}
	cp "$1" "$work/root$package"
	cp "$0" "$work/root/tmp/install.sh"
	ip link set lo up
	chroot "$work/root" bash /tmp/install.sh "$package" inside
	exit
fi

die() { echo "install.sh: $*" >&2; exit 1; }
expect() { # expect TEXT COMMAND...: it succeeds, and its output has the text
	local text=$1 out
	shift
	out=$("$@" 2>&1) || die "$*: exit $?: $out"
	[[ $out == *"$text"* ]] || die "$*: no '$text' in: $out"
}
case $1 in
*.deb)
	put() { dpkg --force-depends -i "$package"; }
	upgrade() { put; }
	remove() { dpkg -r gumshoe; }
	purge() { dpkg -P gumshoe; }
	;;
*.rpm)
	put() { rpm -i --nodeps "$package"; }
	upgrade() { rpm -U --force --nodeps "$package"; }
	remove() { rpm -e gumshoe; }
	purge() { true; } # there is none
	;;
*.apk)
	control=/tmp/control
	mkdir "$control"
	# Alpine has no systemd, and busybox's programs where Debian has shadow's.
	rm "$(command -v systemd-sysusers)"
	alpine() { printf '#!/bin/sh\n%s\n' "$2" >"/usr/local/bin/$1" && chmod 755 "/usr/local/bin/$1"; }
	alpine apk 'exit 0'
	alpine addgroup '[ "$*" = "-S gumshoe" ] && groupadd --system gumshoe'
	alpine adduser '[ "$*" = "-S -D -H -h /var/lib/gumshoe -s /sbin/nologin -G gumshoe gumshoe" ] && useradd --system --gid gumshoe --home-dir /var/lib/gumshoe --shell /sbin/nologin gumshoe'
	script() { PATH=/usr/local/bin:$PATH busybox sh "$control/$1" 0.1.0_git202611211200; }
	tar -xzf "$1" -C "$control" --warning=no-unknown-keyword .PKGINFO .post-install .pre-deinstall .post-deinstall
	tar -tzf "$1" --warning=no-unknown-keyword | grep -v '^\.' >"$control/files"
	put() { tar -xzf "$package" -C / --warning=no-unknown-keyword --exclude='.*' && script .post-install; }
	upgrade() { tar -xzf "$package" -C / --warning=no-unknown-keyword --exclude='.*'; } # for which it has no script
	remove() {
		script .pre-deinstall
		tac "$control/files" | while read -r file; do
			case $file in *gumshoe*/) rmdir "/$file" ;; */) ;; *) rm "/$file" ;; esac # other packages have the rest too
		done
		script .post-deinstall
	}
	purge() { true; }
	;;
esac
package=$1

# All that a package could leave; not what package managers and adduser keep for themselves.
listing() {
	find /etc /usr /var /run -xdev \( -path /var/lib/dpkg -o -path /var/lib/rpm -o -path /var/cache/man -o -path /run/adduser -o -path /usr/local/go -o -name '*-' \) -prune -o -print | grep -v '^/var/log/dpkg.log$' | sort
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
case $1 in *.deb) ;; *) mkdir -p /usr/share/zsh/site-functions /usr/share/fish/vendor_completions.d ;; esac # they are the shells'
listing >/tmp/before

expect "Next: gumshoe init" put
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

# What it brings to read.
expect "whom to ban" man --pager=cat gumshoe-analyze
expect "ban.mode" man --pager=cat 5 gumshoe.yaml

# Cron's lines, by cron's shell.
sed -nE 's/^(@reboot|([0-9*/,-]+ +){5}) *root +//p' /usr/share/doc/gumshoe/examples/crontab.example >/tmp/lines
[ "$(wc -l </tmp/lines)" -ge 3 ] || die "the crontab has no lines"
while read -r command; do
	sh -c "$command" >/tmp/said 2>&1 || die "$command: exit $?: $(cat /tmp/said)"
done </tmp/lines

upgrade >/dev/null
expect "-j GUMSHOE" iptables -S INPUT # an upgrade lets nobody in

remove >/dev/null
[ -e /var/lib/gumshoe/ledger.db ] || die "a removal took the ledger"
! ipset list -n | grep -q gumshoe || die "a removal left sets"
! iptables-save | grep -qi gumshoe || die "a removal left rules"

touch /etc/gumshoe/purge-state
purge >/dev/null
case $1 in *.deb) ;; *) # what the manual says about those without a purge
	rm -r /etc/gumshoe /var/lib/gumshoe
	userdel gumshoe 2>/dev/null
	;;
esac
listing >/tmp/after
diff /tmp/before /tmp/after || die "something is left, or missing"

case $1 in *.deb) ;; *) exit 0 ;; esac
# Without that file a purge leaves what was learned.
put >/dev/null
gumshoe bans add 203.0.113.66 --quiet
expect "/var/lib/gumshoe stays" purge
[ -e /var/lib/gumshoe/ledger.db ] || die "a purge took the ledger"
! iptables-save | grep -qi gumshoe || die "a purge left rules"
