package firewall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// nftTable is our table as the kernel believes it; nil where there is none.
type nftTable struct {
	sets  map[string]map[netip.Addr]int64 // seconds left; 0: for good
	rules map[string]int                  // comment -> how often
}

// read returns our table.
func (n *NFTables) read(ctx context.Context) (*nftTable, error) {
	tables, err := n.Tools.run(ctx, nil, "nft", "list", "tables")
	if err != nil {
		return nil, err
	}
	if !strings.Contains(string(tables)+"\n", "table inet gumshoe\n") {
		return nil, nil
	}
	out, err := n.Tools.run(ctx, nil, "nft", "-j", "-t", "list", "table", "inet", "gumshoe")
	if err != nil {
		return nil, err
	}
	t, err := readNFT(out)
	if err != nil {
		return nil, err
	}
	return t, n.readSets(ctx, t)
}

// readSets reads what is in the table's sets, all at once: nft takes seconds to
// print a large one.
func (n *NFTables) readSets(ctx context.Context, t *nftTable) error {
	names := slices.Collect(maps.Keys(t.sets))
	members, failed := make([]map[netip.Addr]int64, len(names)), make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() {
			out, err := n.Tools.run(ctx, nil, "nft", "-j", "list", "set", "inet", "gumshoe", name)
			if err != nil {
				failed[i] = err
				return
			}
			one, err := readNFT(out)
			if failed[i] = err; err == nil {
				members[i] = one.sets[name]
			}
		})
	}
	all.Wait()
	for i, name := range names {
		t.sets[name] = members[i]
	}
	return errors.Join(failed...)
}

// comments are those of our rules: a checksum of all rules, and a number.
var comments = regexp.MustCompile(`^[0-9a-f]{8} [0-9]+$`)

// readNFT reads what nft prints of our table as JSON. A rule without our
// comment makes the table somebody else's.
func readNFT(printed []byte) (*nftTable, error) {
	var list struct {
		NFTables []struct {
			Set *struct {
				Name string       `json:"name"`
				Elem []nftElement `json:"elem"`
			} `json:"set"`
			Rule *struct {
				Chain   string `json:"chain"`
				Comment string `json:"comment"`
			} `json:"rule"`
		} `json:"nftables"`
	}
	if err := json.Unmarshal(printed, &list); err != nil {
		return nil, fmt.Errorf("reading what nft printed: %w", err)
	}
	t := &nftTable{map[string]map[netip.Addr]int64{}, map[string]int{}}
	for _, object := range list.NFTables {
		if s := object.Set; s != nil && !strings.HasPrefix(s.Name, "limited") {
			t.sets[s.Name] = make(map[netip.Addr]int64, len(s.Elem))
			for _, e := range s.Elem {
				t.sets[s.Name][e.addr] = e.seconds
			}
		}
		if r := object.Rule; r != nil {
			if !comments.MatchString(r.Comment) {
				return nil, fmt.Errorf("table inet gumshoe has a rule in chain %q without our comment: %w; rename the table", r.Chain, ErrForeign)
			}
			t.rules[r.Chain+" "+r.Comment]++
		}
	}
	return t, nil
}

// nftElement is an address with the time that it has left.
type nftElement struct {
	addr    netip.Addr
	seconds int64
}

// UnmarshalJSON reads "192.0.2.1", or {"elem": {"val": "192.0.2.1", "expires": 59}}.
func (e *nftElement) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &e.addr)
	}
	var timed struct {
		Elem struct {
			Val     netip.Addr `json:"val"`
			Expires int64      `json:"expires"`
		} `json:"elem"`
	}
	err := json.Unmarshal(b, &timed)
	e.addr, e.seconds = timed.Elem.Val, max(1, timed.Elem.Expires)
	return err
}

// equal reports whether the table holds what it should have held some seconds
// ago, and the rules of the script.
func (t *nftTable) equal(groups []set, script nftScript, ago int64) bool {
	if t == nil || len(t.rules) != script.rules {
		return false
	}
	want := parts(groups)
	if len(want) != len(t.sets) {
		return false
	}
	for _, p := range want {
		have, ok := t.sets[p.name()]
		if !ok || !equal(p.members, prefixes(have, p.bits), ago) {
			return false
		}
	}
	for rule, times := range t.rules {
		if times != 1 || !strings.Contains(rule, " "+script.sign+" ") {
			return false
		}
	}
	return true
}

func prefixes(have map[netip.Addr]int64, bits int) map[netip.Prefix]int64 {
	out := make(map[netip.Prefix]int64, len(have))
	for a, seconds := range have {
		out[netip.PrefixFrom(a, bits)] = seconds
	}
	return out
}

// groups are the table's members under the names of their groups.
func (t *nftTable) groups() map[string]map[netip.Prefix]int64 {
	out := map[string]map[netip.Prefix]int64{}
	if t == nil {
		return out
	}
	for name, have := range t.sets {
		cut := strings.LastIndex(name, "_b")
		if cut < 0 {
			continue
		}
		bits, err := strconv.Atoi(name[cut+2:])
		group := "gumshoe-" + strings.ReplaceAll(name[:cut], "_", "-")
		if err != nil || !ours.MatchString(group) {
			continue
		}
		if out[group] == nil {
			out[group] = map[netip.Prefix]int64{}
		}
		maps.Copy(out[group], prefixes(have, bits))
	}
	return out
}
