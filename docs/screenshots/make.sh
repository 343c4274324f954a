#!/bin/sh
# Takes the pictures of this directory: the night of testdata/site as a mail on a phone
# (360 px) and in a mail program (600 px), and as a page (1200 px), in light and dark.
# It runs the job over the sample logs twice, the weeks before and then the night, in a
# state directory of its own; nothing is sent. Needs go and chromium.
#
#   docs/screenshots/make.sh [chromium]
set -eu
browser=${1:-chromium}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/gumshoe.yaml" <<YAML
host: web1
sources:
  - path: $root/testdata/site/auth.log
  - path: $root/testdata/site/mail.log
  - path: $root/testdata/site/nginx/access.log
geo:
  databases: [none]
YAML
(cd "$root" && go build -o "$work/gumshoe" ./cmd/gumshoe)
gumshoe() { GUMSHOE_DNS=false "$work/gumshoe" --config "$work/gumshoe.yaml" --state-dir "$work/state" "$@"; }
gumshoe analyze --quiet --tz UTC --since 2026-10-17T06:00:00Z --until 2026-11-14T23:00:00Z
gumshoe analyze --quiet --tz UTC --since 2026-11-15T00:00:00Z --until 2026-11-15T06:00:00Z
gumshoe report show --format mail-html >"$work/mail.html"
gumshoe report show --format html >"$work/page.html"

# take FILE NAME WIDTH HEIGHT
take() {
	for look in light dark; do
		scheme=1
		[ "$look" = light ] || scheme=0
		"$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
			--blink-settings=preferredColorScheme=$scheme --window-size="$3,$4" \
			--screenshot="$here/$2-$look.png" "file://$work/$1" 2>/dev/null
	done
}
take mail.html mail-360 360 780
take mail.html mail-600 600 1100
take page.html page-1200 1200 1300
