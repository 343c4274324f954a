package firewall

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Detect returns the packet filter that works here, and a sentence about it for
// whoever asks what is wrong; nil where none does. It changes nothing.
func Detect(ctx context.Context, tools Tools, options Options) (Driver, string) {
	version, xtables := works(ctx, tools, "iptables", "-w", "10", "-S", "INPUT")
	_, sets := works(ctx, tools, "ipset", "list", "-n")
	xtables = errors.Join(xtables, sets)
	if xtables == nil {
		says := fmt.Sprintf("Bans go to the kernel by ipset and %s", version)
		if _, v6 := works(ctx, tools, "ip6tables", "-w", "10", "-S", "INPUT"); v6 != nil {
			return &XTables{tools, options}, fmt.Sprintf("%s, for IPv4 alone: %s.", says, oneLine(v6))
		}
		return &XTables{tools, options}, says + ", for IPv4 and IPv6."
	}
	version, nft := works(ctx, tools, "nft", "list", "tables")
	if nft == nil {
		return &NFTables{tools, options}, fmt.Sprintf("Bans go to the kernel by %s, for IPv4 and IPv6.", version)
	}
	hint := "run it as root"
	if errors.Is(xtables, ErrMissing) && errors.Is(nft, ErrMissing) {
		hint = "apt-get install ipset iptables"
	}
	return nil, fmt.Sprintf("No packet filter can be used (%s; %s): %s.", oneLine(xtables), oneLine(nft), hint)
}

// works asks a program for its version, and whether it may read the kernel.
func works(ctx context.Context, tools Tools, program string, args ...string) (version string, err error) {
	out, err := tools.run(ctx, nil, program, "--version")
	if err == nil {
		_, err = tools.run(ctx, nil, append([]string{program}, args...)...)
	}
	version, _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return version, err
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
