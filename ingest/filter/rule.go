package filter

import (
	"errors"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
	"gumshoe/ingest/pyre"
)

// group is a group of a pattern that means something to fail2ban.
type group uint8

const (
	groupID group = iota
	groupIP4
	groupIP6
	groupDNS
	groupSession // mlfid
	groupContent
	groupUser
	groupNoFail
	groupForget
	groupGained
	groupCount
)

var groupIDs = [groupCount]string{"fid", "ip4", "ip6", "dns", "mlfid", "content", "user", "nofail", "mlfforget", "mlfgained"}

// rule is one compiled pattern.
type rule struct {
	at     Place
	re     *pyre.Regexp
	groups [groupCount][]int // numbers of each group: its own, then its alternatives
	skips  []int             // of <SKIPLINES>
}

// alternative is the name of a group that stands in for another: alt_user_1.
var alternative = lazyregexp.New(`^alt_(.*?)(?:_\d+)?$`)

func newRule(pattern string, at Place, addressOnly, multiline bool) (*rule, error) {
	pattern = resolveTags(pattern, addressOnly)
	if strings.TrimSpace(pattern) == "" {
		return nil, errors.New("empty pattern")
	}
	re, err := pyre.Compile(localFlags(pattern), multiline)
	if err != nil {
		return nil, err
	}
	r := &rule{at: at, re: re}
	names := slices.Clone(re.Names())
	slices.Sort(names)
	for g, id := range groupIDs {
		if n := re.Group(id); n > 0 {
			r.groups[g] = append(r.groups[g], n)
		}
		for _, name := range names {
			alt := alternative().FindStringSubmatch(name)
			if alt == nil {
				continue
			}
			if mapped, ok := groupNames[alt[1]]; ok {
				alt[1] = mapped
			}
			if alt[1] == id {
				r.groups[g] = append(r.groups[g], re.Group(name))
			}
		}
	}
	for n, name := range re.Names() {
		if strings.HasPrefix(name, "skiplines") {
			r.skips = append(r.skips, n)
		}
	}
	return r, nil
}

func (r *rule) has(g group) bool { return len(r.groups[g]) > 0 }

// identifies reports whether a match says who it is about.
func (r *rule) identifies() bool {
	return r.has(groupID) || r.has(groupIP4) || r.has(groupIP6) || r.has(groupDNS) || r.has(groupSession)
}

// get returns the text of a group, or nil: an empty alternative counts as none.
func (r *rule) get(text []byte, loc []int, g group) (found []byte) {
	for i, n := range r.groups[g] {
		if loc[2*n] >= 0 && (i == 0 || len(found) == 0) {
			if part := text[loc[2*n]:loc[2*n+1]]; i == 0 || len(part) > 0 {
				found = part
			}
		}
	}
	return found
}
