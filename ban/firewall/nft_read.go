package firewall

import (
	"bytes"
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
	sets  map[string]nftElements // seconds left; 0: for good
	rules map[string]int         // comment -> how often
}

// read returns our table. Whatever nft is asked, it first fetches all that the
// kernel has, for seconds where that is much: so it is asked as seldom as can be,
// and for the table and for the sets that are expected in it at the same time.
func (n *NFTables) read(ctx context.Context, expect []part) (*nftTable, error) {
	expected := make([]string, len(expect))
	for i, p := range expect {
		expected[i] = p.name()
	}
	var all sync.WaitGroup
	var table *nftTable
	var failed error
	all.Go(func() { table, failed = n.readTable(ctx) })
	sets := n.readSets(ctx, expected)
	all.Wait()
	if table == nil || failed != nil {
		return nil, failed
	}
	more := slices.DeleteFunc(slices.Collect(maps.Keys(table.sets)), func(name string) bool { return slices.Contains(expected, name) })
	maps.Copy(sets, n.readSets(ctx, more))
	for name := range table.sets {
		table.sets[name], failed = sets[name].elements, errors.Join(failed, sets[name].err)
	}
	return table, failed
}

// readTable returns our table without what is in its sets, nil where there is none.
func (n *NFTables) readTable(ctx context.Context) (*nftTable, error) {
	out, err := n.Tools.run(ctx, nil, "nft", "-j", "-t", "list", "table", "inet", "gumshoe")
	if err != nil {
		if strings.Contains(err.Error(), "No such file or directory") {
			return nil, nil
		}
		return nil, err
	}
	return readNFT(out)
}

// nftSet is what reading a set came to.
type nftSet struct {
	elements nftElements
	err      error
}

// readSets reads what is in sets of our table, of which some may not exist.
func (n *NFTables) readSets(ctx context.Context, names []string) map[string]nftSet {
	read := make([]nftSet, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() {
			out, err := n.Tools.run(ctx, nil, "nft", "-j", "list", "set", "inet", "gumshoe", name)
			if err != nil {
				read[i].err = err
				return
			}
			one, err := readNFT(out)
			if read[i].err = err; err == nil {
				read[i].elements = one.sets[name]
			}
		})
	}
	all.Wait()
	sets := make(map[string]nftSet, len(names))
	for i, name := range names {
		sets[name] = read[i]
	}
	return sets
}

// comments are those of our rules: a checksum of all rules, and a number.
var comments = regexp.MustCompile(`^[0-9a-f]{8} [0-9]+$`)

// readNFT reads what nft prints of our table as JSON. A rule without our
// comment makes the table somebody else's.
func readNFT(printed []byte) (*nftTable, error) {
	var list struct {
		NFTables []struct {
			Set *struct {
				Name string      `json:"name"`
				Elem nftElements `json:"elem"`
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
	t := &nftTable{map[string]nftElements{}, map[string]int{}}
	for _, object := range list.NFTables {
		if s := object.Set; s != nil && !strings.HasPrefix(s.Name, "limited") {
			t.sets[s.Name] = s.Elem
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

// nftElements are the addresses of a set with the seconds that each has left.
type nftElements map[netip.Addr]int64

// UnmarshalJSON reads ["192.0.2.1", {"elem": {"val": "192.0.2.2", "timeout": 60, "expires": 59}}]
// string by string: by reflection a large set takes as long as nft needs to print
// it. encoding/json has checked that it is JSON.
func (e *nftElements) UnmarshalJSON(b []byte) error {
	*e = make(nftElements, len(b)/64)
	var last netip.Addr
	for {
		open := bytes.IndexByte(b, '"')
		if open < 0 {
			return nil
		}
		length := bytes.IndexByte(b[open+1:], '"')
		if length < 0 {
			return fmt.Errorf("element %q has no end", b[open:])
		}
		word := string(b[open+1:][:length])
		b = b[open+length+2:]
		switch word {
		case "elem", "val", "timeout":
		case "expires":
			number := bytes.TrimLeft(b, ": ")
			end := bytes.IndexFunc(number, func(r rune) bool { return r < '0' || r > '9' })
			seconds, err := strconv.ParseInt(string(number[:max(0, end)]), 10, 64)
			if err != nil {
				return fmt.Errorf("element %s: %w", last, err)
			}
			(*e)[last] = max(1, seconds) // it stands until it is gone
		default:
			addr, err := netip.ParseAddr(word)
			if err != nil {
				return err
			}
			last, (*e)[addr] = addr, 0
		}
	}
}

// equal reports whether the table holds what it should have held some seconds
// ago, and the rules of the script.
func (t *nftTable) equal(want []part, script nftScript, ago int64) bool {
	if t == nil || len(t.rules) != script.rules {
		return false
	}
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

func prefixes(have nftElements, bits int) map[netip.Prefix]int64 {
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
