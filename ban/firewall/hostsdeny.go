package firewall

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/ban"
)

// HostsDeny writes a marked block into hosts.deny, for daemons that ask
// libwrap. It knows daemons, not ports, so that a ban of some ports is written
// for the daemons that are known to serve them.
type HostsDeny struct {
	File    string            // "": /etc/hosts.deny
	Daemons map[uint16]string // port -> daemon; nil: the usual ones
}

// usual daemons that are linked with libwrap.
var usual = map[uint16]string{21: "vsftpd", 22: "sshd", 25: "sendmail", 111: "rpcbind"}

// Name implements Driver.
func (*HostsDeny) Name() string { return "hosts.deny" }

// Expires implements Driver: a file does not forget.
func (*HostsDeny) Expires() bool { return false }

// Sync implements Driver.
func (h *HostsDeny) Sync(_ context.Context, want Want) (Report, error) {
	var report Report
	bans := h.served(want, &report)
	old, err := readFile(h.file())
	if err != nil {
		return report, err
	}
	_, block, _ := cutLine(old, blockBegin)
	block, _, _ = cutLine(block, blockEnd)
	var lines []string
	for _, b := range bans {
		lines = append(lines, h.line(b))
	}
	lines = slices.Compact(slices.Sorted(slices.Values(lines)))
	report.lines(entries(block, ""), lines)
	content, err := withBlock(old, lines)
	if err != nil {
		return report, fmt.Errorf("%s: %w", h.file(), err)
	}
	if bytes.Equal(content, old) {
		return report, nil
	}
	return report, replaceFile(h.file(), content)
}

func (h *HostsDeny) file() string {
	if h.File == "" {
		return "/etc/hosts.deny"
	}
	return h.File
}

// served are the bans that libwrap can carry out.
func (h *HostsDeny) served(want Want, report *Report) []ban.Ban {
	return slices.DeleteFunc(want.only(h.Name()).Spared(), func(b ban.Ban) bool {
		switch {
		case b.Action == ban.Limit:
			report.skip("hosts.deny cannot slow down")
		case len(b.Ports) > 0 && len(h.daemons(b.Ports)) == 0:
			report.skip("no daemon is named for its ports")
		default:
			return false
		}
		return true
	})
}

func (h *HostsDeny) daemons(ports ban.Ports) []string {
	names := h.Daemons
	if names == nil {
		names = usual
	}
	var out []string
	for _, p := range ports {
		if d := names[p]; d != "" {
			out = append(out, d)
		}
	}
	return out
}

// line as hosts_access(5) wants it: a v4 network has its mask written out, a v6
// one stands in brackets.
func (h *HostsDeny) line(b ban.Ban) string {
	who := "ALL"
	if len(b.Ports) > 0 {
		who = strings.Join(h.daemons(b.Ports), ", ")
	}
	p := b.Prefix
	client := p.Addr().String()
	switch {
	case p.Addr().Is6():
		client = fmt.Sprintf("[%s]/%d", p.Addr(), p.Bits())
	case !p.IsSingleIP():
		client += "/" + mask(netip.IPv4Unspecified(), p.Bits()).String()
	}
	return who + ": " + client + "\n"
}

// Clear implements Driver.
func (h *HostsDeny) Clear(ctx context.Context) error {
	_, err := h.Sync(ctx, Want{})
	return err
}
