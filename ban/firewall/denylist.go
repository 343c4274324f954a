package firewall

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"gumshoe/ban"
)

// DenyList writes a file that a web server reads. Behind a proxy or a CDN it is
// what a ban is: there the kernel only ever sees the proxy, and the server,
// which is told the client's address, must turn it away.
//
//	nginx   include FILE; in http, server or location, beside real_ip_header
//	apache  Include FILE beside mod_remoteip, in the server or a virtual host
//	caddy   import FILE in a site, beside trusted_proxies; Caddy 2.7 or newer
//
// A list that the server's own check refuses is taken back before it is read.
type DenyList struct {
	Server string    // nginx, apache or caddy
	File   string    // the list; Clear leaves it empty, because the server may insist on it
	Ports  ban.Ports // of the server; none: 80 and 443
	// Validate and Reload are commands; nil: the usual one of the server, and
	// empty but not nil: none.
	Validate, Reload []string
	Tools            Tools
}

// webServer is how a server wants its list and its commands.
type webServer struct {
	head, entry, tail string // around the entries, and one with %s for the network
	validate, reload  []string
}

var webServers = map[string]webServer{
	"nginx": {
		entry:    "deny %s;\n",
		validate: []string{"nginx", "-t", "-q"}, reload: []string{"nginx", "-s", "reload"},
	},
	// AuthMerging And: whatever else the configuration requires still holds.
	"apache": {
		head:     "<Location \"/\">\nAuthMerging And\n<RequireAll>\nRequire all granted\n",
		entry:    "Require not ip %s\n",
		tail:     "</RequireAll>\n</Location>\n",
		validate: []string{"apachectl", "configtest"}, reload: []string{"apachectl", "graceful"},
	},
	"caddy": {
		head:     "@gumshoe {\n",
		entry:    "\tclient_ip %s\n",
		tail:     "}\nabort @gumshoe\n",
		validate: []string{"caddy", "validate", "--config", "/etc/caddy/Caddyfile"},
		reload:   []string{"caddy", "reload", "--config", "/etc/caddy/Caddyfile"},
	},
}

// web are the ports of a server that was told none.
var web = ban.Ports{80, 443}

// pending is the suffix of the old list while a new one is on its way. Where it
// is found a run died, and the server may not have read the new list.
const pending = ".gumshoe-old"

// Name implements Driver.
func (d *DenyList) Name() string { return d.Server }

// Expires implements Driver: a file does not forget.
func (*DenyList) Expires() bool { return false }

// Sync implements Driver.
func (d *DenyList) Sync(ctx context.Context, want Want) (Report, error) {
	var report Report
	server, ok := webServers[d.Server]
	if !ok {
		return report, fmt.Errorf("unknown web server %q: want nginx, apache or caddy", d.Server)
	}
	old, err := readFile(d.File)
	if err != nil {
		return report, err
	}
	var lines []string
	for _, b := range d.served(want, &report) {
		lines = append(lines, fmt.Sprintf(server.entry, address(b)))
	}
	lines = slices.Compact(slices.Sorted(slices.Values(lines)))
	content := ""
	if len(lines) > 0 {
		content = "# Written by gumshoe anew at every run.\n" + server.head + strings.Join(lines, "") + server.tail
	}
	died, err := os.Stat(d.File + pending)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return report, err
	}
	if died != nil || content != string(old) {
		if err := d.change(ctx, server, old, []byte(content), died != nil); err != nil {
			return report, err
		}
	}
	first, _, _ := strings.Cut(server.entry, "%s")
	report.lines(entries(old, first), lines)
	return report, nil
}

// served are the bans that concern the server.
func (d *DenyList) served(want Want, report *Report) []ban.Ban {
	mine := d.Ports
	if len(mine) == 0 {
		mine = web
	}
	return slices.DeleteFunc(want.only(d.Name()).Spared(), func(b ban.Ban) bool {
		switch {
		case b.Action == ban.Limit:
			report.skip("a deny list cannot slow down")
		case len(b.Ports) > 0 && !slices.ContainsFunc(b.Ports, func(p uint16) bool { return slices.Contains(mine, p) }):
			report.skip("not about the web server's ports")
		default:
			return false
		}
		return true
	})
}

// change puts the new list in place and has the server check and read it. If
// the server will not, the list that it last read comes back.
func (d *DenyList) change(ctx context.Context, server webServer, old, content []byte, died bool) error {
	if died {
		last, err := os.ReadFile(d.File + pending)
		if err != nil {
			return err
		}
		old = last
	} else if err := replaceFile(d.File+pending, old); err != nil {
		return err
	}
	if err := replaceFile(d.File, content); err != nil {
		return err
	}
	for _, argv := range [][]string{or(d.Validate, server.validate), or(d.Reload, server.reload)} {
		if len(argv) == 0 {
			continue
		}
		if _, err := d.Tools.run(ctx, nil, argv...); err != nil {
			back := replaceFile(d.File, old)
			if back == nil {
				back = os.Remove(d.File + pending)
			}
			if back != nil {
				return fmt.Errorf("%s refused the new list, and the old one could not be put back: %w", d.Server, errors.Join(err, back))
			}
			return fmt.Errorf("%s refused the new list, the old one is back: %w", d.Server, err)
		}
	}
	return os.Remove(d.File + pending)
}

// or returns the command, or the usual one where none is set.
func or(argv, usual []string) []string {
	if argv == nil {
		return usual
	}
	return argv
}

// entries are the lines that begin so.
func entries(content []byte, begin string) map[string]bool {
	out := map[string]bool{}
	for l := range bytes.Lines(content) {
		if bytes.HasPrefix(l, []byte(begin)) {
			out[string(l)] = true
		}
	}
	return out
}

// lines counts bans that are lines of a file.
func (r *Report) lines(old map[string]bool, lines []string) {
	r.Standing, r.Removed = len(lines), len(old)
	for _, l := range lines {
		if old[l] {
			r.Removed--
		} else {
			r.Added++
		}
	}
}

// Clear implements Driver.
func (d *DenyList) Clear(ctx context.Context) error {
	_, err := d.Sync(ctx, Want{})
	return err
}
