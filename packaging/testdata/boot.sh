#!/bin/bash
# boot.sh DIR: boots systemd in a container that is a copy of this machine, with DIR
# as /live, runs /live/test there and prints what it says. It fails if the test does.
#
# The copy is an overlay, so that nothing here changes, and it has no network but a
# loopback. Wants root and systemd-container.
set -euo pipefail

dir=$(realpath "$1")
if [ "${2:-}" != inside ]; then
	exec unshare --mount bash "$0" "$dir" inside
fi
work=$(mktemp -d)
trap 'umount -l "$work" && rmdir "$work"' EXIT
mount -t tmpfs none "$work"
mkdir "$work"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
root=$work/root

# A machine that has never heard of gumshoe, and whose archives of packages are out of
# reach. Nobody there waits for a network.
rm -rf "$root"/var/log/* "$root"/etc/gumshoe "$root"/var/lib/gumshoe "$root"/etc/machine-id "$root"/var/lib/apt/lists/*
mkdir -p "$root/live" "$root/etc/systemd/system"
ln -sf /dev/null "$root/etc/systemd/system/systemd-networkd-wait-online.service"
cat >"$root/etc/systemd/system/live.service" <<'UNIT'
[Unit]
DefaultDependencies=no
Requires=sysinit.target dbus.socket
After=sysinit.target dbus.socket
[Service]
Type=oneshot
WorkingDirectory=/live
Environment=PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TZ=UTC HOME=/root PAGER=cat
Environment="SSH_CONNECTION=192.0.2.10 50022 192.0.2.2 22"
ExecStart=/live/test -test.v -test.run ^TestLive$
ExecStopPost=/bin/sh -c 'echo $EXIT_STATUS >/live.status; systemctl poweroff --force'
StandardOutput=file:/live.log
StandardError=inherit
UNIT
timeout 300 systemd-nspawn --quiet --machine="live-$$" --register=no --keep-unit --private-network --bind-ro="$dir:/live" -D "$root" --boot -- --unit=live.service >"$work/console" 2>&1 </dev/null || true
if [ ! -e "$root/live.status" ]; then
	echo "systemd did not boot in a container, or did not come to its end:" >&2
	tail -n 40 "$work/console" >&2
	exit 1
fi
cat "$root/live.log"
[ "$(cat "$root/live.status")" = 0 ]
