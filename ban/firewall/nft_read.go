package firewall

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"gumshoe/ingest/lazyregexp"
)

// nftTable is our table as the kernel believes it; nil where there is none.
type nftTable struct {
	sets  map[string]nftElements // seconds left; 0: for good
	rules map[string]int         // comment -> how often
}

// nftName is what our table is called.
const nftName = "gumshoe"

// read returns our table, nil where there is none. The kernel is asked without nft,
// which needs seconds for a large set: whatever it is asked, it fetches all.
func (n *NFTables) read() (*nftTable, error) {
	t := &nftTable{map[string]nftElements{}, map[string]int{}}
	err := dumpNFT(n.Tools, unix.NFT_MSG_GETSET, attribute(unix.NFTA_SET_TABLE, nftName), func() { clear(t.sets) }, t.addSet)
	if errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	if err == nil {
		err = dumpNFT(n.Tools, unix.NFT_MSG_GETRULE, attribute(unix.NFTA_RULE_TABLE, nftName), func() { clear(t.rules) }, t.addRule)
	}
	if err != nil {
		return nil, fmt.Errorf("asking the kernel for table inet %s: %w", nftName, err)
	}
	var all sync.WaitGroup
	var locked sync.Mutex
	var failed []error
	for name := range maps.Clone(t.sets) {
		all.Go(func() {
			elements, err := n.readSet(name)
			locked.Lock()
			defer locked.Unlock()
			t.sets[name], failed = elements, append(failed, err)
		})
	}
	all.Wait()
	return t, errors.Join(failed...)
}

// readSet returns what is in a set of our table.
func (n *NFTables) readSet(name string) (nftElements, error) {
	elements := nftElements{}
	request := append(attribute(unix.NFTA_SET_ELEM_LIST_TABLE, nftName), attribute(unix.NFTA_SET_ELEM_LIST_SET, name)...)
	if err := dumpNFT(n.Tools, unix.NFT_MSG_GETSETELEM, request, func() { clear(elements) }, elements.add); err != nil {
		return nil, fmt.Errorf("asking the kernel for set %s of table inet %s: %w", name, nftName, err)
	}
	return elements, nil
}

// addSet notes the name of a set. The ports of a rule, which are a set without a name
// of its own, and the meters of the rate limit are no bans.
func (t *nftTable) addSet(b []byte) error {
	name, flags := text(within(b, unix.NFTA_SET_NAME)), within(b, unix.NFTA_SET_FLAGS)
	if anonymous := len(flags) == 4 && binary.BigEndian.Uint32(flags)&unix.NFT_SET_ANONYMOUS != 0; !anonymous && !strings.HasPrefix(name, "limited") {
		t.sets[name] = nil
	}
	return nil
}

// comments are those of our rules: a checksum of all rules, and a number.
var comments = lazyregexp.New(`^[0-9a-f]{8} [0-9]+$`)

// addRule notes the comment of a rule. One without ours makes the table somebody
// else's.
func (t *nftTable) addRule(b []byte) error {
	const comment = 0 // of the records that nft keeps in a rule's user data: kind, length, value
	chain, ours := text(within(b, unix.NFTA_RULE_CHAIN)), ""
	for data := within(b, unix.NFTA_RULE_USERDATA); len(data) >= 2 && len(data) >= 2+int(data[1]); data = data[2+int(data[1]):] {
		if data[0] == comment {
			ours = text(data[2 : 2+int(data[1])])
		}
	}
	if !comments().MatchString(ours) {
		return fmt.Errorf("a rule in chain %q has not our comment: %w; rename the table", chain, ErrForeign)
	}
	t.rules[chain+" "+ours]++
	return nil
}

// text is a string as the kernel ends it.
func text(b []byte) string { return string(bytes.TrimRight(b, "\x00")) }

// nftElements are the addresses of a set with the seconds that each has left.
type nftElements map[netip.Addr]int64

// add notes a piece of a set.
func (e nftElements) add(b []byte) error {
	for _, element := range attributes(within(b, unix.NFTA_SET_ELEM_LIST_ELEMENTS)) {
		var addr netip.Addr
		var known bool
		var seconds int64
		for kind, value := range attributes(element) {
			switch kind {
			case unix.NFTA_SET_ELEM_KEY:
				addr, known = netip.AddrFromSlice(within(value, unix.NFTA_DATA_VALUE))
			case unix.NFTA_SET_ELEM_EXPIRATION:
				if len(value) == 8 {
					seconds = max(1, int64(binary.BigEndian.Uint64(value)/1000)) // it stands until it is gone
				}
			}
		}
		if !known {
			return fmt.Errorf("it holds what is no address: %w; rename the table", ErrForeign)
		}
		e[addr] = seconds
	}
	return nil
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
		if err != nil || !ours().MatchString(group) {
			continue
		}
		if out[group] == nil {
			out[group] = map[netip.Prefix]int64{}
		}
		maps.Copy(out[group], prefixes(have, bits))
	}
	return out
}
