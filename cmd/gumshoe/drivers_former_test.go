package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Who carried bans out under an earlier configuration lets go of them with the first
// sync under the next: nobody would tell it any more when a ban is lifted. What only
// the old configuration knew how to reach is named, once, and so is what only a
// program could reach that is gone.
func TestFormerDriversLetGo(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("hosts.deny and network namespaces need root: run the tests as root")
	}
	dir, state := t.TempDir(), stateDir(t)
	for name, drivers := range map[string]string{
		"all":    "ban:\n  drivers: [nftables, ipset, hosts.deny]\nactions:\n  - name: border\n    command: [/bin/true]\n",
		"ipset":  "ban:\n  drivers: [ipset]\n",
		"border": "actions:\n  - name: border\n    command: [/bin/true]\n",
	} {
		put(t, dir, name+".yaml", "host: web1\n"+drivers)
	}
	// A network and an /etc/hosts.deny of its own, and what is in each after every step.
	story := exec.Command("unshare", "--net", "--mount", "sh", "-ec", `
mount -t tmpfs none /mnt && cp -a /etc/alternatives /mnt && echo "# mine" >/mnt/hosts.deny && mount --move /mnt /etc
gumshoe() { config=$1; shift; "$BIN" --config "$DIR/$config.yaml" --state-dir "$STATE" "$@" 2>&1; }
holds() { echo "$1:" $(nft list tables | grep -c "inet gumshoe" || true) $(ipset list -n | grep -c drop || true) $(grep -c 203.0.113.9 /etc/hosts.deny || true); }
gumshoe all bans add 203.0.113.9; holds all
gumshoe ipset bans sync; holds ipset
gumshoe ipset bans sync; holds ipset again
gumshoe border bans sync; holds border
gumshoe all bans sync; holds all again
mount --bind /dev/null "$(command -v nft)"; gumshoe ipset bans sync
`)
	story.Env = append(os.Environ(), "GUMSHOE_DNS=false", "BIN="+realProgram(t), "DIR="+dir, "STATE="+state)
	out, err := story.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `gumshoe: 1 banned; gumshoe bans remove undoes it
gumshoe: nftables holds 1
gumshoe: ipset holds 1
gumshoe: hosts.deny holds 1
gumshoe: action:border holds 1
all: 1 1 1
gumshoe: action:border is not configured any more, and keeps the bans that it was given until you end them there
gumshoe: hosts.deny is not configured any more, and has let go of its bans
gumshoe: nftables is not configured any more, and has let go of its bans
gumshoe: ipset holds 1
ipset: 0 1 0
gumshoe: ipset holds 1
ipset: 0 1 0
gumshoe: ipset is not configured any more, and has let go of its bans
gumshoe: action:border holds 1
border: 0 0 0
gumshoe: nftables holds 1
gumshoe: ipset holds 1
gumshoe: hosts.deny holds 1
gumshoe: action:border holds 1
all: 1 1 1
gumshoe: action:border is not configured any more, and keeps the bans that it was given until you end them there
gumshoe: hosts.deny is not configured any more, and has let go of its bans
gumshoe: nftables is not configured any more, and its program is gone: what the kernel still holds of it ends in its time, or with a reboot
gumshoe: ipset holds 1
`
	if got := strings.ReplaceAll(string(out), "\t", " "); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
