package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest/archive"
)

func newCasesExport(a *app) *cobra.Command {
	var out, network string
	cmd := &cobra.Command{
		Use:   "export ID",
		Short: "Write the evidence of a case for the abuse desk of the network it came from",
		Long: `Writes what the kept reports tell of a case as plain text to be sent to an abuse
desk: who, what and when in UTC, the log lines, and whom to answer. Names of
accounts become pseudonyms and passwords *** in it; read it before you send it.
A desk answers for its own network: of a case from many, --network writes what
concerns one of them. Contacts are known where owner.lookup is set.`,
		Example: `  gumshoe cases export k3m9x -o report.txt
  gumshoe cases export k3m9x --network 203.0.113.0/24`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.json {
				return usagef("the evidence of a case is for people to read; gumshoe report show --json has it for programs")
			}
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			p, err := s.runs().evidence(args[0])
			if err != nil {
				return err
			}
			if network != "" {
				of, err := netip.ParsePrefix(network)
				if err != nil {
					return usagef("--network: %v", err)
				}
				if p.only(of.Masked()); len(p.accused) == 0 {
					return fmt.Errorf("case %s has no source in %s", p.ID, of)
				}
			}
			hide, err := s.pseudonyms(cmd.Context(), p)
			if err != nil {
				return err
			}
			if _, err = a.writeTo(out, func(w *bufio.Writer) ([]archive.Damage, error) {
				return nil, p.write(w, s.Host, s.Mail.sender(s.Host), hide)
			}); err != nil {
				return err
			}
			if n := p.strangers(); n > 0 {
				a.note("whose network it is was not asked for %d of %d addresses; https://client.rdap.org tells, and with owner.lookup: true the next report", n, len(p.accused))
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "`file` to write (default standard output)")
	cmd.Flags().StringVar(&network, "network", "", "only the sources in this `network`, and their lines")
	return cmd
}

// casePack is what all kept reports together tell of a case.
type casePack struct {
	analyze.Case                                   // as the last report tells it
	accused      []netip.Prefix                    // in any of them
	who          map[netip.Prefix]analyze.Identity // of those of whom something is known
	lines        []analyze.Line                    // oldest first
	accounts     map[string]bool                   // that any of their cases is about
	read         map[analyze.Line]bool             // to tell each line once
}

// evidence collects what the kept reports tell of a case. One that is damaged is
// left out.
func (k keptRuns) evidence(id string) (*casePack, error) {
	names, err := k.names()
	if err != nil {
		return nil, err
	}
	e := &casePack{who: map[netip.Prefix]analyze.Identity{}, accounts: map[string]bool{}, read: map[analyze.Line]bool{}}
	for _, run := range names {
		r, err := k.get(run)
		if err != nil {
			continue
		}
		for _, c := range slices.Concat(r.Cases, r.Known) {
			for _, t := range c.Targets {
				if t.Kind == analyze.AccountName {
					e.accounts[t.Value] = true
				}
			}
			if c.ID == id {
				e.add(c)
			}
		}
	}
	if e.ID == "" {
		return nil, fmt.Errorf("no kept report tells of case %q; gumshoe cases list --all shows what is remembered", id)
	}
	slices.SortFunc(e.accused, netip.Prefix.Compare)
	e.accused = slices.Compact(e.accused)
	slices.SortStableFunc(e.lines, func(x, y analyze.Line) int { return x.Time.Compare(y.Time) })
	return e, nil
}

// add adds what a later report tells.
func (e *casePack) add(c analyze.Case) {
	first, last := c.First, c.Last
	if e.ID != "" {
		first, last = earlier(e.First, first), later(e.Last, last)
	}
	e.Case = c
	e.First, e.Last = earlier(first, c.Began), last
	e.accused = append(e.accused, c.Sources...)
	for _, id := range c.Identities {
		if old := e.who[id.Source]; !id.CIDR.IsValid() {
			id.Owner, id.Abuse, id.CIDR = old.Owner, old.Abuse, old.CIDR
		}
		e.who[id.Source] = id
	}
	for _, l := range c.Evidence {
		key := analyze.Line{Time: l.Time.UTC(), Text: l.Text} // a log that was rotated has another name
		if !e.read[key] {
			e.read[key] = true
			e.lines = append(e.lines, l)
		}
	}
}

// only leaves what concerns one network.
func (e *casePack) only(network netip.Prefix) {
	e.accused = slices.DeleteFunc(e.accused, func(p netip.Prefix) bool { return !network.Overlaps(p) })
	e.lines = slices.DeleteFunc(e.lines, func(l analyze.Line) bool {
		return !slices.ContainsFunc(e.accused, func(p netip.Prefix) bool { return ban.Names(l.Text, p) })
	})
}

// strangers counts the sources whose network is not known.
func (e *casePack) strangers() (n int) {
	for _, p := range e.accused {
		if id := e.who[p]; !id.CIDR.IsValid() {
			n++
		}
	}
	return n
}

// earlier returns the earlier of two moments, the zero one being none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Bounds of the text: who reads it wants to see enough, and no more.
const (
	exportedLines   = 50
	exportedSources = 500
	exportedLine    = 600 // runes
	exportedWidth   = 65  // of prose, beside its label
)

// write writes the text. hide takes out what concerns nobody else.
func (e *casePack) write(w io.Writer, host, contact string, hide func(string) string) error {
	const stamp = "2006-01-02 15:04:05 UTC"
	var b strings.Builder
	show := func(s string) string { return legibly(hide(s), exportedLine) }
	fmt.Fprintf(&b, "Subject: Abuse from %s against %s (case %s)\n\n", fewPrefixes(e.accused), legibly(host, 255), e.ID)
	fmt.Fprintf(&b, "The addresses below were seen attacking %s. If they are in your network, please\nlook into it: the machines may be abused without the knowledge of their owners.\n\n", legibly(host, 255))
	fact := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s %s\n", label, value)
		}
	}
	label := "What"
	for _, part := range []string{e.Headline, e.Summary} {
		for _, line := range wrapped(show(part), exportedWidth) {
			fact(label, line)
			label = ""
		}
	}
	fact("First seen", e.First.UTC().Format(stamp))
	fact("Last seen", e.Last.UTC().Format(stamp))
	fact("Events", fmt.Sprintf("%d, as last counted", e.Events))
	fact("Services", show(strings.Join(e.Services, ", ")))
	fact("ATT&CK", strings.Join(e.Techniques, ", "))
	fact("Case", e.ID)
	fact("Contact", legibly(contact, 255))
	e.writeSources(&b)
	e.writeLines(&b, stamp, show)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeSources lists the addresses by the network that they belong to, since each
// abuse desk answers for its own.
func (e *casePack) writeSources(b *strings.Builder) {
	const unknown = "unknown"
	fmt.Fprintf(b, "\nSources (%d)\n", len(e.accused))
	list := slices.Clone(e.accused[:min(len(e.accused), exportedSources)])
	slices.SortStableFunc(list, func(x, y netip.Prefix) int { return e.who[x].CIDR.Compare(e.who[y].CIDR) })
	for i, p := range list {
		id := e.who[p]
		if i == 0 || id.CIDR != e.who[list[i-1]].CIDR {
			if !id.CIDR.IsValid() {
				fmt.Fprint(b, "\n  Network not looked up\n")
			} else {
				fmt.Fprintf(b, "\n  Network %s, owner: %s, abuse contact: %s\n", id.CIDR, legibly(cmp.Or(id.Owner, unknown), 200), legibly(cmp.Or(id.Abuse, unknown), 200))
			}
		}
		about := []string{prefixText(p)}
		if id.ASN != 0 {
			about = append(about, strings.TrimSpace(fmt.Sprintf("AS%d %s", id.ASN, legibly(id.Org, 200))))
		}
		for _, s := range []string{id.Country, id.Name} {
			if s != "" {
				about = append(about, legibly(s, 255))
			}
		}
		fmt.Fprintf(b, "    %s\n", strings.Join(about, ", "))
	}
	if more := len(e.accused) - len(list); more > 0 {
		fmt.Fprintf(b, "    and %d more\n", more)
	}
}

// writeLines lists the latest log lines, each with its time in UTC.
func (e *casePack) writeLines(b *strings.Builder, stamp string, show func(string) string) {
	lines := e.lines[max(0, len(e.lines)-exportedLines):]
	fmt.Fprintf(b, "\nLog lines (%d, times in front in UTC; names of accounts and secrets are replaced)\n\n", len(lines))
	for _, l := range lines {
		at := "time unknown           "
		if !l.Time.IsZero() {
			at = l.Time.UTC().Format(stamp)
		}
		fmt.Fprintf(b, "  %s  %s\n", at, show(l.Text))
	}
	if len(lines) == 0 {
		fmt.Fprintln(b, "  none are kept")
	}
}

// fewPrefixes names the first source and counts the others.
func fewPrefixes(list []netip.Prefix) string {
	switch len(list) {
	case 0:
		return "unknown sources"
	case 1:
		return prefixText(list[0])
	}
	return fmt.Sprintf("%s and %d more", prefixText(list[0]), len(list)-1)
}
